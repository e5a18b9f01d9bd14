#pragma once
/// A mailbox: "bar@example.org" or "Bar do Zé <bar@example.org>".
#include <optional>
#include <string>
#include <string_view>

namespace recado::channels::email {

struct mailbox {
  std::string name; ///< UTF-8; empty: none
  std::string address;
  std::string_view domain() const {
    return std::string_view{address}.substr(address.rfind('@') + 1);
  }
};

/// An address of RFC 5321 in the form that people use: dot-atom, "@", host name; ASCII, at most 254
/// bytes. The domain comes back in lower case, the rest as it was given. nullopt: it is none.
std::optional<std::string> parse_address(std::string_view text);

std::optional<mailbox> parse_mailbox(std::string_view text);

} // namespace recado::channels::email
