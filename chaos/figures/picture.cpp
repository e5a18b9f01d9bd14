#include "chaos/figures/picture.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace recado::figures {
namespace {

constexpr double row_height = 30, bar_height = 18, top = 58;
constexpr double size_width = 120, panel_width = 300, gap = 90;

/// "1,000,000"
std::string with_commas(std::uint64_t number) {
  auto out = std::to_string(number);
  for (auto at = static_cast<int>(out.size()) - 3; at > 0; at -= 3)
    out.insert(static_cast<std::size_t>(at), 1, ',');
  return out;
}

std::string text(double x, double y, const char* anchor, const std::string& what) {
  return fmt::format(R"(<text x="{:.0f}" y="{:.0f}" text-anchor="{}">{}</text>)", x, y, anchor,
                     what);
}

/// One column of bars; the longest fills it.
std::string panel(double left, const std::string& title, const char* colour,
                  const std::vector<double>& values) {
  auto out = text(left, 44, "start", title);
  auto most = std::max(*std::ranges::max_element(values), 1e-9);
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto y = top + row_height * static_cast<double>(i);
    auto width = std::max(panel_width * values[i] / most, 1.0);
    out += fmt::format(R"(<rect x="{:.0f}" y="{:.0f}" width="{:.1f}" height="{}" fill="{}"/>)",
                       left, y, width, bar_height, colour);
    out += text(left + width + 6, y + 14, "start",
                with_commas(static_cast<std::uint64_t>(std::lround(values[i]))));
  }
  return out;
}

} // namespace

std::string picture(const growth& what, const std::vector<point>& points) {
  if (points.empty()) return {};
  std::vector<double> speeds, memories;
  std::string sizes;
  for (std::size_t i = 0; i < points.size(); ++i) {
    speeds.push_back(accepted_per_second(points[i]));
    memories.push_back(node_mib(points[i]));
    sizes += text(size_width - 8, top + row_height * static_cast<double>(i) + 14, "end",
                  with_commas(points[i].size));
  }
  auto width = size_width + 2 * (panel_width + gap);
  auto height = top + row_height * static_cast<double>(points.size()) + 6;
  return fmt::format(
    R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" )"
    R"(role="img" aria-label="{2}" font-family="sans-serif" font-size="13" fill="#777">)"
    "\n{3}\n{4}\n{5}\n{6}\n</svg>\n",
    width, height, what.title, text(0, 18, "start", what.title), sizes,
    panel(size_width, "messages accepted per second", "#2f7ed8", speeds),
    panel(size_width + panel_width + gap, "memory of the node, MiB", "#d8862f", memories));
}

} // namespace recado::figures
