#pragma once
#include "config/load.hpp"

/// The errors of a load that should have had none.
inline std::string why(const recado::config::loaded<recado::config::node_config>& config) {
  return config ? "" : to_text(config.error());
}
