#pragma once
/// One key of the file: where its value lives, what it may be. The table of them in settings.cpp
/// drives the loader, the environment, `show` and the checks, so a key cannot be known to one only.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "config/config.hpp"

namespace recado::config {

using value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

/// A sentence about what is wrong; nothing: all is well.
using complaint = std::optional<std::string>;

struct setting {
  std::string section;
  std::string key;
  bool secret = false;
  std::function<value()> get;
  /// Stores the value if its type and range are right.
  std::function<complaint(const value&)> set;

  std::string name() const { return section + "." + key; }
};

/// From the text of an environment variable, by the type the setting has now.
tl::expected<value, std::string> value_of(const setting& to, const std::string& text);

/// As TOML.
std::string to_toml(const value& what);

/// All settings of this node_config, in the order of the example file.
std::vector<setting> settings_of(node_config& config);

} // namespace recado::config
