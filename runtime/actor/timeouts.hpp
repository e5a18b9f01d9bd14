#pragma once
/// The waits of the actor layer, by name. A request never waits for ever, and never for a number
/// that stands nowhere: a layer that needs another wait names it beside its own actors.
#include <chrono>

namespace recado::actor::timeout {

using std::chrono::nanoseconds;

/// An answer that another actor of this node gives from memory.
inline constexpr nanoseconds local_answer = std::chrono::seconds{1};
/// An answer that needs PostgreSQL or NATS behind the other actor.
inline constexpr nanoseconds remote_answer = std::chrono::seconds{5};
/// What a child may take to stop before it is killed.
inline constexpr nanoseconds child_stop = std::chrono::seconds{5};
/// What a killed child may take to die before it is given up (it blocks inside a handler).
inline constexpr nanoseconds kill_grace = std::chrono::seconds{1};
/// What a supervisor may take to stop all of its children; then the rest is killed at once.
inline constexpr nanoseconds stop_all = std::chrono::seconds{30};

} // namespace recado::actor::timeout
