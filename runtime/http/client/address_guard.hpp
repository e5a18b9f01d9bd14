#pragma once
/// Which addresses may be called on behalf of somebody else: public ones, and those that the
/// operator allowed. Applied to the resolved address, so a name that leads inside does not help.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/problem.hpp"

namespace recado::http {

/// Sixteen bytes; an IPv4 address is ::ffff:a.b.c.d.
using ip_bytes = std::array<std::uint8_t, 16>;

std::optional<ip_bytes> parse_ip(std::string_view text);
std::string to_text(const ip_bytes& address);

struct ip_range {
  ip_bytes first{};
  unsigned bits = 128; ///< of the mapped form: 10.0.0.0/8 has 104
  bool holds(const ip_bytes& address) const noexcept;
};
std::optional<ip_range> parse_range(std::string_view cidr);

class address_guard {
public:
  /// "loopback", "private", "link_local" or CIDR, as in net.allow_private.
  static result<address_guard> make(const std::vector<std::string>& allowed);

  /// Not allowed: everything that is not globally reachable unicast: loopback, private, shared
  /// (100.64/10), link-local (with cloud metadata), unique-local, multicast, documentation, this
  /// network, reserved; also inside v4-mapped, 6to4, Teredo and NAT64 addresses.
  bool allows(const ip_bytes& address) const;

private:
  std::vector<ip_range> allowed_;
};

} // namespace recado::http
