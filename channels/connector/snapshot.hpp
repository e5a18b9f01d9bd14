#pragma once
/// What can be seen of a connector from outside: GET /v1/connectors.
#include <array>

#include "channels/account.hpp"
#include "runtime/policy/circuit_breaker.hpp"

namespace recado::channels {

struct last_failure {
  wall_time at{};
  outcome_class what = outcome_class::retry;
  std::string provider_code;
  std::string detail;
};

/// One connector on one node; an account has one on each node that owns conversations with
/// deliveries over it.
struct connector_snapshot {
  account_key account;
  bool paused = false;
  policy::circuit_breaker::state breaker = policy::circuit_breaker::state::closed;
  std::optional<wall_time> breaker_retry_at; ///< unless closed
  std::uint32_t tokens = 0;                  ///< that could be taken now
  std::uint32_t in_flight = 0;
  std::uint32_t in_flight_max = 0;
  std::array<std::uint32_t, lanes> ready{}; ///< could be sent now, by lane
  std::uint32_t retrying = 0;               ///< wait for their next try
  std::uint32_t held = 0;     ///< wait behind an earlier message to the same recipient
  std::uint64_t attempts = 0; ///< since the connector started
  std::uint64_t sent = 0;
  std::uint64_t failed = 0; ///< tries that were not `sent`
  bool backlog = false;     ///< there is more in the database than in the connector's window
  std::optional<last_failure> last;
};

/// The answer to `check`.
struct check_result {
  bool ok = false;
  std::string provider_code;
  std::string detail;
  std::chrono::milliseconds took{};
};

} // namespace recado::channels
