#pragma once
/// The beacon: each node says every 200 ms which of its partitions are alive and progressing, in
/// one message for all of them (subjects::beacons).
#include "schemas/partition.hpp"
#include "schemas/problem.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace recado::cluster {

inline constexpr std::chrono::milliseconds beacon_interval{200};

struct beacon {
  std::string node; ///< at most 255 bytes
  std::int64_t incarnation = 0;
  std::vector<partition_id> partitions;
  bool serves = true; ///< false: it cannot write its heartbeat, and commits nothing
  bool operator==(const beacon&) const = default;
};

/// version u8, node (u8 length), incarnation i64, count u16, partitions u16 each; big endian. Then
/// u8 1 of a node that does not serve, else 0; beacons of old nodes end before it. A newer version
/// only adds bytes at the end.
std::string encode(const beacon& value);
/// malformed_request for bytes that are no beacon.
result<beacon> decode_beacon(std::string_view bytes);

} // namespace recado::cluster
