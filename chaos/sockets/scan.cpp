#include "chaos/sockets/scan.hpp"

#include <charconv>

namespace recado::chaos {

std::optional<std::int64_t> number_after(std::string_view json, std::string_view name) {
  auto at = json.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  auto from = json.substr(at + name.size());
  std::int64_t value = 0;
  auto read = std::from_chars(from.data(), from.data() + from.size(), value);
  return read.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

std::string_view text_after(std::string_view json, std::string_view name) {
  auto at = json.find(name);
  if (at == std::string_view::npos) return {};
  auto from = json.substr(at + name.size());
  if (!from.starts_with('"')) return {};
  from.remove_prefix(1);
  return from.substr(0, from.find('"'));
}

} // namespace recado::chaos
