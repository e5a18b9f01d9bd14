#pragma once
/// What makes the board's time pass.
#include "actors/presence/presence_board.hpp"

#include <caf/fwd.hpp>
#include <caf/typed_actor.hpp>

namespace recado::presence {

/// Pooled; one per node, a supervised child. Holds nothing: started again it goes on.
using presence_actor = caf::typed_actor<
  // INTERNAL: a second is over.
  caf::reacts_to<caf::tick_atom>>;

presence_actor spawn_presence(caf::actor_system& system, std::shared_ptr<presence_board> board);

} // namespace recado::presence
