#pragma once
/// INTERNAL to runtime/store: integers in network order.
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace recado::store {

template <class Int>
void put_int(std::string& out, Int value) {
  auto bits = static_cast<std::make_unsigned_t<Int>>(value);
  for (int shift = 8 * (static_cast<int>(sizeof bits) - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(bits >> shift & 0xff));
}

/// `bytes` holds at least sizeof(Int) bytes.
template <class Int>
Int take_int(std::string_view bytes) {
  std::make_unsigned_t<Int> bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i)
    bits = static_cast<std::make_unsigned_t<Int>>(bits << 8 | static_cast<std::uint8_t>(bytes[i]));
  return static_cast<Int>(bits);
}

// Binary timestamptz counts microseconds from 2000-01-01 UTC.
inline constexpr std::int64_t pg_epoch_us = 946'684'800'000'000;

/// pg_type.oid, from PostgreSQL's catalogue: these never change.
namespace oid {
inline constexpr std::uint32_t boolean = 16, byte_array = 17, name = 19, int8 = 20, int2 = 21,
                               int4 = 23, text = 25, json = 114, float4 = 700, float8 = 701,
                               unknown = 705, bpchar = 1042, varchar = 1043, timestamptz = 1184,
                               uuid = 2950, jsonb = 3802;
inline constexpr std::uint32_t boolean_array = 1000, bytea_array = 1001, int2_array = 1005,
                               int4_array = 1007, int8_array = 1016, text_array = 1009,
                               varchar_array = 1015, json_array = 199, timestamptz_array = 1185,
                               uuid_array = 2951, jsonb_array = 3807;
} // namespace oid

} // namespace recado::store
