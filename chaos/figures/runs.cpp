#include "chaos/figures/runs.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace recado::figures {

runs read_runs(const std::filesystem::path& folder) {
  runs out;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file{entry.path()};
    auto report = nlohmann::json::parse(file, nullptr, false);
    if (report.is_object()) out.emplace(entry.path().stem().string(), std::move(report));
  }
  return out;
}

std::vector<point> series_of(const runs& all, const std::string& name) {
  std::vector<point> out;
  auto prefix = name + '-';
  for (const auto& [key, report] : all) {
    if (!key.starts_with(prefix)) continue;
    point one;
    const auto* end = key.data() + key.size();
    auto [rest, error] = std::from_chars(key.data() + prefix.size(), end, one.size);
    if (error != std::errc{} || rest != end) continue;
    one.report = report;
    out.push_back(std::move(one));
  }
  std::ranges::sort(out, {}, &point::size);
  return out;
}

double percent_more(double value, double first) {
  return first > 0 ? (value - first) / first * 100 : 0;
}

} // namespace recado::figures
