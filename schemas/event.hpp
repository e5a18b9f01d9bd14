#pragma once
/// Events: what an owner tells the gateways after a commit.
#include "schemas/command.hpp"
#include "schemas/status.hpp"

namespace recado {

/// A message as every member may see it.
struct message_view {
  message_id id;
  conversation_id conversation;
  std::int64_t seq = 0;
  user_id from; ///< empty: the client
  std::string payload;
  std::string metadata;
  lane priority = lane::standard;
  wall_time created_at{};
  std::optional<wall_time> expires_at;
};

struct message_event {
  message_view message;
  uuid origin; ///< the session that sent it and gets no event; nil: none
};
struct receipt_event {
  user_id user;
  receipt_kind kind = receipt_kind::delivered;
  std::int64_t up_to_seq = 0;
  wall_time at{};
};
struct joined_event {
  user_id user;
  member_role role = member_role::member;
  std::int64_t joined_seq = 0;
  wall_time at{};
};
struct left_event {
  user_id user;
  std::int64_t left_seq = 0;
};

/// An external delivery has moved; for the message's sender.
struct status_event {
  message_id message;
  std::int64_t seq = 0;
  user_id sender;    ///< empty: the client
  user_id recipient; ///< empty: the address is no user's
  std::string channel, address;
  status state = status::queued;
  std::int32_t attempt = 0;
  std::string provider_code; ///< empty: none
  wall_time at{};
};

using event_body =
  std::variant<message_event, receipt_event, joined_event, left_event, status_event>;

struct event {
  client_id client;
  conversation_id conversation;
  std::int64_t rev = 0; ///< the conversation's revision after the commit that made it
  event_body body;
};

/// All events of one commit that concern one gateway node.
struct event_batch {
  std::vector<event> events;
  bool for_all = false; ///< membership changes only, told to every gateway; not on the wire
};

} // namespace recado
