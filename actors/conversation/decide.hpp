#pragma once
/// How a conversation turns commands into effects. Pure: committed state, facts and the time come
/// in, nothing changes but the result; the same code runs in the simulation.
#include "actors/conversation/facts.hpp"

#include <span>

namespace recado {

struct conversation_limits {
  std::size_t members_max = 1000;
};

/// Decides the commands of one conversation in their order. `state` is committed state.
effects decide(const conversation_state& state, std::span<const undecided_ptr> commands,
               const facts& known, const conversation_limits& limits = {});

/// The state after the effects were committed.
void adopt(conversation_state& state, const effects& committed);

} // namespace recado
