#include "chaos/load/phases.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace recado::load {
namespace {

/// A positive number at the front of the text, which loses it.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned value = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value == 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

} // namespace

std::optional<std::vector<phase>> parse_phases(std::string_view text) {
  std::vector<phase> out;
  do {
    auto rate = take_number(text);
    if (!rate || !take(text, ':')) return std::nullopt;
    auto seconds = take_number(text);
    if (!seconds) return std::nullopt;
    out.push_back({*rate, *seconds});
  } while (take(text, ','));
  if (!text.empty()) return std::nullopt;
  return out;
}

unsigned seconds_of(const std::vector<phase>& all) {
  return std::accumulate(all.begin(), all.end(), 0u,
                         [](unsigned sum, const phase& one) { return sum + one.seconds; });
}

std::size_t busiest(const std::vector<phase>& all) {
  return static_cast<std::size_t>(std::ranges::max_element(all, {}, &phase::rate) - all.begin());
}

} // namespace recado::load
