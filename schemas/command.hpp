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

/// A recipient that is an address and no user of ours.
struct address_recipient {
  std::string channel, address;
  auto operator<=>(const address_recipient&) const = default;
};

/// Names among send_message::channels that are no external channel.
inline constexpr std::string_view in_app_channel = "in_app";
inline constexpr std::string_view all_channels = "all"; ///< where the recipient has an identity

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
  std::vector<std::string> channels;        ///< for members; empty: in_app alone
  std::vector<address_recipient> addresses; ///< beside the members
  bool at_most_once = false;                ///< a try with an unknown end is not repeated
  /// `message` was made at the edge together with the command: nobody can have used it before. Not
  /// on the wire; false says nothing.
  bool message_made = false;

  /// Does it go out of the house?
  bool external() const {
    return !addresses.empty() ||
           (!channels.empty() && channels != std::vector<std::string>{std::string{in_app_channel}});
  }
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

/// INTERNAL to the owner's node: a connector wants to make a try.
struct begin_attempt {
  message_id message;
  delivery_id delivery;
  std::int32_t attempt = 1;
  epoch owned = 0; ///< under which the delivery was handed out
};

/// What a try led to.
enum class attempt_end : std::uint8_t { sent = 0, retrying = 1, failed = 2, dead = 3 };

/// INTERNAL to the owner's node: a try has ended.
struct settle_attempt {
  message_id message;
  delivery_id delivery;
  std::int32_t attempt = 1;
  epoch owned = 0;
  attempt_end end = attempt_end::sent;
  bool unknown = false; ///< the provider may have taken the message, nobody saw
  wall_time next_at{};  ///< retrying: not before
  std::string provider_id, provider_code, detail;
};

/// INTERNAL to the owner's node: the delivery's expires_at has come and no try runs.
struct expire_delivery {
  message_id message;
  delivery_id delivery;
};

using command_body =
  std::variant<send_message, send_receipt, create_conversation, add_member, remove_member,
               cancel_message, begin_attempt, settle_attempt, expire_delivery>;

/// Made by the owner's own node, and never carried between nodes.
inline bool internal(const command_body& body) noexcept {
  return std::holds_alternative<begin_attempt>(body) ||
         std::holds_alternative<settle_attempt>(body) ||
         std::holds_alternative<expire_delivery>(body);
}

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
  bool id_made = false; ///< `id` is this try's alone; not on the wire, false says nothing
};

/// Which way a command came to its owner.
enum class path : std::uint8_t { stream = 0, direct = 1, inbox = 2 };
std::string_view to_string(path value) noexcept;

} // namespace recado
