/// Messages: said, said again, canceled.
#include "actors/conversation/decider.hpp"
#include "runtime/fault/fault.hpp"

namespace recado {
namespace {

message_view view_of(const command& cmd, const send_message& body, std::int64_t seq, wall_time at) {
  return {body.message,  cmd.conversation, seq, body.from,      body.payload,
          body.metadata, cmd.priority,     at,  body.expires_at};
}

} // namespace

reply decider::on(const command& cmd, const send_message& body) {
  if (auto twin = twin_of(cmd, body)) return *twin;
  if (deleted(cmd, body.from)) return was_deleted(cmd, body.from, "/from");
  if (auto refusal = make_implicit(cmd, body)) return *refusal;
  if (hidden(cmd)) return refuse(cmd.id, ec::conversation_not_found);
  if (!body.from.empty() && !draft_.active(body.from))
    return refuse(cmd.id, ec::not_a_member,
                  body.from.value + " is not a member of the conversation", "/from");
  wall_time created_at;
  auto seq = draft_.next_message(known_.now, created_at);
  message_row row;
  row.view = view_of(cmd, body, seq, created_at);
  if (fault::mutant("no_dedupe") && find_message(cmd.client, body.message))
    row.view.id = message_id{uuid::v7()};
  row.cause = item_;
  out_.events.push_back({cmd.client, cmd.conversation, 0, message_event{row.view, cmd.origin}});
  if (body.external()) desk_.open(cmd, body, row, recipients_of(seq, body.from));
  const auto& known = fresh_
                        .emplace(body.message, known_message{cmd.conversation,
                                                             cmd.id,
                                                             seq,
                                                             body.from,
                                                             body.hash,
                                                             created_at,
                                                             {},
                                                             row.inside,
                                                             row.deliveries})
                        .first->second;
  out_.messages.push_back(std::move(row));
  auto said = accepted(cmd.client, body.message, known);
  draft_.add_usage(created_at, in_app_channel, status::sent, said.recipients_total);
  return said;
}

reply decider::on(const command& cmd, const cancel_message& body) {
  const auto* known = find_message(cmd.client, body.message);
  if (hidden(cmd) || !known || known->conversation != cmd.conversation)
    return refuse(cmd.id, ec::message_not_found);
  if (known->failure.empty() && desk_.cancel(cmd, body.message)) return reply{};
  // In the application a message is sent by its commit: there is nothing left to hold back.
  return refuse(cmd.id, known->failure.empty() ? ec::already_sent : ec::conflict,
                known->failure.empty() ? "" : "the message has failed already");
}

const known_message* decider::find_message(const client_id& client, const message_id& id) const {
  if (auto found = fresh_.find(id); found != fresh_.end()) return &found->second;
  auto found = known_.messages.find({client, id});
  return found == known_.messages.end() ? nullptr : &found->second;
}

/// The answer to a retry; nullopt for a message_id that is new.
std::optional<reply> decider::twin_of(const command& cmd, const send_message& body) const {
  const auto* known = find_message(cmd.client, body.message);
  if (!known || fault::mutant("no_dedupe")) return std::nullopt;
  if (known->conversation != cmd.conversation || known->hash != body.hash)
    return refuse(cmd.id, ec::idempotency_mismatch, "the message_id was used for another message",
                  "/message_id");
  bool again = known->command != cmd.id;
  if (!known->failure.empty()) {
    auto said = refuse(cmd.id, ec_of(known->failure));
    said.replayed = again;
    return said;
  }
  auto said = accepted(cmd.client, body.message, *known);
  said.replayed = again;
  return said;
}

/// The conversation between a sender and its recipients is made by its first message.
std::optional<reply> decider::make_implicit(const command& cmd, const send_message& body) {
  bool addressed = !body.implicit_members.empty() || !body.addresses.empty();
  if (draft_.head().exists || !addressed) return std::nullopt;
  create_conversation from;
  from.type = conversation_type::direct;
  from.metadata = "{}";
  for (const auto& user : body.implicit_members) {
    if (deleted(cmd, user)) return was_deleted(cmd, user, "/to");
    from.members.push_back({user, member_role::member});
  }
  draft_.create({cmd.client, cmd.conversation}, from, known_.now);
  for (const auto& user : body.implicit_members)
    tell_joined(cmd, user);
  return std::nullopt;
}

void decider::store_refusal(const command& cmd, const send_message& body, ec why) {
  message_row row;
  row.view = view_of(cmd, body, 0, known_.now);
  row.cause = item_;
  row.failure = std::string{info_of(why).code};
  fresh_.emplace(body.message, known_message{cmd.conversation, cmd.id, 0, body.from, body.hash,
                                             row.view.created_at, row.failure, row.inside, 0});
  out_.messages.push_back(std::move(row));
}

std::vector<user_id> decider::recipients_of(std::int64_t seq, const user_id& from) const {
  std::vector<user_id> out;
  draft_.each_member([&](const user_id& user, const member_state& member) {
    if (user != from && member.had(seq)) out.push_back(user);
  });
  return out;
}

/// The first answer, also when it is given again.
reply decider::accepted(const client_id& client, const message_id& id,
                        const known_message& known) const {
  reply said;
  said.message = id;
  said.seq = known.seq;
  said.at = known.created_at;
  auto outside = known.deliveries > 0 ? desk_.of(client, id) : std::vector<delivery_state>{};
  std::unordered_set<user_id> reached;
  if (known.inside == in_app::others)
    for (const auto& one : outside)
      reached.insert(one.recipient);
  if (known.inside != in_app::nobody)
    draft_.each_member([&](const user_id& user, const member_state& member) {
      if (user == known.from || !member.had(known.seq) || reached.contains(user)) return;
      if (said.recipients.size() < reply_recipients) said.recipients.push_back(user);
      ++said.recipients_total;
    });
  said.deliveries_total = static_cast<std::int32_t>(outside.size());
  for (const auto& one : outside)
    if (said.recipients.size() + said.deliveries.size() < reply_recipients)
      said.deliveries.push_back(as_accepted(one));
  return said;
}

} // namespace recado
