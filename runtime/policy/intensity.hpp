#pragma once
/// How often something may fail before its keeper gives up: at most `failures_max` in any `window`.
#include <chrono>
#include <cstddef>
#include <deque>

#include "schemas/time.hpp"

namespace recado::policy {

struct intensity_config {
  std::size_t failures_max = 5;
  std::chrono::nanoseconds window = std::chrono::seconds{10};
};

/// Remembers at most failures_max + 1 instants.
class intensity {
public:
  explicit intensity(intensity_config config = {}) : config_(config) {}

  /// Notes a failure. False: it was one too many within the window.
  bool note(steady_time now) {
    slide(now);
    failures_.push_back(now);
    if (failures_.size() <= config_.failures_max) return true;
    failures_.pop_front(); // the oldest cannot matter any more: we are already over
    return false;
  }

  /// Failures younger than the window.
  std::size_t recent(steady_time now) {
    slide(now);
    return failures_.size();
  }

private:
  void slide(steady_time now) {
    while (!failures_.empty() && now - failures_.front() >= config_.window)
      failures_.pop_front();
  }

  intensity_config config_;
  std::deque<steady_time> failures_;
};

} // namespace recado::policy
