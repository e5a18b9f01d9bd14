#pragma once
/// The actor of one conversation: it hosts committed state and decides; nothing else.
#include "actors/conversation/decide.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <functional>

namespace recado {

using facts_ptr = std::shared_ptr<const facts>;
using effects_ptr = std::shared_ptr<const effects>;
using undecided_list = std::vector<undecided_ptr>;

/// The commands of one conversation in one batch, in their order.
struct decide_commands {
  std::uint64_t turn = 0;
  undecided_list items;
  facts_ptr known;
};
/// What a conversation decided; null: it is not resident and the facts did not bring its state.
struct commands_decided {
  std::uint64_t turn = 0;
  conversation_key key;
  effects_ptr what;
};
/// The effects were committed.
struct adopt_effects {
  effects_ptr what;
};

/// The rules: recado::decide, unless a test brings others.
using decide_function =
  std::function<effects(const conversation_state&, std::span<const undecided_ptr>, const facts&,
                        const conversation_limits&)>;

/// Who owns the conversation: its partition.
using decision_taker = caf::typed_actor<caf::reacts_to<commands_decided>>;

/// Pooled; spawned and watched by its partition actor. Its death loses nothing: the partition
/// spawns it again, and its state comes with the next pre-read. A handler that throws is poison.
using conversation_actor = caf::typed_actor<
  // Answers commands_decided to the partition.
  caf::reacts_to<decide_commands>,
  // Becomes the committed state.
  caf::reacts_to<adopt_effects>>;

conversation_actor spawn_conversation(caf::actor_system& system, const conversation_key& key,
                                      const conversation_limits& limits,
                                      const decide_function& rules, decision_taker partition);

} // namespace recado

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::decide_commands)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::commands_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::adopt_effects)
