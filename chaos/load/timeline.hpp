#pragma once
/// What every second of a run was like. A message belongs to the second in which it was due.
#include "chaos/load/histogram.hpp"
#include "chaos/load/phases.hpp"
#include "chaos/load/process_cost.hpp"

#include <map>
#include <optional>
#include <string>

namespace recado::load {

struct second {
  std::uint64_t due = 0;
  std::uint64_t accepted = 0;        ///< 201, 202
  std::uint64_t refused = 0;         ///< 429, 503
  std::uint64_t given_up = 0;        ///< no connection was free in time
  histogram post;                    ///< of what was accepted
  std::map<std::string, cost> costs; ///< by program, at its end
};
using timeline = std::vector<second>;

/// These seconds as one.
second sum_of(const timeline& all, std::size_t from, std::size_t to);

struct recovery {
  std::uint64_t normal_p95_us = 0; ///< of the first phase
  /// From the end of the busiest phase until the 95th percentile stays within twice the normal one
  /// for `calm` seconds; nothing: it did not.
  std::optional<std::size_t> seconds;
};
inline constexpr std::size_t calm = 3;
recovery recovery_of(const timeline& all, const std::vector<phase>& phases);

} // namespace recado::load
