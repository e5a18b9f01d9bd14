#include "actors/conversation/conversation_actor.hpp"

#include <caf/stateful_actor.hpp>

#include "runtime/actor/child_setup.hpp"

namespace recado {
namespace {

struct conversation_actor_state {
  static inline const char* name = "conversation";
  explicit conversation_actor_state(conversation_actor::pointer ptr) : self{ptr} {}

  void take(const decide_commands& batch) {
    if (!resident && !load(*batch.known)) {
      self->send(partition, commands_decided{batch.turn, committed.key, nullptr});
      return;
    }
    auto decided = rules(committed, batch.items, *batch.known, limits);
    self->send(partition, commands_decided{batch.turn, committed.key,
                                           std::make_shared<const effects>(std::move(decided))});
  }

  bool load(const facts& known) {
    auto found = known.loaded.find(committed.key);
    if (found == known.loaded.end()) return false;
    committed = found->second;
    return resident = true;
  }

  conversation_actor::pointer self;
  decision_taker partition;
  conversation_limits limits;
  decide_function rules;
  conversation_state committed;
  bool resident = false;
};

conversation_actor::behavior_type
conversation(conversation_actor::stateful_pointer<conversation_actor_state> self,
             const conversation_key& key, const conversation_limits& limits,
             const decide_function& rules, const decision_taker& partition) {
  actor::child_setup(self);
  self->state.committed.key = key;
  self->state.limits = limits;
  self->state.rules = rules;
  self->state.partition = partition;
  return {
    [self](const decide_commands& batch) { self->state.take(batch); },
    [self](const adopt_effects& committed) { adopt(self->state.committed, *committed.what); },
  };
}

} // namespace

conversation_actor spawn_conversation(caf::actor_system& system, const conversation_key& key,
                                      const conversation_limits& limits,
                                      const decide_function& rules, decision_taker partition) {
  return system.spawn(conversation, key, limits, rules, std::move(partition));
}

} // namespace recado
