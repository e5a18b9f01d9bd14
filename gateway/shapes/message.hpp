#pragma once
/// A message as a caller asks for it, over REST or WebSocket.
#include "gateway/config.hpp"
#include "gateway/json/fields.hpp"
#include "schemas/command.hpp"

namespace recado::shapes {

/// What is said, apart from who says it to whom.
struct content {
  std::string payload = "{}"; ///< JSON as the caller wrote it
  std::string metadata = "{}";
  std::string canonical; ///< equal for contents that mean the same
  lane priority = lane::standard;
};

/// Reads `payload`, `priority` and `metadata`; complains about what is wrong.
content read_content(json::fields& in, const gateway_limits& limits, json::complaints& into);

/// Is this the name of a channel, in_app included?
bool channel_name(std::string_view name);

/// Reads the payload alone: an object with a type.
void check_payload(const json::value& payload, const std::string& pointer,
                   const gateway_limits& limits, json::complaints& into);

struct message_request {
  std::optional<message_id> message;
  std::optional<conversation_id> conversation; ///< or `to`
  std::optional<user_id> from;
  std::vector<user_id> to;                  ///< sorted, each once
  std::vector<address_recipient> addresses; ///< canonical, sorted, each once
  std::vector<std::string> channels;        ///< sorted, each once
  bool at_most_once = false;
  std::optional<wall_time> expires_at;
  content what;
};

/// Body of POST /v1/messages.
message_request read_message(const json::value& body, const gateway_limits& limits,
                             json::complaints& into);

/// The command's body and the conversation it goes to. A message that nobody has named gets an id
/// here; `from` is settled by then.
struct addressed_message {
  conversation_id conversation;
  send_message body;
};
addressed_message address(const client_id& client, message_request request, const user_id& from);

} // namespace recado::shapes
