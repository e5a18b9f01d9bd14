#include "runtime/actor/system.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <thread>

#include "runtime/actor/error.hpp"
#include "runtime/observe/log.hpp"

namespace recado::actor {

std::size_t workers_for(std::size_t cores) noexcept {
  return cores > 1 ? cores - 1 : 1;
}

system_settings::system_settings(const system_config& config) {
  set("scheduler.policy", caf::atom("sharing")); // an atom: a string is ignored with a warning
  auto cores = std::size_t{std::thread::hardware_concurrency()};
  set("scheduler.max-threads", config.threads > 0 ? config.threads : workers_for(cores));
  set("scheduler.max-throughput", config.messages_per_turn);
  actor::add_error_category(*this);
}

std::size_t stop_with_deadline(caf::actor_system& system, std::chrono::milliseconds deadline,
                               std::size_t hidden) {
  auto end = std::chrono::steady_clock::now() + deadline;
  // CAF offers no wait with a deadline; this runs once, at the end of a process.
  while (system.registry().running() > hidden && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  auto running = system.registry().running();
  auto left = running > hidden ? running - hidden : 0;
  if (left > 0) {
    observe::log_error("actors-left", "{} actors did not end within {} ms", left, deadline.count());
    system.await_actors_before_shutdown(false);
  }
  return left;
}

} // namespace recado::actor
