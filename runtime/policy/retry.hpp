#pragma once
/// When to try again: exponential backoff with full jitter, bounded by attempts and by age.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <tl/expected.hpp>

namespace recado::policy {

using duration = std::chrono::nanoseconds;

/// The backoff after failure number n (1, 2, …): first · factor^(n-1), at most max; no jitter.
duration exponential(duration first, double factor, duration max, std::uint32_t n) noexcept;

struct retry_config {
  duration first = std::chrono::seconds{1};  ///< ceiling of the first wait
  double factor = 2;                         ///< growth of the ceiling, >= 1
  duration max = std::chrono::minutes{15};   ///< the ceiling grows no further
  std::uint32_t attempts = 12;               ///< tries in all, the first included
  duration max_age = std::chrono::hours{24}; ///< no try starts later than this after the first
};

enum class give_up : std::uint8_t { attempts_spent, too_old };

/// One failed try, as the schedule needs to know it.
struct failed_try {
  std::uint32_t attempt = 1;           ///< its number, from 1
  duration age{};                      ///< time since the first try started
  std::optional<duration> retry_after; ///< what the other side asked for
};

/// Waits a random time between zero and the ceiling (full jitter spreads a crowd best). A
/// Retry-After is a promise to the other side: never earlier, and spread over one `first` after it.
template <class Rng>
tl::expected<duration, give_up> next_try(const retry_config& config, const failed_try& failed,
                                         Rng& random) {
  if (failed.attempt >= config.attempts) return tl::unexpected(give_up::attempts_spent);
  auto ceiling = failed.retry_after
                   ? config.first
                   : exponential(config.first, config.factor, config.max, failed.attempt);
  auto spread = std::uniform_int_distribution<std::int64_t>{0, ceiling.count()}(random);
  auto asked = std::max(failed.retry_after.value_or(duration{0}), duration{0});
  // Compared by subtraction: a peer may ask for centuries.
  if (asked > config.max_age - failed.age - duration{spread})
    return tl::unexpected(give_up::too_old);
  return asked + duration{spread};
}

} // namespace recado::policy
