#pragma once
/// Addresses as an operator writes them.
#include <string>

namespace recado::config {

/// An IPv4 or IPv6 address.
bool is_address(const std::string& text);
/// 10.0.0.0/8, fd00::/8.
bool is_cidr(const std::string& text);

} // namespace recado::config
