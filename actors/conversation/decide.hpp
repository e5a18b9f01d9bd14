#pragma once
/// How a conversation turns commands into effects. Pure: committed state, facts and the time come
/// in, nothing changes but the result; the same code runs in the simulation.
#include "actors/conversation/effects.hpp"

#include <span>
#include <unordered_map>
#include <unordered_set>

namespace recado {

/// What the pre-read found for the commands of a batch.
struct facts {
  struct user_key {
    client_id client;
    user_id user;
    bool operator==(const user_key&) const = default;
  };
  struct user_hash {
    std::size_t operator()(const user_key& key) const noexcept {
      return std::hash<client_id>{}(key.client) ^ std::hash<user_id>{}(key.user);
    }
  };
  struct message_key {
    client_id client;
    message_id message;
    bool operator==(const message_key&) const = default;
  };
  struct message_hash {
    std::size_t operator()(const message_key& key) const noexcept {
      return std::hash<client_id>{}(key.client) ^ std::hash<message_id>{}(key.message);
    }
  };

  std::unordered_map<message_key, known_message, message_hash> messages;
  std::unordered_map<command_id, reply> applied;
  std::unordered_set<user_key, user_hash> deleted_users;
  /// Conversations that were not resident when the batch was closed; exists = false: no row.
  std::unordered_map<conversation_key, conversation_state> loaded;
  wall_time now{};
};

struct conversation_limits {
  std::size_t members_max = 1000;
};

/// Decides the commands of one conversation in their order. `state` is committed state.
effects decide(const conversation_state& state, std::span<const undecided_ptr> commands,
               const facts& known, const conversation_limits& limits = {});

/// The state after the effects were committed.
void adopt(conversation_state& state, const effects& committed);

} // namespace recado
