#pragma once
/// The environment's part of loading.
#include <map>
#include <string>

#include "config/load.hpp"
#include "config/setting.hpp"

namespace recado::config {

/// Where each setting got its value from, by name: "recado.toml:3:1", "environment RECADO__…".
using origins = std::map<std::string, std::string>;

/// What is wrong with a name that no setting has: what was perhaps meant, or where it belongs.
std::string unknown_key(const std::vector<setting>& all, const std::string& section,
                        const std::string& key);

void apply_environment(std::vector<setting>& all, const environment& env, origins& from,
                       std::vector<invalid>& errors);

} // namespace recado::config
