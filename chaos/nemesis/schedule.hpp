#pragma once
/// Which faults a run suffers, in which order: computed from a seed, the same everywhere.
#include "chaos/nemesis/fault.hpp"

#include <chrono>
#include <vector>

namespace recado::chaos {

struct planned_fault {
  fault what = fault::kill;
  unsigned target = 0;                ///< which of the nodes that run
  std::chrono::milliseconds calm{0};  ///< before it, once the last one has healed
  std::chrono::milliseconds lasts{0}; ///< until it is mended
  std::uint32_t dice = 0;             ///< for what else the fault has to choose
  friend bool operator==(const planned_fault&, const planned_fault&) = default;
};

struct schedule_options {
  std::vector<fault> kinds{}; ///< not empty
  unsigned nodes = 3;
  std::size_t count = 0; ///< how many faults
  bool in_order = false; ///< the kinds as they are listed; else each round in another order
  std::uint64_t seed = 1;
};

/// Every kind comes once per round, so a short run sees as many kinds as it can. A pause and a cut
/// take their durations in turn.
std::vector<planned_fault> make_schedule(const schedule_options& how);

} // namespace recado::chaos
