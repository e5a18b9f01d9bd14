#pragma once
/// Time, chance and the trace of one simulated history. One seed is one history: nothing here or
/// above asks the machine for time, randomness or threads.
#include "schemas/time.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <fmt/format.h>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace recado::simulation {

using namespace std::chrono_literals;
using duration = std::chrono::nanoseconds;

/// A promise of the product does not hold.
struct broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class dice {
public:
  explicit dice(std::uint64_t seed) : bits_(seed) {}
  /// 0 … n-1
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits_() % n); }
  bool chance(double p) { return static_cast<double>(bits_() >> 11) * 0x1p-53 < p; }
  duration between(duration from, duration to) {
    return from + duration{static_cast<std::int64_t>(
                    bits_() % static_cast<std::uint64_t>((to - from).count() + 1))};
  }

private:
  std::mt19937_64 bits_;
};

/// What is to happen, in the order of its time; at the same time in the order of its making.
class scheduler {
public:
  steady_time now() const noexcept { return now_; }
  void after(duration wait, std::function<void()> what) {
    heap_.push_back({now_ + std::max(wait, duration{0}), serial_++, std::move(what)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  /// False: nothing is to happen until then, and it is that time now.
  bool run_next(steady_time until) {
    if (heap_.empty() || heap_.front().when > until) {
      now_ = std::max(now_, until);
      return false;
    }
    std::pop_heap(heap_.begin(), heap_.end(), later);
    auto next = std::move(heap_.back());
    heap_.pop_back();
    now_ = next.when;
    next.what();
    return true;
  }
  std::uint64_t steps() const noexcept { return serial_; }

private:
  struct entry {
    steady_time when;
    std::uint64_t serial;
    std::function<void()> what;
  };
  static bool later(const entry& a, const entry& b) {
    return a.when != b.when ? a.when > b.when : a.serial > b.serial;
  }

  steady_time now_{std::chrono::hours{1}};
  std::uint64_t serial_ = 0;
  std::vector<entry> heap_;
};

/// The last lines of a history. Off unless a seed is replayed: most seeds have nothing to tell.
class trace {
public:
  trace(const scheduler& clock, bool on) : clock_(clock), on_(on) {}
  template <class... Args>
  void say(fmt::format_string<Args...> text, Args&&... args) {
    if (!on_) return;
    auto at = std::chrono::duration<double>(clock_.now().time_since_epoch()).count() - 3600;
    lines_.push_back(fmt::format("{:9.4f}  ", at) + fmt::format(text, std::forward<Args>(args)...));
    if (lines_.size() > lines_max) lines_.pop_front();
  }
  std::string text() const {
    std::string out;
    for (const auto& line : lines_)
      out += line + "\n";
    return out;
  }

private:
  static constexpr std::size_t lines_max = 5'000;
  const scheduler& clock_;
  bool on_;
  std::deque<std::string> lines_;
};

} // namespace recado::simulation
