#pragma once
/// One node: everything that `recado node` runs, put together in one place.
#include "config/config.hpp"

namespace recado {

/// Runs until SIGTERM or SIGINT, then drains and returns the exit code. 0: ended as asked;
/// 1: could not start or was superseded, said in the log.
int run_node(const config::node_config& config);

} // namespace recado
