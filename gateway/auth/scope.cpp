#include "gateway/auth/scope.hpp"

#include <array>

namespace recado::auth {
namespace {

constexpr std::array all{scope::messages_read, scope::messages_write, scope::accounts_write,
                         scope::admin};

std::optional<scope> scope_of(std::string_view name) {
  for (auto each : all)
    if (to_string(each) == name) return each;
  return std::nullopt;
}

/// Calls `f` with each word; stops when it says false.
template <class F>
bool each_word(std::string_view words, F f) {
  while (!words.empty()) {
    auto end = std::min(words.find(' '), words.size());
    if (end > 0 && !f(words.substr(0, end))) return false;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return true;
}

} // namespace

std::string_view to_string(scope value) noexcept {
  switch (value) {
  case scope::messages_read:
    return "messages:read";
  case scope::messages_write:
    return "messages:write";
  case scope::accounts_write:
    return "accounts:write";
  case scope::admin:
    return "admin";
  }
  return "";
}

scope_set scope_set::parse(std::string_view words) {
  scope_set out;
  each_word(words, [&out](std::string_view word) {
    if (auto known = scope_of(word)) out.bits_ |= static_cast<std::uint8_t>(*known);
    return true;
  });
  return out;
}

std::optional<scope_set> scope_set::parse_all(std::string_view words) {
  bool known = each_word(words, [](std::string_view word) { return scope_of(word).has_value(); });
  if (!known) return std::nullopt;
  return parse(words);
}

std::string scope_set::str() const {
  std::string out;
  for (auto each : all) {
    if (!has(each)) continue;
    if (!out.empty()) out += ' ';
    out += to_string(each);
  }
  return out;
}

} // namespace recado::auth
