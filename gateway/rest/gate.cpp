#include "gateway/rest/gate.hpp"

#include <algorithm>

namespace recado::rest {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool accepts(body_kind kind, std::string_view type) {
  switch (kind) {
  case body_kind::none:
  case body_kind::any:
    return true;
  case body_kind::json:
  case body_kind::optional_json:
    return type == "application/json";
  case body_kind::credentials:
    return type == "application/json" || type == "application/x-www-form-urlencoded";
  case body_kind::merge_patch:
    return type == "application/json" || type == "application/merge-patch+json";
  }
  return false;
}

bool is_json(body_kind kind) {
  return kind == body_kind::json || kind == body_kind::optional_json ||
         kind == body_kind::merge_patch;
}

/// The token of `Authorization: Bearer …`; nothing if the header is of another kind.
std::optional<std::string_view> bearer_of(const http::request& head) {
  auto text = trimmed(head.header_value("Authorization"));
  if (text.size() < 7 || lower(text.substr(0, 7)) != "bearer ") return std::nullopt;
  return trimmed(text.substr(7));
}

} // namespace

std::string media_type_of(const http::request& head) {
  auto text = lower(head.header_value("Content-Type"));
  auto end = std::min(text.find(';'), text.size());
  auto parameters = text.substr(end);
  if (auto at = parameters.find("charset="); at != std::string::npos) {
    auto charset = trimmed(std::string_view{parameters}.substr(at + 8));
    charset = charset.substr(0, charset.find(';'));
    if (charset != "utf-8" && charset != "\"utf-8\"") return {};
  }
  return std::string{trimmed(std::string_view{text}.substr(0, end))};
}

bool has_body(const http::request& head) {
  if (!head.header_value("Transfer-Encoding").empty()) return true;
  auto length = head.header_value("Content-Length");
  return !length.empty() && length.find_first_not_of('0') != std::string_view::npos;
}

gate::gate(const gateway_limits& limits, auth::authority& tokens, std::function<wall_time()> now,
           std::function<void()> on_unknown_key)
  : limits_(limits),
    tokens_(tokens),
    now_(std::move(now)),
    on_unknown_key_(std::move(on_unknown_key)),
    routes_(all_routes()) {}

http::early_answer gate::before_body(const http::request& head) const {
  http::early_answer out;
  auto on = std::make_shared<call>(head);
  auto match = routes_.find(head.method, head.path);
  if (!match.found) {
    out.refuse =
      on->rendered(problem{match.allow.empty() ? ec::not_found : ec::method_not_allowed});
    if (!match.allow.empty()) out.refuse->headers.push_back({"Allow", match.allow});
    return out;
  }
  on->where = match.found;
  on->params = std::move(match.params);
  auto refusal = check_token(head, *on);
  if (!refusal) refusal = check_media_type(head, *on);
  if (refusal) out.refuse = on->rendered(*refusal);
  out.body_bytes_max = on->where->bulk ? limits_.bulk_bytes_max : limits_.body_bytes_max;
  out.context = std::move(on);
  return out;
}

std::optional<problem> gate::check_token(const http::request& head, call& on) const {
  if (on.where->who == access::open) return std::nullopt;
  if (head.header_value("Authorization").empty() && on.where->who == access::socket)
    return std::nullopt;
  auto token = bearer_of(head);
  if (!token) return problem{ec::unauthorized};
  if (!tokens_.ready()) return problem{ec::store_unavailable, "the signing keys were not read yet"};
  auto verdict = tokens_.verify(*token, now_());
  if (verdict.unknown_key) on_unknown_key_();
  if (!verdict.who) return verdict.who.error();
  on.who = std::move(*verdict.who);
  return std::nullopt;
}

std::optional<problem> gate::check_media_type(const http::request& head, const call& on) const {
  auto named = head.header_value("Content-Type");
  if (named == "application/json" && accepts(on.where->body, named)) return std::nullopt;
  // Without a body there is nothing to have a type; that it is missing is said later, by a 400.
  if (named.empty() && !has_body(head)) return std::nullopt;
  if (accepts(on.where->body, media_type_of(head))) return std::nullopt;
  return problem{ec::unsupported_media_type,
                 on.where->body == body_kind::merge_patch
                   ? "application/json or application/merge-patch+json was expected"
                   : "application/json was expected"};
}

std::optional<problem> gate::before_handler(call& on) const {
  if (auto wrong = parse_body(on)) return wrong;
  return check_scope(on);
}

std::optional<problem> gate::parse_body(call& on) const {
  auto kind = on.where->body;
  bool form = kind == body_kind::credentials && media_type_of(on.asked) != "application/json";
  if (form || (!is_json(kind) && kind != body_kind::credentials)) return std::nullopt;
  if (kind == body_kind::optional_json && on.asked.body.empty()) return std::nullopt;
  auto parsed = json::parse(on.asked.body, limits_.json_depth_max);
  if (!parsed) return parsed.error();
  on.body = std::move(*parsed);
  return std::nullopt;
}

std::optional<problem> gate::check_scope(const call& on) const {
  auto who = on.where->who;
  if (who == access::open || who == access::socket) return std::nullopt;
  if (who == access::client && on.who.is_user())
    return problem{ec::insufficient_scope, "a user's token does not do here"};
  if (on.who.scopes.has(on.where->needs)) return std::nullopt;
  return problem{ec::insufficient_scope,
                 "the scope " + std::string{auth::to_string(on.where->needs)} + " is required"};
}

} // namespace recado::rest
