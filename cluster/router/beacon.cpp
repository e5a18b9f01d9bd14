#include "cluster/router/beacon.hpp"

#include "schemas/bytes.hpp"

#include <algorithm>
#include <limits>

namespace recado::cluster {

namespace {

constexpr std::uint8_t beacon_version = 1;
constexpr std::uint8_t serves_nothing = 1;

} // namespace

std::string encode(const beacon& value) {
  auto node = std::string_view{value.node}.substr(0, 255);
  auto count =
    std::min<std::size_t>(value.partitions.size(), std::numeric_limits<std::uint16_t>::max());
  std::string out;
  out.reserve(12 + node.size() + 2 * count);
  put_number(out, beacon_version, 1);
  put_number(out, node.size(), 1);
  out.append(node);
  put_number(out, static_cast<std::uint64_t>(value.incarnation), 8);
  put_number(out, count, 2);
  for (std::size_t i = 0; i < count; ++i)
    put_number(out, value.partitions[i], 2);
  put_number(out, value.serves ? 0 : serves_nothing, 1);
  return out;
}

result<beacon> decode_beacon(std::string_view bytes) {
  byte_reader in{bytes};
  beacon out;
  auto version = in.number(1);
  out.node = in.take(in.number(1));
  out.incarnation = in.int8();
  auto count = in.number(2);
  if (!in.ok || version < beacon_version || in.rest.size() < 2 * count)
    return fail(ec::malformed_request, "no beacon");
  out.partitions.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    out.partitions.push_back(static_cast<partition_id>(in.number(2)));
  out.serves = in.number(1) != serves_nothing;
  return out;
}

} // namespace recado::cluster
