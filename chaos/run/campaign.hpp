#pragma once
/// What `recado-chaos run` does: one scenario, or several in turn, and what is said about them.
#include "chaos/run/options.hpp"
#include "chaos/run/scenario.hpp"

namespace recado::chaos {

/// True if every promise was kept. Throws std::runtime_error when it cannot be run here.
bool campaign(const run_options& how);

} // namespace recado::chaos
