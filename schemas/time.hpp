#pragma once
/// Wall time: microseconds since 1970-01-01 UTC, and its RFC 3339 text.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recado {

using wall_time = std::chrono::sys_time<std::chrono::microseconds>;
/// Monotonic time that counts suspension too (CLOCK_BOOTTIME).
using steady_time = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// "2026-11-22T07:02:03.004Z": UTC, always three decimals.
std::string to_rfc3339(wall_time at);
/// Any RFC 3339 date-time, with offset or Z; nullopt if it is none or out of range.
std::optional<wall_time> parse_rfc3339(std::string_view text);

inline std::int64_t micros(wall_time at) noexcept {
  return at.time_since_epoch().count();
}
inline wall_time from_micros(std::int64_t us) noexcept {
  return wall_time{std::chrono::microseconds{us}};
}

} // namespace recado
