#pragma once
/// How fast each client may send messages. Off unless configured. Thread-safe.
#include "gateway/config.hpp"
#include "runtime/policy/token_bucket.hpp"

#include <mutex>
#include <optional>
#include <unordered_map>

namespace recado::admission {

/// What a client may still send, as its answers tell it.
struct allowance {
  rate of;
  std::uint32_t remaining = 0;        ///< messages, now
  std::chrono::nanoseconds next{0};   ///< until one more is allowed; 0: it is now
  std::chrono::nanoseconds rested{0}; ///< until the whole burst is
};

class rates {
public:
  explicit rates(rates_config config) : config_(std::move(config)) {}

  /// Takes one message from what the client may send; false: it is too fast.
  bool take(const client_id& client, steady_time now);
  /// Nothing if the client may send as fast as it likes.
  std::optional<allowance> look(const client_id& client, steady_time now) const;

private:
  const rates_config config_;
  mutable std::mutex mutex_;
  std::unordered_map<client_id, policy::token_bucket> buckets_; ///< clients that are limited
};

} // namespace recado::admission
