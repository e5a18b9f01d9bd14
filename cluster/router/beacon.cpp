#include "cluster/router/beacon.hpp"

#include <algorithm>
#include <limits>

namespace recado::cluster {

namespace {

constexpr std::uint8_t beacon_version = 1;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

/// Reads big endian numbers; `ok` turns false at the end of the bytes.
struct reader {
  std::string_view rest;
  bool ok = true;

  std::string_view take(std::size_t n) {
    ok = ok && rest.size() >= n;
    auto out = ok ? rest.substr(0, n) : std::string_view{};
    if (ok) rest.remove_prefix(n);
    return out;
  }
  std::uint64_t number(int bytes) {
    std::uint64_t out = 0;
    for (auto c : take(static_cast<std::size_t>(bytes)))
      out = out << 8 | static_cast<std::uint8_t>(c);
    return out;
  }
};

} // namespace

std::string encode(const beacon& value) {
  auto node = std::string_view{value.node}.substr(0, 255);
  auto count =
    std::min<std::size_t>(value.partitions.size(), std::numeric_limits<std::uint16_t>::max());
  std::string out;
  out.reserve(12 + node.size() + 2 * count);
  put(out, beacon_version, 1);
  put(out, node.size(), 1);
  out.append(node);
  put(out, static_cast<std::uint64_t>(value.incarnation), 8);
  put(out, count, 2);
  for (std::size_t i = 0; i < count; ++i)
    put(out, value.partitions[i], 2);
  return out;
}

result<beacon> decode_beacon(std::string_view bytes) {
  reader in{bytes};
  beacon out;
  auto version = in.number(1);
  out.node = in.take(in.number(1));
  out.incarnation = static_cast<std::int64_t>(in.number(8));
  auto count = in.number(2);
  if (!in.ok || version < beacon_version || in.rest.size() < 2 * count)
    return fail(ec::malformed_request, "no beacon");
  out.partitions.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    out.partitions.push_back(static_cast<partition_id>(in.number(2)));
  return out;
}

} // namespace recado::cluster
