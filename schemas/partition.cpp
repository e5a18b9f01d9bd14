#include "schemas/partition.hpp"

namespace recado {

partition_id partition_of(const client_id& client, const conversation_id& conversation,
                          partition_id partitions) noexcept {
  std::uint64_t h = 0xcbf29ce484222325ull; // FNV-1a, 64 bit
  for (const auto* id : {&client.value, &conversation.value})
    for (auto byte : id->bytes)
      h = (h ^ byte) * 0x100000001b3ull;
  h ^= h >> 33; // the finaliser of MurmurHash3: FNV's low bits alone are uneven
  h *= 0xff51afd7ed558ccdull;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ull;
  h ^= h >> 33;
  return static_cast<partition_id>(h % partitions);
}

std::string_view to_string(lane value) noexcept {
  switch (value) {
  case lane::express:
    return "express";
  case lane::standard:
    return "standard";
  case lane::bulk:
    return "bulk";
  }
  return "standard";
}

} // namespace recado
