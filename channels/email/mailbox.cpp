#include "channels/email/mailbox.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "channels/field_rule.hpp"

namespace recado::channels::email {
namespace {

constexpr std::size_t address_bytes_max = 254, local_bytes_max = 64; // RFC 5321, 4.5.3.1

bool is_atom(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 &&
         (std::isalnum(byte) || (c != '\0' && std::strchr("!#$%&'*+-/=?^_`{|}~", c)));
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_atom(c); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

} // namespace

std::optional<std::string> parse_address(std::string_view text) {
  auto at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > address_bytes_max) return std::nullopt;
  auto local = text.substr(0, at), domain = text.substr(at + 1);
  bool is_host = domain.find(':') == std::string_view::npos && host_complaint(domain).empty();
  if (!is_dot_atom(local) || local.size() > local_bytes_max || !is_host) return std::nullopt;
  std::string out{text};
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(at),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::optional<mailbox> parse_mailbox(std::string_view text) {
  auto open = text.rfind('<');
  if (open == std::string_view::npos) {
    auto address = parse_address(trimmed(text));
    if (!address) return std::nullopt;
    return mailbox{{}, *address};
  }
  auto rest = trimmed(text.substr(open + 1));
  if (!rest.ends_with('>')) return std::nullopt;
  auto address = parse_address(rest.substr(0, rest.size() - 1));
  if (!address) return std::nullopt;
  auto name = trimmed(text.substr(0, open));
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
    name = name.substr(1, name.size() - 2);
  return mailbox{std::string{name}, *address};
}

} // namespace recado::channels::email
