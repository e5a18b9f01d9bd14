#pragma once
/// What values may not be together.
#include "config/config.hpp"

namespace recado::config {

/// Each names the key to change first; `where` is empty.
std::vector<invalid> broken_rules(const node_config& config);

} // namespace recado::config
