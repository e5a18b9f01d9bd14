#pragma once
/// The actor system's settings as measured, and its end with a deadline.
#include <caf/actor_system_config.hpp>
#include <caf/fwd.hpp>
#include <chrono>
#include <cstddef>

namespace recado::actor {

struct system_config {
  std::size_t threads = 0;             ///< workers of the scheduler; 0: workers_for this machine
  std::size_t messages_per_turn = 100; ///< an actor yields after so many; unlimited starves others
};

/// One core is left to the sockets, the connections to PostgreSQL and the servers beside us: a
/// worker more than that only makes the workers wait for each other (decision 0026). At least 1.
std::size_t workers_for(std::size_t cores) noexcept;

/// What `caf::actor_system` is made from. CAF's default, work stealing, burns a quarter of a core
/// at 100 messages/s; the shared queue costs 1 %.
class system_settings : public caf::actor_system_config {
public:
  explicit system_settings(const system_config& config = {});
};

/// Waits until every actor of the system has ended, at most `deadline`; returns how many are left.
/// Ask the root supervisor to stop first, and drop all handles. If actors are left, the system's
/// destructor no longer waits for them (it would do so for ever), and the process must end soon.
/// `hidden` is the number of actors that are meant to stay, such as a caller's scoped_actor.
std::size_t stop_with_deadline(caf::actor_system& system, std::chrono::milliseconds deadline,
                               std::size_t hidden = 0);

} // namespace recado::actor
