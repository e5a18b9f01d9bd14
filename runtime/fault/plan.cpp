#include "runtime/fault/plan.hpp"

#include <charconv>

namespace recado::fault {

namespace {

/// Takes the text up to `end` away from the front.
std::string_view take(std::string_view& text, char end) {
  auto at = text.find(end);
  auto word = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return word;
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

std::map<std::string, order, std::less<>> parse_plan(std::string_view text) {
  std::map<std::string, order, std::less<>> out;
  while (!text.empty()) {
    auto one = take(text, ',');
    auto name = take(one, ':');
    order what;
    while (!one.empty()) {
      auto value = take(one, ':');
      auto key = take(value, '=');
      if (key == "pause") what.pause = std::chrono::milliseconds{number_in(value)};
      if (key == "one_in" && number_in(value) > 0) what.one_in = number_in(value);
    }
    if (!name.empty()) out[std::string{name}] = what;
  }
  return out;
}

} // namespace recado::fault
