#pragma once
/// A pace: so many per second on average, so many at once. (GCRA: one instant instead of a counter,
/// so waits are exact.)
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "schemas/time.hpp"

namespace recado::policy {

struct token_bucket_config {
  double per_second = 10;   ///< 0.001 … 10^9
  std::uint32_t burst = 20; ///< 1 … 10^6, what a rested bucket gives at once
};

/// Over any span t it gives at most burst + t · per_second tokens.
class token_bucket {
public:
  explicit token_bucket(token_bucket_config config = {}) { set(config); }

  /// Takes the tokens if they are there. More than the burst counts as the burst.
  bool try_take(steady_time now, std::uint32_t tokens = 1) {
    if (ready_at(tokens) > now) return false;
    full_at_ = std::max(full_at_, now) + price(tokens);
    return true;
  }

  /// The instant from which try_take(…, tokens) succeeds, if nobody takes before. May be past.
  steady_time ready_at(std::uint32_t tokens = 1) const {
    return std::max(full_at_ + price(tokens) - price(burst_), held_until_);
  }

  /// Gives nothing before `until`: the other side said Retry-After. Never shortens a hold.
  void hold(steady_time until) { held_until_ = std::max(held_until_, until); }

  /// Another pace from now on; the tokens that are there stay, up to the new burst.
  void change(token_bucket_config config, steady_time now) {
    auto tokens = available(now);
    set(config);
    full_at_ = now + price(burst_ - std::min(tokens, burst_));
  }

  /// Whole tokens that could be taken now, holds aside.
  std::uint32_t available(steady_time now) const {
    auto missing = std::max(full_at_ - now, std::chrono::nanoseconds{0});
    auto left = std::max(price(burst_) - missing, std::chrono::nanoseconds{0});
    return static_cast<std::uint32_t>(left / interval_);
  }

private:
  void set(token_bucket_config config) {
    auto rate = std::clamp(config.per_second, 0.001, 1e9);
    interval_ = std::chrono::nanoseconds{static_cast<std::int64_t>(std::ceil(1e9 / rate))};
    burst_ = std::clamp<std::uint32_t>(config.burst, 1, 1'000'000);
  }
  std::chrono::nanoseconds price(std::uint32_t tokens) const {
    return interval_ * std::min(tokens, burst_);
  }

  std::chrono::nanoseconds interval_{};
  std::uint32_t burst_ = 1;
  steady_time full_at_{};
  steady_time held_until_{};
};

} // namespace recado::policy
