#pragma once
/// Nodes that break a promise on purpose. A checker that does not catch them proves nothing.
#include "chaos/run/options.hpp"

namespace recado::chaos {

/// Every mutant must be caught, and the same program without a mutant must not. `program` has fault
/// points.
bool hunt_mutants(const run_options& how, const std::filesystem::path& program);

} // namespace recado::chaos
