#pragma once
/// The reports that chaos/figures.sh has left, by their names.
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace recado::figures {

using runs = std::map<std::string, nlohmann::json>; ///< "growth-members-100" → its report

/// Every NAME.json of the folder; what is no JSON is left out.
runs read_runs(const std::filesystem::path& folder);

/// One growth, from the smallest to the largest: "growth-members" → 2, 100, 1000.
struct point {
  std::uint64_t size = 0;
  nlohmann::json report;
};
std::vector<point> series_of(const runs& all, const std::string& name);

/// How much more than the first it is, in percent; less is negative. `first` 0: 0.
double percent_more(double value, double first);

} // namespace recado::figures
