#include "gateway/shapes/answers.hpp"

#include "gateway/shapes/ids.hpp"
#include "gateway/shapes/problem_body.hpp"
#include "schemas/deliveries.hpp"

namespace recado::shapes {
namespace {

void append_fields(json::writer& to, const message_view& what, std::string_view state) {
  to.field("message_id", what.id).field("conversation_id", what.conversation).key("seq");
  what.seq > 0 ? to.put(what.seq) : to.null();
  to.field("from", what.from)
    .field_null("to")
    .field_raw("payload", what.payload)
    .field("priority", to_string(what.priority))
    .field("status", state)
    .field("created_at", what.created_at)
    .field_null("send_at")
    .field("expires_at", what.expires_at)
    .field_raw("metadata", what.metadata);
}

void append_fields(json::writer& to, const message_record& what) {
  append_fields(to, what.view, to_string(what.state));
  if (!what.failure.empty()) to.field("failure", what.failure);
}

void append_delivery(json::writer& to, const delivery_record& what) {
  to.begin_object().field("delivery_id", what.id);
  append_recipient(to, what.recipient, what.channel, what.address);
  to.field("channel", what.channel)
    .field("account", what.account)
    .field("status", to_string(what.state))
    .field("attempt", what.attempt)
    .field("provider_id", what.provider_id)
    .field("provider_code", what.provider_code)
    .field("updated_at", what.updated_at)
    .end_object();
}

} // namespace

void append_recipient(json::writer& to, const user_id& user, std::string_view channel,
                      std::string_view address) {
  to.key("recipient");
  if (user.empty() && !address.empty())
    to.begin_object().field("channel", channel).field("address", address).end_object();
  else
    to.put(user);
}

void append_message(json::writer& to, const message_record& what) {
  to.begin_object();
  append_fields(to, what);
  to.end_object();
}

void append_message(json::writer& to, const message_view& what) {
  to.begin_object();
  append_fields(to, what, to_string(status::sent)); // who sees it in a frame sees it committed
  to.end_object();
}

void append_full_message(json::writer& to, const message_record& what) {
  to.begin_object();
  append_fields(to, what);
  to.key("deliveries").begin_array();
  for (const auto& each : what.deliveries)
    append_delivery(to, each);
  to.end_array().field("deliveries_total", what.deliveries_total).end_object();
}

void append_history(json::writer& to, const history_record& what) {
  to.begin_object().field("at", what.at);
  append_recipient(to, what.recipient, what.channel, what.address);
  to.field("channel", what.channel)
    .field("status", to_string(what.state))
    .field("attempt", what.attempt)
    .field("provider_code", what.provider_code)
    .field("detail", what.detail)
    .end_object();
}

void append_conversation(json::writer& to, const conversation_record& what) {
  to.begin_object()
    .field("conversation_id", what.id)
    .field("type", to_string(what.type))
    .field("title", what.title)
    .key("members")
    .begin_array();
  for (const auto& each : what.members)
    append_member(to, each);
  to.end_array()
    .field_raw("metadata", what.metadata.empty() ? "{}" : what.metadata)
    .field("last_seq", what.last_seq)
    .field("created_at", what.created_at)
    .end_object();
}

void append_presence(json::writer& to, const presence_record& what) {
  to.begin_object()
    .field("user_id", what.user)
    .field("status", to_string(what.now))
    .field("last_seen", what.last_seen)
    .end_object();
}

void append_user(json::writer& to, const user_record& what) {
  to.begin_object()
    .field("user_id", what.id)
    .field("name", what.fields.name)
    .field("locale", what.fields.locale)
    .field("time_zone", what.fields.time_zone)
    .field_raw("metadata", what.fields.metadata)
    .field("created_at", what.created_at)
    .field("updated_at", what.updated_at)
    .end_object();
}

void append_identity(json::writer& to, const identity_record& what) {
  to.begin_object()
    .field("channel", what.fields.channel)
    .field("address", what.fields.address)
    .field("account", what.fields.account)
    .field("verified", what.fields.verified)
    .field("created_at", what.created_at)
    .end_object();
}

void append_member(json::writer& to, const member_record& what) {
  to.begin_object()
    .field("user_id", what.user)
    .field("role", to_string(what.role))
    .field("joined_at", what.joined_at)
    .field("joined_seq", what.joined_seq)
    .end_object();
}

std::string accepted_body(const reply& said) {
  std::string out;
  out.reserve(256 + 160 * (said.recipients.size() + said.deliveries.size()));
  json::writer to{out};
  to.begin_object()
    .field("status", "accepted")
    .field("message_id", said.message)
    .field("conversation_id", said.conversation)
    .field("seq", said.seq)
    .field("created_at", said.at)
    .key("deliveries")
    .begin_array();
  for (const auto& each : said.recipients)
    to.begin_object()
      .field("delivery_id", in_app_delivery(said.message, each))
      .field("recipient", each)
      .field("channel", "in_app")
      .field("status", "sent")
      .end_object();
  for (const auto& each : said.deliveries) {
    to.begin_object().field(
      "delivery_id", external_delivery(said.message, each.channel, each.recipient, each.address));
    append_recipient(to, each.recipient, each.channel, each.address);
    to.field("channel", each.channel).field("status", to_string(each.state)).end_object();
  }
  to.end_array()
    .field("deliveries_total", said.recipients_total + said.deliveries_total)
    .end_object();
  return out;
}

std::string stored_body(const message_id& id) {
  std::string out;
  json::writer{out}.begin_object().field("status", "accepted").field("message_id", id).end_object();
  return out;
}

std::string bulk_result(std::size_t index, const message_id& id, const reply& said) {
  std::string out;
  json::writer to{out};
  to.begin_object()
    .field("index", index)
    .field("status", said.stored ? 202 : 201)
    .field("message_id", id);
  if (!said.stored)
    to.field("conversation_id", said.conversation)
      .field("seq", said.seq)
      .field("created_at", said.at)
      .field("replayed", said.replayed);
  to.end_object();
  return out;
}

std::string bulk_refusal(std::size_t index, const message_id& id, const problem& why,
                         std::string_view trace_id) {
  std::string out;
  json::writer to{out};
  to.begin_object().field("index", index).field("status", info_of(shown(why.code)).status);
  if (!id.nil()) to.field("message_id", id);
  to.field_raw("error", problem_body(why, trace_id)).end_object();
  return out;
}

} // namespace recado::shapes
