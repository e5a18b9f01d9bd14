#pragma once
/// Whether what we say over NATS comes back to us. Pure. Only what was said can be missed: a node
/// that was paused, or that speaks seldom, is not deaf.
#include "schemas/time.hpp"

#include <chrono>
#include <optional>

namespace recado::wiring {

class echo {
public:
  explicit echo(std::chrono::milliseconds patience) : patience_(patience) {}

  void said(steady_time now) {
    if (!unanswered_since_) unanswered_since_ = now;
  }
  /// One of ours, whichever: there may be others on their way, and more will be said.
  void heard() { unanswered_since_.reset(); }
  /// The link came or went: what was said on the one before tells nothing about this one.
  void restart() { unanswered_since_.reset(); }

  bool missing(steady_time now) const {
    return unanswered_since_ && now - *unanswered_since_ > patience_;
  }

private:
  std::chrono::milliseconds patience_;
  std::optional<steady_time> unanswered_since_;
};

} // namespace recado::wiring
