#include "config/show.hpp"

#include "config/setting.hpp"

namespace recado::config {
namespace {

bool is_set(const value& what) {
  if (const auto* text = std::get_if<std::string>(&what)) return !text->empty();
  if (const auto* list = std::get_if<std::vector<std::string>>(&what)) return !list->empty();
  return true;
}

} // namespace

std::vector<shown_setting> show(const node_config& config) {
  auto copy = config;
  node_config defaults;
  auto standard = settings_of(defaults);
  std::vector<shown_setting> out;
  for (const auto& one : settings_of(copy)) {
    auto now = one.get();
    auto text = one.secret && is_set(now) ? std::string{"\"***\""} : to_toml(now);
    out.push_back({one.section, one.key, std::move(text), now == standard[out.size()].get()});
  }
  return out;
}

std::string to_toml(const node_config& config) {
  std::string out;
  std::string section;
  for (const auto& one : show(config)) {
    if (one.section != section) out += (out.empty() ? "[" : "\n[") + one.section + "]\n";
    section = one.section;
    out += one.key + " = " + one.value + "\n";
  }
  return out;
}

} // namespace recado::config
