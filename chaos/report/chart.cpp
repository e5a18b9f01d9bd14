#include "chaos/report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

using nlohmann::json;

constexpr double width = 1'000, left = 56, right = 12;
constexpr double plot = width - left - right;

/// A panel of the timeline: where it lies, and the scale of its values.
struct panel {
  double top, height, most;
  double y(double value) const { return top + height * (1 - std::min(value / most, 1.0)); }
};

/// 1, 2 or 5 times a power of ten: at least this much.
double round_up(double value) {
  if (value <= 0) return 1;
  auto power = std::pow(10, std::floor(std::log10(value)));
  for (double factor : {1.0, 2.0, 5.0, 10.0})
    if (factor * power >= value) return factor * power;
  return value;
}

std::string text(double x, double y, const std::string& anchor, const std::string& what) {
  return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", x, y, anchor,
                     escaped(what));
}

std::string axis(const panel& on, const std::string& unit) {
  std::string out;
  for (int i = 0; i <= 2; ++i) {
    auto value = on.most * i / 2;
    auto y = on.y(value);
    out += fmt::format(R"(<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)", left,
                       width - right, y, y);
    out += text(left - 6, y + 4, "end", fmt::format("{:g}", value));
  }
  return out + text(left, on.top - 8, "start", unit);
}

std::string path(const std::vector<std::pair<double, double>>& points, const char* style,
                 double base) {
  if (points.empty()) return {};
  std::string line;
  for (const auto& [x, y] : points)
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", x, y);
  if (base > 0)
    line += fmt::format("L{:.1f} {:.1f}L{:.1f} {:.1f}Z", points.back().first, base,
                        points.front().first, base);
  return fmt::format(R"(<path class="{}" d="{}"/>)", style, line);
}

/// Faults, one band each, named above in rows so that names do not lie on each other.
std::string bands(const json& faults, double began, double seconds, double top, double height) {
  std::string out;
  std::vector<double> free_from(3, 0);
  auto x = [&](double at) {
    return left + plot * std::clamp((at - began) / std::max(seconds, 0.001), 0.0, 1.0);
  };
  for (const auto& one : faults) {
    auto from = x(one.at("begin_s")), to = std::max(x(one.at("end_s")), from + 1.5);
    out += fmt::format(
      R"(<rect class="fault" x="{:.1f}" width="{:.1f}" y="{}" height="{}"><title>{} {} {}</title></rect>)",
      from, to - from, top, height, escaped(one.at("fault")), escaped(one.at("target")),
      escaped(one.at("detail")));
    auto name = one.at("fault").get<std::string>() + " " + one.at("target").get<std::string>();
    auto row = std::ranges::find_if(free_from, [&](double free) { return free <= from; });
    if (row == free_from.end()) continue; // too many at once: the title has it
    *row = from + 6.5 * static_cast<double>(name.size()) + 10;
    out += text(from, 14 + 14 * static_cast<double>(row - free_from.begin()), "start", name);
  }
  return out;
}

std::string svg(double height, const std::string& inside, const std::string& label) {
  return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>)", width,
                     height, label, inside);
}

double most_of(const json& values) {
  double out = 0;
  for (const auto& one : values)
    out = std::max(out, one.get<double>());
  return out;
}

} // namespace

std::string escaped(const std::string& raw) {
  std::string out;
  for (char c : raw)
    switch (c) {
    case '<':
      out += "&lt;";
      break;
    case '&':
      out += "&amp;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
    }
  return out;
}

std::string timeline_chart(const json& figures) {
  double began = figures.at("began_s"), seconds = figures.at("seconds");
  const auto& per_100ms = figures.at("accepted_per_100ms");
  const auto& p95 = figures.at("p95_ms_per_second");
  panel rate{76, 170, round_up(most_of(per_100ms))};
  panel slow{290, 130, round_up(most_of(p95))};
  auto x = [&](double at) { return left + plot * at / std::max(seconds, 0.001); };
  std::vector<std::pair<double, double>> accepted, waits;
  for (std::size_t i = 0; i < per_100ms.size(); ++i)
    accepted.emplace_back(std::min(x(0.1 * static_cast<double>(i)), width - right),
                          rate.y(per_100ms[i].get<double>()));
  for (std::size_t i = 0; i < p95.size(); ++i)
    waits.emplace_back(std::min(x(static_cast<double>(i)), width - right),
                       slow.y(p95[i].get<double>()));
  auto inside = bands(figures.at("faults"), began, seconds, 56, 364) +
                axis(rate, "accepted per 100 ms") +
                axis(slow, "p95 of the wait for a 2xx, ms, per second") +
                path(accepted, "area", rate.top + rate.height) + path(waits, "line", 0);
  auto step = round_up(seconds / 12);
  for (double at = 0; at <= seconds; at += step)
    inside += text(x(at), 442, "middle", fmt::format("{:g} s", at));
  return svg(450, inside, "messages accepted and their waits over time");
}

std::string gap_chart(const json& figures) {
  constexpr double least_ms = 1, row = 26, name_width = 170;
  double most = 1'000;
  for (const auto& one : figures.at("faults"))
    most = std::max(most, one.at("gap_ms").value("max", 0.0));
  auto top = std::ceil(std::log10(most));
  auto x = [&](double ms) {
    return name_width + (width - name_width - 30) * std::log10(std::max(ms, least_ms)) / top;
  };
  std::string inside;
  auto height = 40 + row * static_cast<double>(figures.at("faults").size());
  for (double power = 0; power <= top; ++power) {
    auto ms = std::pow(10, power);
    inside += fmt::format(R"(<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="20" y2="{1}"/>)",
                          x(ms), height - 10);
    inside += text(x(ms), 14, "middle",
                   ms < 1'000 ? fmt::format("{:g} ms", ms) : fmt::format("{:g} s", ms / 1'000));
  }
  double y = 38;
  for (const auto& one : figures.at("faults")) {
    const auto& gap = one.at("gap_ms");
    inside += text(0, y + 4, "start",
                   fmt::format("{} {}", one.at("fault").get<std::string>(),
                               one.at("target").get<std::string>()));
    if (gap.at("count") > 0) {
      inside += fmt::format(R"(<line class="range" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>)",
                            x(gap.at("min")), x(gap.at("max")), y, y);
      for (const auto* part : {"median", "p99", "max"})
        inside += fmt::format(
          R"(<circle class="{0}" cx="{1:.1f}" cy="{2}" r="5"><title>{0} {3:.0f} ms</title></circle>)",
          part, x(gap.at(part)), y, gap.at(part).get<double>());
    }
    y += row;
  }
  return svg(height, inside, "how long conversations did not accept, by fault");
}

} // namespace recado::chaos
