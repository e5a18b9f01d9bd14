#include "gateway/shapes/duration.hpp"

#include <array>
#include <charconv>

namespace recado::shapes {
namespace {

using std::chrono::milliseconds;

struct unit {
  std::string_view name;
  milliseconds length;
};
constexpr std::array<unit, 5> units{{{"d", std::chrono::hours{24}},
                                     {"h", std::chrono::hours{1}},
                                     {"m", std::chrono::minutes{1}},
                                     {"s", std::chrono::seconds{1}},
                                     {"ms", milliseconds{1}}}};
constexpr std::int64_t digits_max = 1'000'000'000; // days of a thousand years still fit

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || count > digits_max) return std::nullopt;
  std::string_view name{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  for (const auto& each : units)
    if (each.name == name) return each.length * count;
  return std::nullopt;
}

std::string duration_text(std::chrono::nanoseconds value) {
  auto whole = std::chrono::duration_cast<milliseconds>(value);
  for (std::size_t i = 1; i < units.size(); ++i)
    if (whole % units[i].length == milliseconds{0} && whole >= units[i].length)
      return std::to_string(whole / units[i].length) + std::string{units[i].name};
  return "0s";
}

} // namespace recado::shapes
