#pragma once
/// A conversation as it is committed in PostgreSQL. Changed only by adopt(), after a commit.
#include "schemas/event.hpp"

#include <map>
#include <optional>
#include <string>

namespace recado {

struct member_state {
  member_role role = member_role::member;
  wall_time joined_at{};
  std::int64_t joined_seq = 0; ///< messages above it are the member's
  std::optional<std::int64_t>
    left_seq; ///< set: no longer a member; messages above it are not theirs
  std::int64_t delivered_seq = 0;
  std::int64_t read_seq = 0;

  bool active() const noexcept { return !left_seq; }
  /// Was the message with this seq addressed to the member?
  bool had(std::int64_t seq) const noexcept {
    return seq > joined_seq && (!left_seq || seq <= *left_seq);
  }
};

struct conversation_key {
  client_id client;
  conversation_id conversation;
  auto operator<=>(const conversation_key&) const = default;
};

struct conversation_state {
  conversation_key key;
  bool exists = false;
  conversation_type type = conversation_type::group;
  std::optional<std::string> title;
  std::string metadata = "{}";
  std::int64_t last_seq = 0;
  std::int64_t rev = 0; ///< raised by every commit that changes the conversation
  wall_time last_at{};  ///< created_at of the newest message
  wall_time created_at{};
  request_hash hash{};                     ///< of the request that created it
  std::map<user_id, member_state> members; ///< those who left, too
};

} // namespace recado

template <>
struct std::hash<recado::conversation_key> {
  std::size_t operator()(const recado::conversation_key& key) const noexcept {
    return std::hash<recado::client_id>{}(key.client) * 31 +
           std::hash<recado::conversation_id>{}(key.conversation);
  }
};
