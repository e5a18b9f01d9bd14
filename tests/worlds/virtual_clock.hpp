#pragma once
/// A world in which actors run one message at a time on the test's thread, and time moves only when
/// the test says so. A test that fails here fails always. Detached and blocking actors still run
/// on threads of their own: keep them out.
#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/detail/test_actor_clock.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <chrono>
#include <random>

#include "runtime/actor/system.hpp"

namespace recado::worlds {

struct virtual_clock {
  struct settings : actor::system_settings {
    settings() { set("scheduler.policy", caf::atom("testing")); }
  };

  settings setup;
  caf::actor_system system{setup};
  caf::scheduler::test_coordinator& sched =
    dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  caf::scoped_actor tester{system, true};

  virtual_clock() { sched.clock().current_time += std::chrono::hours{1}; }
  ~virtual_clock() {
    system.await_actors_before_shutdown(false); // nobody would run those that are left
    sched.run();
  }

  caf::actor_clock::time_point now() { return sched.clock().now(); }

  /// Actors that have not ended, the tester not counted.
  std::size_t alive() { return system.registry().running() - 1; }

  /// Handles all mail that is there, and all that follows from it, without moving time.
  std::size_t run() { return sched.run(); }

  /// Handles all mail in a random order of actors that the seed repeats.
  void run_shuffled(std::mt19937_64& random) {
    while (sched.has_job()) {
      auto chosen = sched.jobs.begin() + static_cast<std::ptrdiff_t>(random() % sched.jobs.size());
      std::rotate(sched.jobs.begin(), chosen, chosen + 1);
      sched.try_run_once();
    }
  }

  /// Moves time from one due moment to the next, handling the mail of each. (One jump would fire a
  /// periodic timer once.)
  void advance(caf::timespan by) {
    auto& clock = sched.clock();
    auto target = clock.now() + by;
    for (sched.run(); !clock.schedule().empty(); sched.run()) {
      auto due = clock.schedule().begin()->first;
      if (due > target) break;
      clock.advance_time(std::max(caf::timespan{0}, caf::timespan{due - clock.now()}));
    }
    clock.advance_time(target - clock.now());
    sched.run();
  }

  /// Sends a request and runs the world until it is answered or nothing is left to do.
  template <class Answer, class Handle, class Message>
  caf::expected<Answer> ask(const Handle& to, Message message) {
    auto pending = tester->request(to, std::chrono::minutes{60}, std::move(message));
    run();
    if (tester->mailbox().empty()) return caf::make_error(caf::sec::request_timeout);
    caf::expected<Answer> out{caf::make_error(caf::sec::runtime_error)};
    pending.receive([&out](Answer& answer) { out = std::move(answer); },
                    [&out](caf::error& why) { out = std::move(why); });
    return out;
  }

  /// The state of a stateful actor, for looking at.
  template <class State, class Base = caf::event_based_actor, class Handle>
  State& state_of(const Handle& handle) {
    auto* at = caf::actor_cast<caf::abstract_actor*>(handle);
    return static_cast<caf::stateful_actor<State, Base>*>(at)->state;
  }
};

} // namespace recado::worlds
