#pragma once
/// From defaults, a TOML file and the environment (in this order, the last wins) to a node_config.
#include <filesystem>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "config/config.hpp"

namespace recado::config {

using environment = std::map<std::string, std::string>;
/// This process's variables.
environment process_environment();

template <class T>
using loaded = tl::expected<T, std::vector<invalid>>;

/// An empty path: no file. RECADO__SECTION__KEY sets section.key, RECADO__SECTION__KEY_FILE sets it
/// to what the named file holds (for secrets; one line end is cut). Lists are comma separated in
/// the environment. All errors are reported at once: unknown keys too, with what was perhaps meant.
loaded<node_config> load(const std::filesystem::path& file, const environment& env);

/// As load(), from text; `name` stands for the file in errors.
loaded<node_config> load_text(const std::string& toml, const std::string& name,
                              const environment& env);

/// store.dsn of that file and this process's environment; else the errors as text.
tl::expected<std::string, std::string> database_of(const std::filesystem::path& file);

} // namespace recado::config
