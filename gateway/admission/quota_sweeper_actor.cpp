#include "gateway/admission/quota_sweeper_actor.hpp"

#include "runtime/actor/child_setup.hpp"
#include "runtime/clock/wall_clock.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace recado::admission {

struct look_for_idle {};

using quota_sweeper_actor = caf::typed_actor<
  // INTERNAL: portions may have become idle.
  caf::reacts_to<look_for_idle>>;

} // namespace recado::admission

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::admission::look_for_idle)

namespace recado::admission {
namespace {

struct sweeper_state {
  static inline const char* name = "quota-sweeper";
  std::weak_ptr<quota_desk> of;
};

using sweeper_pointer = quota_sweeper_actor::stateful_pointer<sweeper_state>;

void look(sweeper_pointer self) {
  auto of = self->state.of.lock();
  if (!of) return;
  of->return_idle(clock::boot_time());
  self->delayed_send(self, quota_sweep_every, look_for_idle{});
}

quota_sweeper_actor::behavior_type sweeper(sweeper_pointer self, std::weak_ptr<quota_desk> of) {
  actor::child_setup(self);
  self->state.of = std::move(of);
  self->delayed_send(self, quota_sweep_every, look_for_idle{});
  return {[self](look_for_idle) { look(self); }};
}

} // namespace

actor::child_spec quota_sweeper_child(std::weak_ptr<quota_desk> of) {
  auto start = [of = std::move(of)](caf::actor_system& system) {
    return caf::actor_cast<caf::actor>(system.spawn(sweeper, of));
  };
  return {"quota-sweeper", std::move(start)};
}

} // namespace recado::admission
