#include "gateway/rest/query.hpp"

#include "gateway/shapes/cursor.hpp"

#include <charconv>

namespace recado::rest {
namespace {

std::string pointer_of(std::string_view name) {
  return json::pointer_to("", name);
}

} // namespace

result<query> query::of(const call& on) {
  auto values = http::parse_query(on.query_text);
  if (!values) return fail(ec::malformed_request, "the query is not well encoded");
  query out;
  out.values_ = std::move(*values);
  return out;
}

std::optional<std::string> query::find(std::string_view name) const {
  for (const auto& [key, value] : values_)
    if (key == name) return value;
  return std::nullopt;
}

std::optional<std::int64_t> query::integer(std::string_view name, std::int64_t min,
                                           std::int64_t max) {
  auto text = find(name);
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc{} && end == text->data() + text->size() && value >= min && value <= max)
    return value;
  complaints.wrong(pointer_of(name), "a whole number from " + std::to_string(min) + " to " +
                                       std::to_string(max) + " was expected");
  return std::nullopt;
}

std::optional<user_id> query::user(std::string_view name) {
  auto text = find(name);
  if (!text) return std::nullopt;
  if (user_id::valid(*text)) return user_id{*text};
  complaints.wrong(pointer_of(name), "a user id was expected");
  return std::nullopt;
}

std::optional<uuid> query::id(std::string_view name) {
  auto text = find(name);
  if (!text) return std::nullopt;
  auto parsed = uuid::parse(*text);
  if (!parsed) complaints.wrong(pointer_of(name), "a UUID was expected");
  return parsed;
}

std::optional<wall_time> query::time(std::string_view name) {
  auto text = find(name);
  if (!text) return std::nullopt;
  auto parsed = parse_rfc3339(*text);
  if (!parsed) complaints.wrong(pointer_of(name), "an RFC 3339 time was expected");
  return parsed;
}

result<page_position> read_page(const call& on, query& from, const gateway_limits& limits,
                                std::initializer_list<std::string_view> filters) {
  page_position out;
  auto limit = from.integer("limit", 1, static_cast<std::int64_t>(limits.page_max));
  out.limit = limit ? static_cast<std::size_t>(*limit) : limits.page_default;
  out.list = on.path + '\n' + on.who.client.str() + '\n' + on.who.user.value;
  for (auto name : filters)
    if (auto value = from.find(name)) out.list += '\n' + std::string{name} + '=' + *value;
  if (from.complaints.any()) return failure{from.complaints.as_problem()};
  if (auto text = from.find("cursor")) {
    auto position = shapes::read_cursor(out.list, *text);
    if (!position) return failure{position.error()};
    out.after = std::move(*position);
  }
  return out;
}

std::string next_cursor(const std::string& list, const std::string& position) {
  return position.empty() ? std::string{} : shapes::make_cursor(list, position);
}

std::vector<http::header> link_to_next(const call& on, const std::string& next) {
  if (next.empty()) return {};
  std::string target = on.path + '?';
  std::string_view rest = on.query_text;
  while (!rest.empty()) {
    auto end = std::min(rest.find('&'), rest.size());
    auto part = rest.substr(0, end);
    if (!part.empty() && !part.starts_with("cursor=")) target += std::string{part} + '&';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {{"Link", '<' + target + "cursor=" + next + ">; rel=\"next\""}};
}

} // namespace recado::rest
