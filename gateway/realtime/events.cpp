#include "gateway/realtime/events.hpp"

#include "gateway/shapes/answers.hpp"

namespace recado::realtime {

frame frame_of(const message_view& what, const uuid& origin) {
  return {what.conversation, what.seq,
          what.id,           origin,
          what.created_at,   std::make_shared<const std::string>(message_frame(what))};
}

std::string message_frame(const message_view& what) {
  std::string out;
  out.reserve(320 + what.payload.size() + what.metadata.size());
  json::writer to{out};
  to.begin_object().field("type", "message").key("message");
  shapes::append_message(to, what);
  to.end_object();
  return out;
}

std::string receipt_frame(const conversation_id& where, const receipt_position& what) {
  std::string out;
  json::writer{out}
    .begin_object()
    .field("type", "receipt")
    .field("conversation_id", where)
    .field("user_id", what.user)
    .field("kind", to_string(what.kind))
    .field("up_to_seq", what.up_to_seq)
    .field("at", what.at)
    .end_object();
  return out;
}

std::string status_frame(const conversation_id& where, const status_event& what) {
  std::string out;
  json::writer to{out};
  to.begin_object()
    .field("type", "status")
    .field("message_id", what.message)
    .field("conversation_id", where)
    .field("seq", what.seq);
  shapes::append_recipient(to, what.recipient, what.channel, what.address);
  to.field("channel", what.channel)
    .field("status", to_string(what.state))
    .field("attempt", what.attempt)
    .key("provider_code");
  what.provider_code.empty() ? to.null() : to.put(what.provider_code);
  to.field("at", what.at).end_object();
  return out;
}

std::string presence_frame(const presence_record& what) {
  std::string out;
  json::writer{out}
    .begin_object()
    .field("type", "presence")
    .field("user_id", what.user)
    .field("status", to_string(what.now))
    .field("last_seen", what.last_seen)
    .end_object();
  return out;
}

std::string typing_frame(const typing& what) {
  std::string out;
  json::writer{out}
    .begin_object()
    .field("type", "typing")
    .field("conversation_id", what.conversation)
    .field("user_id", what.user)
    .field("on", what.on)
    .end_object();
  return out;
}

} // namespace recado::realtime
