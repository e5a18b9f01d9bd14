#pragma once
/// INTERNAL: what both meters ask of a fault and of its figures.
#include "chaos/log/records.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace recado::chaos {

/// "n2" is node number 1; nothing for what is no node.
inline std::optional<unsigned> node_in(const std::string& target) {
  unsigned number = 0;
  if (!target.starts_with("n")) return std::nullopt;
  const char* end = target.data() + target.size();
  auto [rest, failed] = std::from_chars(target.data() + 1, end, number);
  if (failed != std::errc{} || rest != end || number == 0) return std::nullopt;
  return number - 1;
}

inline micros percentile(const std::vector<micros>& sorted, double share) {
  if (sorted.empty()) return 0;
  auto at = static_cast<std::size_t>(std::lround(share * static_cast<double>(sorted.size() - 1)));
  return sorted[at];
}

} // namespace recado::chaos
