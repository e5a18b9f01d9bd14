#include "actors/presence/presence_actor.hpp"

#include "runtime/actor/child_setup.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace recado::presence {
namespace {

constexpr std::chrono::seconds interval{1};

struct presence_state {
  static inline const char* name = "presence";
};

presence_actor::behavior_type presence(presence_actor::stateful_pointer<presence_state> self,
                                       const std::shared_ptr<presence_board>& board) {
  actor::child_setup(self);
  self->delayed_send(self, interval, caf::tick_atom_v);
  return {[self, board](caf::tick_atom) {
    self->delayed_send(self, interval, caf::tick_atom_v);
    board->tick();
  }};
}

} // namespace

presence_actor spawn_presence(caf::actor_system& system, std::shared_ptr<presence_board> board) {
  return system.spawn(presence, std::move(board));
}

} // namespace recado::presence
