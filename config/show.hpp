#pragma once
/// A configuration as text, for `recado config check` and for people.
#include <string>
#include <vector>

#include "config/config.hpp"

namespace recado::config {

struct shown_setting {
  std::string section;
  std::string key;
  std::string value; ///< as TOML; secrets that are set are "***"
  bool is_default;
};

/// Every setting, in the order of the example file.
std::vector<shown_setting> show(const node_config& config);

/// The same as a TOML file without comments.
std::string to_toml(const node_config& config);

} // namespace recado::config
