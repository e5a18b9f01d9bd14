#include "gateway/shapes/problem_body.hpp"

namespace recado::shapes {
namespace {

void append_errors(json::writer& to, const std::vector<field_error>& errors) {
  to.key("errors").begin_array();
  for (const auto& each : errors)
    to.begin_object().field("pointer", each.pointer).field("detail", each.detail).end_object();
  to.end_array();
}

void append_head(json::writer& to, int status, std::string_view code, std::string_view title,
                 std::string_view detail, std::string_view trace_id) {
  to.field("type", "/problems/" + std::string{code})
    .field("title", title)
    .field("status", status)
    .field("detail", detail.empty() ? title : detail)
    .field("code", code)
    .field("trace_id", trace_id);
}

std::vector<field_error> errors_of(const problem& what, const problem_info& info) {
  if (!what.errors.empty() || info.status != 422) return what.errors;
  return {{"", what.detail.empty() ? std::string{info.title} : what.detail}};
}

} // namespace

ec shown(ec code) noexcept {
  switch (code) {
  case ec::none:
    return ec::internal; // success is no problem
  case ec::moved:
  case ec::out_of_order:
  case ec::abandoned:
    return ec::outcome_unknown;
  default:
    return code;
  }
}

problem problem_of(const reply& said, const user_id& acting) {
  if (said.code == ec::not_a_member && !acting.empty()) return problem{ec::conversation_not_found};
  problem out{said.code, said.detail};
  if (!said.pointer.empty())
    out.errors.push_back(
      {said.pointer, said.detail.empty() ? std::string{info_of(said.code).title} : said.detail});
  return out;
}

std::string problem_body(const problem& what, std::string_view trace_id,
                         std::string_view violated) {
  std::string out;
  json::writer to{out};
  const auto& info = info_of(shown(what.code));
  to.begin_object();
  append_head(to, info.status, info.code, info.title, what.detail, trace_id);
  append_errors(to, errors_of(what, info));
  if (!violated.empty()) to.key("violated-policies").begin_array().put(violated).end_array();
  to.end_object();
  return out;
}

std::string problem_body(int status, std::string_view code, std::string_view title,
                         std::string_view detail, std::string_view trace_id) {
  std::string out;
  json::writer to{out};
  to.begin_object();
  append_head(to, status, code, title, detail, trace_id);
  append_errors(to, {});
  to.end_object();
  return out;
}

void append_problem(json::writer& to, const problem& what) {
  const auto& info = info_of(shown(what.code));
  to.field("status", info.status)
    .field("code", info.code)
    .field("detail", what.detail.empty() ? info.title : std::string_view{what.detail});
  if (auto errors = errors_of(what, info); !errors.empty()) append_errors(to, errors);
}

} // namespace recado::shapes
