#pragma once
/// Stops calling what keeps failing, and asks carefully whether it is well again.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "schemas/time.hpp"

namespace recado::policy {

struct circuit_breaker_config {
  std::uint32_t failures_to_open = 5; ///< in a row
  std::chrono::nanoseconds open_first = std::chrono::seconds{1};
  double open_factor = 2; ///< each time the probes fail
  std::chrono::nanoseconds open_max = std::chrono::minutes{1};
  std::uint32_t probes_max = 1;      ///< calls at once while half open
  std::uint32_t probes_to_close = 2; ///< successes in a row
  /// A probe that is not reported by then has failed: a lost permit must not lock the breaker.
  std::chrono::nanoseconds probe_timeout = std::chrono::seconds{30};
};

class circuit_breaker {
public:
  enum class state : std::uint8_t { closed, open, half_open };
  /// Given for one call and reported once. Of an earlier state: the report changes nothing.
  struct permit {
    std::uint64_t era = 0;
  };

  explicit circuit_breaker(circuit_breaker_config config = {}) : config_(config) {}

  /// nullopt: do not call now; ask again at retry_at().
  std::optional<permit> try_pass(steady_time now);
  void succeeded(permit call, steady_time now);
  void failed(permit call, steady_time now);
  /// The call was not made, or says nothing about the other side's health.
  void undecided(permit call, steady_time now);
  /// Closed again: whatever failed was replaced by something else.
  void reset(steady_time now);

  state at(steady_time now);
  /// When a refused caller may be let through.
  steady_time retry_at(steady_time now);

private:
  void refresh(steady_time now);
  void enter(state next, steady_time now);
  void trip(steady_time now);

  circuit_breaker_config config_;
  state state_ = state::closed;
  std::uint64_t era_ = 0; ///< counts the changes of state
  steady_time since_{};   ///< of the state; half open: of the last probe
  std::uint32_t failures_ = 0;
  std::uint32_t trips_ = 0; ///< in a row, without a closed time in between
  std::uint32_t probes_out_ = 0;
  std::uint32_t probes_good_ = 0;
};

std::string_view to_string(circuit_breaker::state value) noexcept;

} // namespace recado::policy
