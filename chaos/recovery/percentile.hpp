#pragma once
/// INTERNAL: of both meters.
#include "chaos/log/records.hpp"

#include <cmath>
#include <vector>

namespace recado::chaos {

inline micros percentile(const std::vector<micros>& sorted, double share) {
  if (sorted.empty()) return 0;
  auto at = static_cast<std::size_t>(std::lround(share * static_cast<double>(sorted.size() - 1)));
  return sorted[at];
}

} // namespace recado::chaos
