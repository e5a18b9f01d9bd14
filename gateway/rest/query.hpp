#pragma once
/// The query of a list: filters, limit and cursor.
#include "gateway/config.hpp"
#include "gateway/rest/call.hpp"
#include "gateway/shapes/answers.hpp"

namespace recado::rest {

class query {
public:
  /// malformed_request if the percent-encoding is broken.
  static result<query> of(const call& on);

  std::optional<std::string> find(std::string_view name) const;
  // wrong values are complained about
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<user_id> user(std::string_view name);
  std::optional<uuid> id(std::string_view name);
  std::optional<wall_time> time(std::string_view name);

  json::complaints complaints;

private:
  std::vector<std::pair<std::string, std::string>> values_;
};

struct page_position {
  std::size_t limit = 50;
  std::string after; ///< the service's own position; empty: the first page
  std::string list;  ///< what the cursor is bound to
};
/// Reads `limit` and `cursor`. `filters` are the names that select what is listed.
result<page_position> read_page(const call& on, query& from, const gateway_limits& limits,
                                std::initializer_list<std::string_view> filters);

/// `Link: <…>; rel="next"` (RFC 8288), or nothing at the end of the list.
std::vector<http::header> link_to_next(const call& on, const std::string& next_cursor);

/// Answers 200 with the page, its cursor made from the service's position.
template <class T>
on_result<page<T>> answer_page(const call_ptr& on, std::string list,
                               void (*append)(json::writer&, const T&));

/// The cursor of the next page, or nothing.
std::string next_cursor(const std::string& list, const std::string& position);

template <class T>
on_result<page<T>> answer_page(const call_ptr& on, std::string list,
                               void (*append)(json::writer&, const T&)) {
  return then<page<T>>(on, [on, list = std::move(list), append](const page<T>& got) {
    auto cursor = next_cursor(list, got.next);
    on->answer(200, shapes::page_body(got.items, cursor, append), link_to_next(*on, cursor));
  });
}

} // namespace recado::rest
