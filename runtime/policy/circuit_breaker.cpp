#include "runtime/policy/circuit_breaker.hpp"

#include "runtime/policy/retry.hpp"

namespace recado::policy {

std::string_view to_string(circuit_breaker::state value) noexcept {
  switch (value) {
  case circuit_breaker::state::closed:
    return "closed";
  case circuit_breaker::state::open:
    return "open";
  case circuit_breaker::state::half_open:
    break;
  }
  return "half_open";
}

void circuit_breaker::enter(state next, steady_time now) {
  state_ = next;
  since_ = now;
  ++era_;
  failures_ = probes_out_ = probes_good_ = 0;
}

void circuit_breaker::trip(steady_time now) {
  ++trips_;
  enter(state::open, now);
}

/// What time alone changes: open becomes half open, a silent probe becomes a failure.
void circuit_breaker::refresh(steady_time now) {
  if (state_ == state::half_open && probes_out_ > 0 && now - since_ >= config_.probe_timeout)
    trip(now);
  auto wait = exponential(config_.open_first, config_.open_factor, config_.open_max, trips_);
  if (state_ == state::open && now - since_ >= wait) enter(state::half_open, now);
}

std::optional<circuit_breaker::permit> circuit_breaker::try_pass(steady_time now) {
  refresh(now);
  if (state_ == state::open) return std::nullopt;
  if (state_ == state::half_open) {
    if (probes_out_ >= config_.probes_max) return std::nullopt;
    ++probes_out_;
    since_ = now;
  }
  return permit{era_};
}

void circuit_breaker::succeeded(permit call, steady_time now) {
  refresh(now);
  if (call.era != era_) return;
  failures_ = 0;
  if (state_ != state::half_open) return;
  --probes_out_;
  if (++probes_good_ < config_.probes_to_close) return;
  trips_ = 0;
  enter(state::closed, now);
}

void circuit_breaker::failed(permit call, steady_time now) {
  refresh(now);
  if (call.era != era_) return;
  if (state_ == state::half_open || ++failures_ >= config_.failures_to_open) trip(now);
}

void circuit_breaker::undecided(permit call, steady_time now) {
  refresh(now);
  if (call.era == era_ && state_ == state::half_open) --probes_out_;
}

void circuit_breaker::reset(steady_time now) {
  trips_ = 0;
  enter(state::closed, now);
}

circuit_breaker::state circuit_breaker::at(steady_time now) {
  refresh(now);
  return state_;
}

steady_time circuit_breaker::retry_at(steady_time now) {
  refresh(now);
  if (state_ == state::open)
    return since_ + exponential(config_.open_first, config_.open_factor, config_.open_max, trips_);
  if (state_ == state::half_open && probes_out_ >= config_.probes_max)
    return since_ + config_.probe_timeout;
  return now;
}

} // namespace recado::policy
