#pragma once
/// The objects of the contract ("Shapes"), written.
#include "actors/service/presence.hpp"
#include "actors/service/views.hpp"
#include "gateway/json/writer.hpp"
#include "schemas/reply.hpp"

namespace recado::shapes {

void append_message(json::writer& to, const message_record& what);
/// As members see it in a frame: without status of its own deliveries.
void append_message(json::writer& to, const message_view& what);
/// A single GET: with deliveries.
void append_full_message(json::writer& to, const message_record& what);
/// The member "recipient": a user, or {"channel","address"}.
void append_recipient(json::writer& to, const user_id& user, std::string_view channel,
                      std::string_view address);
std::string trace_body(const trace_record& what);
void append_history(json::writer& to, const history_record& what);
void append_conversation(json::writer& to, const conversation_record& what);
void append_presence(json::writer& to, const presence_record& what);
void append_user(json::writer& to, const user_record& what);
void append_identity(json::writer& to, const identity_record& what);
void append_member(json::writer& to, const member_record& what);

/// 201 of POST /v1/messages.
std::string accepted_body(const reply& said);
/// 202: stored, not yet numbered.
std::string stored_body(const message_id& id);

/// One of the results of POST /v1/messages/bulk: taken, or refused with a problem. The id is there
/// as soon as the message had one, so that it can be sent again.
std::string bulk_result(std::size_t index, const message_id& id, const reply& said);
std::string bulk_refusal(std::size_t index, const message_id& id, const problem& why,
                         std::string_view trace_id);

template <class T>
std::string body_of(const T& what, void (*append)(json::writer&, const T&)) {
  std::string out;
  json::writer to{out};
  append(to, what);
  return out;
}

template <class T>
std::string page_body(const std::vector<T>& items, const std::string& next_cursor,
                      void (*append)(json::writer&, const T&)) {
  std::string out;
  json::writer to{out};
  to.begin_object().key("data").begin_array();
  for (const auto& each : items)
    append(to, each);
  to.end_array().key("next_cursor");
  next_cursor.empty() ? to.null() : to.put(next_cursor);
  to.field("has_more", !next_cursor.empty()).end_object();
  return out;
}

} // namespace recado::shapes
