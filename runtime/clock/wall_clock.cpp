#include "runtime/clock/wall_clock.hpp"

#include <algorithm>
#include <time.h>

namespace recado::clock {

using std::chrono::nanoseconds;

steady_time boot_time() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return steady_time{std::chrono::seconds{now.tv_sec} + nanoseconds{now.tv_nsec}};
}

wall_time system_time() noexcept {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

nanoseconds wall_estimator::error_at(const estimate& one, steady_time boot) {
  auto age = std::max(boot - one.at, nanoseconds{0});
  return one.error +
         nanoseconds{static_cast<std::int64_t>(static_cast<double>(age.count()) * drift)};
}

const wall_estimator::estimate* wall_estimator::best(steady_time boot) const {
  auto found = std::min_element(samples_.begin(), samples_.end(), [boot](auto& a, auto& b) {
    return error_at(a, boot) < error_at(b, boot);
  });
  return found == samples_.end() ? nullptr : &*found;
}

void wall_estimator::feed(const time_sample& sample) {
  if (sample.received < sample.sent) return;
  auto half = (sample.received - sample.sent) / 2;
  auto middle = sample.sent + half;
  estimate fresh{nanoseconds{sample.database.time_since_epoch()} - middle.time_since_epoch(), half,
                 sample.received};
  if (const auto* known = best(sample.received)) {
    auto apart = std::chrono::abs(fresh.offset - known->offset);
    if (apart > fresh.error + error_at(*known, sample.received) + jump) samples_.clear();
  }
  samples_.push_back(fresh);
  if (samples_.size() > samples_max) samples_.pop_front();
}

wall_time wall_estimator::now(steady_time boot, wall_time fallback) {
  const auto* chosen = best(boot);
  auto out =
    chosen ? boot.time_since_epoch() + chosen->offset : nanoseconds{fallback.time_since_epoch()};
  if (last_asked_ && out < last_out_ && last_out_ - out <= slew_max)
    out = last_out_ + std::max(boot - *last_asked_, nanoseconds{0}) / 2;
  last_out_ = out;
  last_asked_ = std::max(boot, last_asked_.value_or(boot));
  return wall_time{std::chrono::floor<std::chrono::microseconds>(out)};
}

std::optional<nanoseconds> wall_estimator::uncertainty(steady_time boot) const {
  const auto* chosen = best(boot);
  if (!chosen) return std::nullopt;
  return error_at(*chosen, boot);
}

void wall_clock::feed(const time_sample& sample) {
  std::lock_guard lock{mutex_};
  estimator_.feed(sample);
}

wall_time wall_clock::now() {
  std::lock_guard lock{mutex_};
  return estimator_.now(boot_time(), system_time());
}

std::optional<nanoseconds> wall_clock::uncertainty() const {
  std::lock_guard lock{mutex_};
  return estimator_.uncertainty(boot_time());
}

} // namespace recado::clock
