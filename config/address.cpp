#include "config/address.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace recado::config {
namespace {

bool parses(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(family, text.c_str(), bytes.data()) == 1;
}

} // namespace

bool is_address(const std::string& text) {
  return parses(AF_INET, text) || parses(AF_INET6, text);
}

bool is_cidr(const std::string& text) {
  auto slash = text.find('/');
  if (slash == text.npos) return false;
  auto address = text.substr(0, slash);
  const auto* begin = text.data() + slash + 1;
  const auto* end = text.data() + text.size();
  int bits = -1;
  auto [stop, error] = std::from_chars(begin, end, bits);
  if (error != std::errc{} || stop != end || bits < 0) return false;
  return (parses(AF_INET, address) && bits <= 32) || (parses(AF_INET6, address) && bits <= 128);
}

} // namespace recado::config
