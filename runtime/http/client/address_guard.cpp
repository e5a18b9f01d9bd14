#include "runtime/http/client/address_guard.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace recado::http {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;

ip_range range(const char* cidr) {
  return *parse_range(cidr); // only of the literals below, which the tests walk through
}

const std::vector<ip_range>& refused_v4() {
  static const std::vector<ip_range> all{
    range("0.0.0.0/8"),      range("10.0.0.0/8"),     range("100.64.0.0/10"),
    range("127.0.0.0/8"),    range("169.254.0.0/16"), range("172.16.0.0/12"),
    range("192.0.0.0/24"),   range("192.0.2.0/24"),   range("192.88.99.0/24"),
    range("192.168.0.0/16"), range("198.18.0.0/15"),  range("198.51.100.0/24"),
    range("203.0.113.0/24"), range("224.0.0.0/4"),    range("240.0.0.0/4"),
  };
  return all;
}

/// Of 2000::/3, the only global unicast there is.
const std::vector<ip_range>& refused_v6() {
  static const std::vector<ip_range> all{
    range("2001::/23"),     // protocol assignments, Teredo among them
    range("2001:db8::/32"), // documentation
    range("3fff::/20"),     // documentation
  };
  return all;
}

bool in_any(const std::vector<ip_range>& ranges, const ip_bytes& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const ip_range& each) { return each.holds(address); });
}

bool is_mapped(const ip_bytes& address) {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.begin());
}

/// The IPv4 address that lies within at this offset.
ip_bytes embedded(const ip_bytes& address, std::size_t offset) {
  ip_bytes out{};
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), out.begin());
  std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(offset), 4, out.begin() + 12);
  return out;
}

bool is_public(const ip_bytes& address) {
  static const auto nat64 = range("64:ff9b::/96"), six_to_four = range("2002::/16"),
                    unicast = range("2000::/3");
  if (is_mapped(address)) return !in_any(refused_v4(), address);
  if (nat64.holds(address)) return is_public(embedded(address, 12));
  if (six_to_four.holds(address)) return is_public(embedded(address, 2));
  return unicast.holds(address) && !in_any(refused_v6(), address);
}

std::vector<ip_range> ranges_of(const std::string& word) {
  if (word == "loopback") return {range("127.0.0.0/8"), range("::1/128")};
  if (word == "link_local") return {range("169.254.0.0/16"), range("fe80::/10")};
  if (word == "private")
    return {range("10.0.0.0/8"), range("172.16.0.0/12"), range("192.168.0.0/16"),
            range("fc00::/7")};
  if (auto one = parse_range(word)) return {*one};
  return {};
}

} // namespace

std::optional<ip_bytes> parse_ip(std::string_view text) {
  std::string terminated{text};
  ip_bytes out{};
  if (inet_pton(AF_INET6, terminated.c_str(), out.data()) == 1) return out;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), out.begin());
  if (inet_pton(AF_INET, terminated.c_str(), out.data() + 12) == 1) return out;
  return std::nullopt;
}

std::string to_text(const ip_bytes& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (is_mapped(address))
    inet_ntop(AF_INET, address.data() + 12, buffer.data(), buffer.size());
  else
    inet_ntop(AF_INET6, address.data(), buffer.data(), buffer.size());
  return buffer.data();
}

bool ip_range::holds(const ip_bytes& address) const noexcept {
  auto whole = bits / 8;
  if (std::memcmp(first.data(), address.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return (first[whole] & mask) == (address[whole] & mask);
}

std::optional<ip_range> parse_range(std::string_view cidr) {
  auto slash = cidr.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto address = parse_ip(cidr.substr(0, slash));
  unsigned bits = 0;
  auto tail = cidr.substr(slash + 1);
  auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), bits);
  if (!address || error != std::errc{} || end != tail.data() + tail.size()) return std::nullopt;
  if (cidr.find(':') == std::string_view::npos) bits += mapped_bits;
  if (bits > 128) return std::nullopt;
  return ip_range{*address, bits};
}

result<address_guard> address_guard::make(const std::vector<std::string>& allowed) {
  address_guard out;
  for (const auto& word : allowed) {
    auto ranges = ranges_of(word);
    if (ranges.empty())
      return fail(ec::invalid_request, "\"" + word + "\" is no range of addresses");
    out.allowed_.insert(out.allowed_.end(), ranges.begin(), ranges.end());
  }
  return out;
}

bool address_guard::allows(const ip_bytes& address) const {
  return in_any(allowed_, address) || is_public(address);
}

} // namespace recado::http
