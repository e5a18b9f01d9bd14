#pragma once
/// One run of one scenario: a world, clients, faults, the check.
#include "chaos/recovery/bystanders.hpp"
#include "chaos/recovery/recovery.hpp"
#include "chaos/run/options.hpp"
#include "chaos/run/scenario.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace recado::chaos {

struct run_plan {
  scenario what;
  run_options how;                        ///< `out` is the folder of this run
  std::vector<std::string> environment{}; ///< of the nodes
};

struct run_result {
  nlohmann::json verdict;               ///< of the checker
  std::vector<recovery_row> recovery{}; ///< figures, no judgement
  std::vector<bystander_row> bystanders{};
  std::vector<std::string> complaints; ///< of the one who broke things: what did not come back
  std::size_t faults = 0;
  bool ok = false;
};

/// Throws std::runtime_error when it cannot even begin, and interrupted.
run_result run(const run_plan& plan);

} // namespace recado::chaos
