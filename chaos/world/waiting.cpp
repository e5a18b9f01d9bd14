#include "chaos/world/waiting.hpp"

#include <algorithm>
#include <csignal>

namespace recado::chaos {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

void rest(milliseconds time) {
  sigset_t ends;
  sigemptyset(&ends);
  for (int number : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&ends, number);
  auto until = clock::now() + time;
  do {
    auto left = std::max<clock::duration>(until - clock::now(), 0ms);
    timespec patience{left / 1s, static_cast<long>((left % 1s) / 1ns)};
    if (sigtimedwait(&ends, nullptr, &patience) > 0) throw interrupted{};
  } while (clock::now() < until);
}

bool wait_until(const std::function<bool()>& done, milliseconds limit) {
  auto until = clock::now() + limit;
  while (!done()) {
    if (clock::now() > until) return false;
    rest(50ms);
  }
  return true;
}

} // namespace recado::chaos
