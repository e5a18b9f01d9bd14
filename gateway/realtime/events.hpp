#pragma once
/// What travels between the hub and the sessions.
#include "actors/service/services.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace recado::realtime {

using session_id = uuid;

/// One frame for the connections of a conversation's members, written once for all of them.
struct frame {
  conversation_id conversation;
  std::int64_t seq = 0; ///< of a message; 0: another kind of frame
  message_id message;
  uuid origin;            ///< the session that sent the message; nil: unknown or none
  wall_time created_at{}; ///< of the message
  std::shared_ptr<const std::string> text;
};

/// Where a person stands in one conversation.
struct standing {
  conversation_id conversation;
  std::int64_t joined_seq = 0;
  std::int64_t last_seq = 0; ///< what lies above is handed to its sessions, and nothing else
};

/// Somebody types. `origin` nil: by REST.
struct typing {
  client_id client;
  conversation_id conversation;
  user_id user;
  bool on = true;
};

frame frame_of(const message_view& what, const uuid& origin);

/// The frames' texts.
std::string message_frame(const message_view& what);
std::string receipt_frame(const conversation_id& where, const receipt_position& what);
std::string status_frame(const conversation_id& where, const status_event& what);
std::string typing_frame(const typing& what);
std::string presence_frame(const presence_record& what);

} // namespace recado::realtime
