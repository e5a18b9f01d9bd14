#pragma once
/// A JSON document as a caller sent it: order of members and spelling of numbers are kept.
#include "schemas/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace recado::json {

struct member;

/// A number keeps its text, so that nothing is lost between a caller and the reader of a message.
struct number {
  std::string text;
  /// Its value if it has no fraction and fits.
  std::optional<std::int64_t> integer() const;
  double real() const;
};

class value {
public:
  using array = std::vector<value>;
  using object = std::vector<member>;

  value() = default;
  template <class T>
  explicit value(T held) : held_(std::move(held)) {}

  bool null() const { return std::holds_alternative<std::monostate>(held_); }
  const bool* boolean() const { return std::get_if<bool>(&held_); }
  const number* numeric() const { return std::get_if<number>(&held_); }
  const std::string* text() const { return std::get_if<std::string>(&held_); }
  const array* items() const { return std::get_if<array>(&held_); }
  const object* members() const { return std::get_if<object>(&held_); }

private:
  std::variant<std::monostate, bool, number, std::string, array, object> held_;
};

struct member {
  std::string name;
  value held;
};

struct document {
  value root;
  /// Valid JSON that we refuse all the same: duplicate keys and U+0000; the first hundred.
  std::vector<field_error> flaws;
};
inline constexpr std::size_t flaws_max = 100;

/// RFC 8259, UTF-8 without a byte order mark. ec::invalid_json for what is not JSON (also lone
/// surrogates and numbers beyond a double), ec::json_too_deep for more than `depth_max` levels.
result<document> parse(std::string_view text, std::size_t depth_max = 32);

/// Compact, members in their order, numbers as they were written.
std::string to_text(const value& what);
/// Compact, members sorted, numbers normalised: equal for documents that mean the same.
std::string canonical(const value& what);

/// A reference token appended to a JSON pointer (RFC 6901).
std::string pointer_to(std::string_view parent, std::string_view name);
std::string pointer_to(std::string_view parent, std::size_t index);

} // namespace recado::json
