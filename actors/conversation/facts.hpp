#pragma once
/// What the pre-read found for the commands of a batch.
#include "actors/conversation/delivery.hpp"
#include "actors/conversation/effects.hpp"

#include <unordered_map>
#include <unordered_set>

namespace recado {

/// A user's address on a channel.
struct known_identity {
  std::string channel, address;
  std::string account; ///< to be used for this user; empty: the client's choice
};
/// An account of the client on a channel.
struct known_account {
  std::string channel, account;
  bool preferred = false; ///< settings.default
  bool demo = false;      ///< made by `up`, used last
  wall_time created_at{};
};

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

  // External deliveries; read only for commands that concern them, and never kept.
  std::unordered_map<user_key, std::vector<known_identity>, user_hash> identities;
  std::unordered_map<client_id, std::vector<known_account>> accounts;
  /// Those of a message that may be repeated or canceled, or the one whose try begins or ends.
  std::unordered_map<message_key, std::vector<delivery_state>, message_hash> deliveries;
};

} // namespace recado
