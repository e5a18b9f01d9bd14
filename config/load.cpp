#include "config/load.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <toml++/toml.h>

#include "config/overrides.hpp"
#include "config/rules.hpp"

namespace recado::config {
namespace {

std::string place(const std::string& name, const toml::source_region& at) {
  return fmt::format("{}:{}:{}", name, at.begin.line, at.begin.column);
}

/// What the node holds, if a setting can hold it at all; else what it is called.
tl::expected<value, std::string> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* array = node.as_array()) {
    std::vector<std::string> list;
    for (const auto& entry : *array) {
      if (!entry.is_string()) return tl::unexpected(std::string{"is a list of other things"});
      list.push_back(entry.as_string()->get());
    }
    return list;
  }
  if (node.is_floating_point()) return tl::unexpected(std::string{"is a number with a fraction"});
  if (node.is_table()) return tl::unexpected(std::string{"is a table"});
  return tl::unexpected(std::string{"is a date or time"});
}

std::string kind_of(const value& now) {
  static constexpr const char* names[] = {"a boolean", "a whole number", "a string",
                                          "a list of strings"};
  return names[now.index()];
}

using entries = std::vector<std::pair<const toml::key*, const toml::node*>>;

/// The library sorts by name; errors are wanted in the order of the lines.
entries in_order(const toml::table& table) {
  entries out;
  for (const auto& [key, node] : table)
    out.emplace_back(&key, &node);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.first->source().begin < b.first->source().begin;
  });
  return out;
}

class file_reader {
public:
  file_reader(std::vector<setting>& all, std::string name, origins& from,
              std::vector<invalid>& errors)
    : all_(all),
      name_(std::move(name)),
      from_(from),
      errors_(errors) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : in_order(root)) {
      std::string section{key->str()};
      auto where = place(name_, key->source());
      const auto* table = node->as_table();
      if (!table)
        errors_.push_back({where, section, "stands outside of a section: " + advice(section)});
      else if (!known(section))
        errors_.push_back({where, section, unknown_key(all_, section, "")});
      else
        for (const auto& [inner, value] : in_order(*table))
          read_key(section, *inner, *value);
    }
  }

private:
  bool known(const std::string& section) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&section](const auto& one) { return one.section == section; });
  }
  std::string advice(const std::string& key) const {
    if (known(key)) return "write [" + key + "]";
    for (const auto& one : all_)
      if (one.key == key) return "it belongs in [" + one.section + "]";
    return "a section begins with [its name]";
  }

  void read_key(const std::string& section, const toml::key& key, const toml::node& node) {
    std::string name{key.str()};
    auto where = place(name_, key.source());
    auto to = std::find_if(all_.begin(), all_.end(), [&section, &name](const auto& one) {
      return one.section == section && one.key == name;
    });
    if (to == all_.end()) {
      errors_.push_back({where, section + "." + name, unknown_key(all_, section, name)});
      return;
    }
    from_[to->name()] = where;
    auto given = value_of(node);
    auto why =
      given ? to->set(*given) : complaint{given.error() + ", but must be " + kind_of(to->get())};
    if (why) errors_.push_back({where, to->name(), *why});
  }

  std::vector<setting>& all_;
  std::string name_;
  origins& from_;
  std::vector<invalid>& errors_;
};

loaded<node_config> finish(node_config& config, std::vector<setting>& all, const environment& env,
                           origins& from, std::vector<invalid>& errors) {
  apply_environment(all, env, from, errors);
  for (auto& broken : broken_rules(config)) {
    // A rule about a value that was refused anyway would only confuse.
    auto refused = std::any_of(errors.begin(), errors.end(),
                               [&broken](const auto& error) { return error.key == broken.key; });
    if (refused) continue;
    broken.where = from[broken.key];
    errors.push_back(std::move(broken));
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return config;
}

} // namespace

loaded<node_config> load_text(const std::string& toml, const std::string& name,
                              const environment& env) {
  node_config config;
  auto all = settings_of(config);
  origins from;
  std::vector<invalid> errors;
  try {
    file_reader{all, name, from, errors}.read(toml::parse(toml, name));
  } catch (const toml::parse_error& error) {
    errors.push_back({place(name, error.source()), "", std::string{error.description()}});
    return tl::unexpected(std::move(errors));
  }
  return finish(config, all, env, from, errors);
}

loaded<node_config> load(const std::filesystem::path& file, const environment& env) {
  if (file.empty()) return load_text("", "", env);
  std::ifstream in{file, std::ios::binary};
  if (!in || std::filesystem::is_directory(file)) // reading a folder would throw
    return tl::unexpected(std::vector{invalid{file.string(), "", "the file cannot be read"}});
  std::string text{std::istreambuf_iterator<char>(in), {}};
  return load_text(text, file.string(), env);
}

tl::expected<std::string, std::string> database_of(const std::filesystem::path& file) {
  auto config = load(file, process_environment());
  if (!config) return tl::unexpected(to_text(config.error()));
  return config->store.dsn;
}

} // namespace recado::config
