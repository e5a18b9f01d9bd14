#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

#include "config/overrides.hpp"
#include "config/suggest.hpp"

namespace recado::config {
namespace {

constexpr std::string_view prefix = "RECADO__";
constexpr std::string_view file_suffix = "_FILE";
constexpr std::size_t file_bytes_max = 64 * 1024;

std::string upper(std::string text) {
  for (auto& c : text)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}
std::string lower(std::string text) {
  for (auto& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string variable_of(const setting& one) {
  return std::string{prefix} + upper(one.section) + "__" + upper(one.key);
}

setting* find_variable(std::vector<setting>& all, const std::string& name) {
  auto found =
    std::find_if(all.begin(), all.end(), [&name](auto& one) { return variable_of(one) == name; });
  return found == all.end() ? nullptr : &*found;
}

tl::expected<std::string, std::string> content_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return tl::unexpected("the file " + path + " cannot be read");
  std::string text(file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return tl::unexpected("the file " + path + " cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > file_bytes_max) return tl::unexpected("the file " + path + " is too large");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

complaint assign(setting& to, const std::string& text) {
  auto parsed = value_of(to, text);
  if (!parsed) return parsed.error();
  return to.set(*parsed);
}

std::string unknown_variable(const std::vector<setting>& all, const std::string& name) {
  auto rest = lower(name.substr(prefix.size()));
  auto bar = rest.find("__");
  if (bar == rest.npos) return "is not of the form RECADO__SECTION__KEY";
  return unknown_key(all, rest.substr(0, bar), rest.substr(bar + 2));
}

} // namespace

environment process_environment() {
  environment out;
  for (auto** entry = ::environ; entry && *entry; ++entry) {
    std::string text{*entry};
    if (auto equals = text.find('='); equals != text.npos)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

std::string unknown_key(const std::vector<setting>& all, const std::string& section,
                        const std::string& key) {
  std::vector<std::string> sections, keys;
  std::string elsewhere;
  for (const auto& one : all) {
    if (sections.empty() || sections.back() != one.section) sections.push_back(one.section);
    if (one.section == section) keys.push_back(one.key);
    if (one.key == key && elsewhere.empty()) elsewhere = one.section;
  }
  if (keys.empty()) {
    if (auto meant = nearest(section, sections))
      return fmt::format("there is no section [{}]; did you mean [{}]?", section, *meant);
    return fmt::format("there is no section [{}]; there are {}", section,
                       fmt::join(sections, ", "));
  }
  if (auto meant = nearest(key, keys))
    return fmt::format("unknown key; did you mean {}.{}?", section, *meant);
  if (!elsewhere.empty()) return fmt::format("unknown key; it belongs in [{}]", elsewhere);
  return fmt::format("unknown key; [{}] has {}", section, fmt::join(keys, ", "));
}

void apply_environment(std::vector<setting>& all, const environment& env, origins& from,
                       std::vector<invalid>& errors) {
  for (const auto& [name, text] : env) {
    if (!name.starts_with(prefix)) continue;
    auto where = "environment " + name;
    auto* to = find_variable(all, name);
    auto content = text;
    if (!to && name.ends_with(file_suffix)) { // a key may itself end in _file: it comes first
      auto plain = name.substr(0, name.size() - file_suffix.size());
      to = find_variable(all, plain);
      if (to && env.count(plain) > 0) {
        errors.push_back({where, to->name(), plain + " is set as well: set one of the two"});
        continue;
      }
      auto read = to ? content_of(text) : text;
      if (!read) {
        errors.push_back({where, to->name(), read.error()});
        continue;
      }
      content = *read;
    }
    if (!to) {
      errors.push_back({where, "", unknown_variable(all, name)});
      continue;
    }
    from[to->name()] = where;
    if (auto why = assign(*to, content)) errors.push_back({where, to->name(), *why});
  }
}

} // namespace recado::config
