#include "gateway/rest/call.hpp"

#include "gateway/shapes/problem_body.hpp"
#include "runtime/observe/log.hpp"

namespace recado::rest {
namespace {

constexpr std::size_t correlation_bytes_max = 256;

void add_retry_after(http::response& to, std::chrono::seconds when) {
  if (to.status != 429 && to.status != 503) return;
  for (const auto& each : to.headers)
    if (http::same_name(each.name, "Retry-After")) return;
  to.headers.push_back({"Retry-After", std::to_string(when.count())});
}

/// RFC 6750, section 3: why a bearer token did not do.
void add_challenge(http::response& to, ec code) {
  if (code == ec::unauthorized)
    to.headers.push_back({"WWW-Authenticate", R"(Bearer realm="recado")"});
  if (code == ec::invalid_token)
    to.headers.push_back({"WWW-Authenticate", R"(Bearer realm="recado", error="invalid_token")"});
  if (code == ec::insufficient_scope)
    to.headers.push_back(
      {"WWW-Authenticate", R"(Bearer realm="recado", error="insufficient_scope")"});
}

observe::trace_context continued(std::string_view traceparent) {
  auto theirs = observe::trace_context::parse(traceparent);
  return theirs ? theirs->child() : observe::trace_context::start();
}

} // namespace

call::call(const http::request& from)
  : trace(continued(from.header_value("traceparent"))),
    method(from.method),
    path(from.path),
    query_text(from.query),
    correlation_(from.header_value("X-Correlation-Id").substr(0, correlation_bytes_max)) {}

http::response call::rendered(http::response what) const {
  if (!correlation_.empty()) what.headers.push_back({"X-Correlation-Id", correlation_});
  what.headers.insert(what.headers.end(), also.begin(), also.end());
  add_retry_after(what, what.status == 429 ? day_over_in.value_or(retry_after) : retry_after);
  return what;
}

http::response call::rendered(const problem& what) const {
  http::response out;
  auto code = shapes::shown(what.code);
  out.status = info_of(code).status;
  out.content_type = "application/problem+json";
  std::string_view violated = day_over_in ? "daily" : "burst";
  out.body = shapes::problem_body(what, trace.trace_id_text(),
                                  code == ec::rate_limited ? violated : std::string_view{});
  add_challenge(out, code);
  return rendered(std::move(out));
}

/// What went wrong on our side is worth a line, every request only when somebody debugs.
void call::log_answer(int status, std::string_view detail) const {
  auto how = status >= 500 ? observe::level::warn : observe::level::debug;
  if (!observe::enabled(how)) return;
  observe::log_scope about{"trace_id", trace.trace_id_text()};
  observe::log(how, "request-answered", "{} {} {} {}", method, path, status, detail);
}

void call::respond(http::response what) {
  log_answer(what.status, {});
  reply_with(rendered(std::move(what)));
}
void call::fail(const problem& what) {
  log_answer(info_of(shapes::shown(what.code)).status, info_of(what.code).code);
  reply_with(rendered(what));
}

void call::answer(int status, std::string json, std::vector<http::header> headers) {
  http::response out;
  out.status = status;
  out.body = std::move(json);
  out.headers = std::move(headers);
  respond(std::move(out));
}

} // namespace recado::rest
