#pragma once
/// Wall time from the database: its now(), sampled every 10 s, carried forward by CLOCK_BOOTTIME.
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>

#include "schemas/time.hpp"

namespace recado::clock {

/// CLOCK_BOOTTIME: monotonic, goes on while the machine sleeps.
steady_time boot_time() noexcept;
/// This machine's own idea of the wall time; only until the database was asked.
wall_time system_time() noexcept;

/// One question to the database: `SELECT now()` between two looks at the steady clock.
struct time_sample {
  steady_time sent;
  steady_time received;
  wall_time database;
};

/// Estimates the database's clock. Of the last samples it uses the one that is surest now: half its
/// round trip plus the drift since. Not thread-safe; pure.
class wall_estimator {
public:
  static constexpr std::size_t samples_max = 12;
  /// What two machines' clocks may run apart.
  static constexpr double drift = 100e-6;
  /// A sample this far outside of what is possible means that the database's clock was set, or that
  /// another server took over: older samples are worthless then.
  static constexpr std::chrono::nanoseconds jump = std::chrono::milliseconds{50};
  /// Errors up to this are corrected by running at half speed, larger ones by a step back.
  static constexpr std::chrono::nanoseconds slew_max = std::chrono::seconds{1};

  void feed(const time_sample& sample);

  /// The wall time at `boot`; `fallback` (the system's clock) while there is no sample. Never goes
  /// back, except by a step when it was more than slew_max ahead.
  wall_time now(steady_time boot, wall_time fallback);

  /// How far now() may be off; nullopt while there is no sample.
  std::optional<std::chrono::nanoseconds> uncertainty(steady_time boot) const;

private:
  struct estimate {
    std::chrono::nanoseconds offset; ///< wall minus steady
    std::chrono::nanoseconds error;  ///< half the round trip
    steady_time at;
  };
  static std::chrono::nanoseconds error_at(const estimate& one, steady_time boot);
  const estimate* best(steady_time boot) const;

  std::deque<estimate> samples_; ///< oldest first
  std::chrono::nanoseconds last_out_{};
  std::optional<steady_time> last_asked_;
};

/// The node's wall clock: a wall_estimator that all threads may ask.
class wall_clock {
public:
  void feed(const time_sample& sample);
  wall_time now();
  std::optional<std::chrono::nanoseconds> uncertainty() const;

private:
  mutable std::mutex mutex_;
  wall_estimator estimator_;
};

} // namespace recado::clock
