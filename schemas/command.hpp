#pragma once
/// Commands: what changes a conversation. Made once, at the edge, and carried as one envelope by
/// every path (stream, direct, inbox), so that taking two of them is harmless.
#include "schemas/partition.hpp"
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace recado {

/// First half of the SHA-256 of a request's canonical body: tells a retry from another request.
using request_hash = std::array<std::uint8_t, 16>;

enum class conversation_type : std::uint8_t { private_ = 0, group = 1, direct = 2 };
enum class member_role : std::uint8_t { member = 0, admin = 1 };
enum class receipt_kind : std::uint8_t { delivered = 0, read = 1 };

std::string_view to_string(conversation_type value) noexcept;
std::string_view to_string(member_role value) noexcept;
std::string_view to_string(receipt_kind value) noexcept;

struct new_member {
  user_id user;
  member_role role = member_role::member;
  bool operator==(const new_member&) const = default;
};

/// One message into the conversation. With `implicit_members` the conversation is the implicit one
/// between a sender and its recipients and is made by its first message.
struct send_message {
  message_id message;
  user_id from;         ///< empty: the client itself speaks
  std::string payload;  ///< JSON text
  std::string metadata; ///< JSON text of an object
  request_hash hash{};
  std::optional<wall_time> expires_at;
  std::vector<user_id> implicit_members;
};
struct send_receipt {
  user_id user;
  receipt_kind kind = receipt_kind::delivered;
  std::int64_t up_to_seq = 0;
};
struct create_conversation {
  conversation_type type = conversation_type::group;
  std::vector<new_member> members;
  std::optional<std::string> title;
  std::string metadata; ///< JSON text of an object
  request_hash hash{};
};
struct add_member {
  new_member member;
};
struct remove_member {
  user_id user;
};
struct cancel_message {
  message_id message;
};

using command_body = std::variant<send_message, send_receipt, create_conversation, add_member,
                                  remove_member, cancel_message>;

/// The command that went before this one in the same session, conversation and lane and was not
/// answered yet. An owner that has not decided it refuses this one with ec::out_of_order.
struct predecessor {
  command_id command;
  message_id message;
};

struct command {
  command_id id;
  client_id client;
  conversation_id conversation;
  lane priority = lane::standard;
  user_id acting;          ///< the user whose token asked; empty: the client's own token
  wall_time received_at{}; ///< at the edge
  std::string trace;       ///< W3C traceparent
  std::string reply_to;    ///< NATS subject of the gateway that waits; empty: nobody does
  uuid origin;             ///< the WebSocket session that sent it; it gets no event of its own
  std::optional<predecessor> after;
  command_body body;
};

/// Which way a command came to its owner.
enum class path : std::uint8_t { stream = 0, direct = 1, inbox = 2 };
std::string_view to_string(path value) noexcept;

} // namespace recado
