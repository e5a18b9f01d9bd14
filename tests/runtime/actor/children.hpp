#pragma once
/// A family to be supervised, and the diary of what happened to it.
#include <caf/all.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runtime/actor/error.hpp"
#include "runtime/actor/supervisor.hpp"
#include "tests/worlds/virtual_clock.hpp"

namespace recado::worlds {

using fail_now = caf::atom_constant<caf::atom("fail")>;
using end_now = caf::atom_constant<caf::atom("end")>;

struct family : virtual_clock {
  /// What a child does; named in its spec's start function.
  enum class manner { good, throws_in_init, refuses_to_stop };

  std::vector<std::string> diary; ///< "started a", "failed a", …
  std::vector<caf::actor_clock::time_point> starts;

  static caf::behavior child(caf::stateful_actor<int>* self, manner how) {
    actor::child_setup(self);
    if (how == manner::throws_in_init) throw std::runtime_error("born dead");
    if (how == manner::refuses_to_stop)
      self->set_exit_handler([](caf::scheduled_actor*, caf::exit_msg&) {});
    return {
      [](fail_now) { throw std::runtime_error("boom"); },
      [self](end_now) { self->quit(); },
      [](int number) { return number + 1; },
    };
  }

  actor::child_spec spec(std::string name, manner how = manner::good,
                         actor::restart when = actor::restart::permanent) {
    auto start = [this, how](caf::actor_system& sys) {
      starts.push_back(now());
      return sys.spawn(child, how);
    };
    return {std::move(name), start, when};
  }

  actor::supervisor_config config_of(std::string name = "root") {
    actor::supervisor_config out;
    out.name = std::move(name);
    out.on_event = [this](const actor::child_event& event) {
      diary.push_back(std::string{to_string(event.what)} + " " + std::string{event.child});
    };
    return out;
  }

  caf::actor child_of(const actor::supervisor_actor& parent, const std::string& name) {
    auto found = ask<caf::actor>(parent, actor::find_child{name});
    return found ? *found : caf::actor{};
  }
  template <class Atom>
  void tell(const actor::supervisor_actor& parent, const std::string& name, Atom what) {
    caf::anon_send(child_of(parent, name), what);
    run();
  }

  /// The reason with which the actor ended; nullopt while it lives.
  struct watched {
    std::optional<caf::error> reason;
    caf::actor watcher; // an actor that nobody refers to ends by itself
  };
  void watch(const actor::supervisor_actor& whom, watched& into) {
    into.watcher = system.spawn(
      [&into](caf::event_based_actor* self,
              const actor::supervisor_actor& target) -> caf::behavior {
        self->set_down_handler([&into, self](caf::down_msg& down) {
          into.reason = down.reason;
          self->quit();
        });
        self->monitor(target);
        return {[](caf::unit_t) {}};
      },
      whom);
    run();
  }
};

} // namespace recado::worlds
