#pragma once
/// Waiting that a person can end: SIGINT, SIGTERM or SIGHUP makes every wait throw, and unwinding
/// ends every process that was started.
#include <chrono>
#include <functional>

namespace recado::chaos {

using milliseconds = std::chrono::milliseconds;

/// Somebody asked us to stop.
struct interrupted {};

/// The signals must be blocked in all threads (embedded::family::take_signals at the beginning).
/// Only on the main thread.
void rest(milliseconds time);

/// Looks every 50 ms until `done`; false when the time is over.
bool wait_until(const std::function<bool()>& done, milliseconds limit);

} // namespace recado::chaos
