#include "actors/conversation/decide.hpp"

#include <algorithm>

#include "actors/conversation/delivery_desk.hpp"
#include "runtime/fault/fault.hpp"

namespace recado {
namespace {

/// Outcomes that say nothing about the command itself: the same command_id will be tried again.
bool temporary(ec code) {
  return code == ec::out_of_order || code == ec::moved;
}

class decider {
public:
  decider(const conversation_state& state, const facts& known, const conversation_limits& limits)
    : known_(known),
      limits_(limits),
      draft_(state, out_),
      desk_(draft_, out_, known) {}

  void take(const undecided_ptr& item) {
    item_ = item.get();
    const auto& cmd = item->what;
    bool remember = false;
    auto said = earlier_outcome(cmd);
    if (!said) {
      said = predecessor_missing(cmd) ? refuse(cmd.id, ec::out_of_order)
             : deleted_actor(cmd)
               ? refuse(cmd.id, ec::invalid_token, "the user was deleted")
               : std::visit([&](const auto& body) { return on(cmd, body); }, cmd.body);
      remember = leaves_a_trace(cmd, *said);
    }
    said->command = cmd.id;
    said->conversation = cmd.conversation;
    decided_.insert_or_assign(cmd.id, *said);
    out_.answers.push_back({item, std::move(*said), remember});
  }

  effects done(partition_id part) && {
    out_.part = part;
    for (auto& event : out_.events)
      event.rev = out_.head.rev;
    return std::move(out_);
  }

private:
  // --- before the command itself --------------------------------------------------------------

  /// The same command came twice: by two paths, or again after a rewind of the stream.
  std::optional<reply> earlier_outcome(const command& cmd) const {
    if (auto found = decided_.find(cmd.id);
        found != decided_.end() && !temporary(found->second.code))
      return found->second;
    if (auto found = known_.applied.find(cmd.id); found != known_.applied.end())
      return found->second;
    return std::nullopt;
  }

  bool predecessor_missing(const command& cmd) const {
    if (!cmd.after) return false;
    // Whoever follows one that is to be sent again is to be sent again, too.
    if (auto found = decided_.find(cmd.after->command); found != decided_.end())
      return temporary(found->second.code);
    if (item_->follows_known) return false;
    return !known_.applied.contains(cmd.after->command) &&
           !known_.messages.contains({cmd.client, cmd.after->message});
  }

  /// A message row tells its own outcome, and receipts are monotone; the rest must be remembered.
  bool leaves_a_trace(const command& cmd, const reply& said) {
    if (temporary(said.code) || internal(cmd.body)) return false;
    if (std::holds_alternative<send_receipt>(cmd.body)) return false;
    const auto* send = std::get_if<send_message>(&cmd.body);
    if (!send) return true;
    if (said.ok() || said.replayed) return false;
    if (item_->came_by != path::inbox || said.code == ec::idempotency_mismatch) return true;
    store_refusal(cmd, *send, said.code); // its 202 promised that the message can be read
    return false;
  }

  void store_refusal(const command& cmd, const send_message& body, ec why) {
    message_row row;
    row.view = view_of(cmd, body, 0, known_.now);
    row.cause = item_;
    row.failure = std::string{info_of(why).code};
    out_.messages.push_back(std::move(row));
  }

  /// A user's token acts in that user's own conversations only; others do not exist for it.
  bool hidden(const command& cmd) const {
    return !draft_.head().exists || (!cmd.acting.empty() && !draft_.active(cmd.acting));
  }

  bool may_manage(const command& cmd) const {
    if (cmd.acting.empty()) return true;
    const auto* member = draft_.active(cmd.acting);
    return member && member->role == member_role::admin;
  }

  bool deleted(const command& cmd, const user_id& user) const {
    return known_.deleted_users.contains({cmd.client, user});
  }

  /// A token outlives its user; what it asks for is not done any more. A retry still gets the first
  /// answer: that is the caller's way to learn what became of it.
  bool deleted_actor(const command& cmd) const {
    if (cmd.acting.empty() || !deleted(cmd, cmd.acting)) return false;
    const auto* send = std::get_if<send_message>(&cmd.body);
    return !send || !find_message(cmd.client, send->message);
  }

  // --- one method per command -------------------------------------------------------------------

  reply on(const command& cmd, const send_message& body) {
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

  reply on(const command& cmd, const send_receipt& body) {
    if (hidden(cmd)) return refuse(cmd.id, ec::conversation_not_found);
    const auto* member = draft_.active(body.user);
    if (!member)
      return refuse(cmd.id, ec::not_a_member,
                    body.user.value + " is not a member of the conversation", "/user_id");
    if (body.up_to_seq > draft_.head().last_seq)
      return refuse(cmd.id, ec::invalid_request,
                    "up_to_seq is above the last seq, " + std::to_string(draft_.head().last_seq),
                    "/up_to_seq");
    reply said;
    said.seq = std::max(body.up_to_seq, position(*member, body.kind));
    if (body.up_to_seq > position(*member, body.kind)) advance_receipt(cmd, body, *member);
    return said;
  }

  reply on(const command& cmd, const create_conversation& body) {
    if (draft_.head().exists) {
      if (draft_.head().hash != body.hash || (!cmd.acting.empty() && hidden(cmd)))
        return refuse(cmd.id, ec::conversation_exists);
      reply said;
      said.at = draft_.head().created_at;
      said.replayed = true;
      return said;
    }
    for (const auto& member : body.members)
      if (deleted(cmd, member.user)) return was_deleted(cmd, member.user, "/members");
    if (body.members.size() > limits_.members_max) return too_many(cmd, "/members");
    draft_.create({cmd.client, cmd.conversation}, body, known_.now);
    for (const auto& member : body.members)
      tell_joined(cmd, member.user);
    reply said;
    said.at = draft_.head().created_at;
    return said;
  }

  reply on(const command& cmd, const add_member& body) {
    if (hidden(cmd)) return refuse(cmd.id, ec::conversation_not_found);
    if (draft_.head().type != conversation_type::group)
      return refuse(cmd.id, ec::invalid_request, "only a group takes further members", "/user_id");
    if (!may_manage(cmd)) return refuse(cmd.id, ec::forbidden, "only an admin adds members");
    const auto& user = body.member.user;
    if (const auto* member = draft_.active(user)) {
      if (member->role != body.member.role)
        return refuse(cmd.id, ec::conflict, user.value + " is a member with another role");
      auto said = joined(*member);
      said.replayed = true;
      return said;
    }
    if (deleted(cmd, user)) return was_deleted(cmd, user, "/user_id");
    if (draft_.active_members() >= limits_.members_max) return too_many(cmd, "/user_id");
    auto at = draft_.head().last_seq;
    draft_.put_member(user, {body.member.role, known_.now, at, std::nullopt, at, at});
    out_.bare_users.push_back(user);
    tell_joined(cmd, user);
    return joined(*draft_.active(user));
  }

  reply on(const command& cmd, const remove_member& body) {
    if (hidden(cmd)) return refuse(cmd.id, ec::conversation_not_found);
    if (draft_.head().type != conversation_type::group)
      return refuse(cmd.id, ec::invalid_request, "only a group loses members", "/user_id");
    const auto* member = draft_.active(body.user);
    if (!member) return refuse(cmd.id, ec::member_not_found);
    if (cmd.acting != body.user && !may_manage(cmd))
      return refuse(cmd.id, ec::forbidden, "only an admin removes others");
    auto gone = *member;
    gone.left_seq = draft_.head().last_seq;
    draft_.put_member(body.user, gone);
    out_.events.push_back({cmd.client, cmd.conversation, 0, left_event{body.user, *gone.left_seq}});
    reply said;
    said.seq = *gone.left_seq;
    return said;
  }

  reply on(const command& cmd, const cancel_message& body) {
    const auto* known = find_message(cmd.client, body.message);
    if (hidden(cmd) || !known || known->conversation != cmd.conversation)
      return refuse(cmd.id, ec::message_not_found);
    if (known->failure.empty() && desk_.cancel(cmd, body.message)) return reply{};
    // In the application a message is sent by its commit: there is nothing left to hold back.
    return refuse(cmd.id, known->failure.empty() ? ec::already_sent : ec::conflict,
                  known->failure.empty() ? "" : "the message has failed already");
  }

  // What the connectors of this node say. The answer goes to them: applied, or nothing was.

  reply on(const command& cmd, const begin_attempt& body) {
    return applied(cmd, desk_.begin(cmd, body));
  }
  reply on(const command& cmd, const settle_attempt& body) {
    return applied(cmd, desk_.settle(cmd, body));
  }
  reply on(const command& cmd, const expire_delivery& body) {
    return applied(cmd, desk_.expire(cmd, body));
  }
  static reply applied(const command& cmd, bool yes) {
    return yes ? reply{} : refuse(cmd.id, ec::conflict);
  }

  // --- parts of them ----------------------------------------------------------------------------

  const known_message* find_message(const client_id& client, const message_id& id) const {
    if (auto found = fresh_.find(id); found != fresh_.end()) return &found->second;
    auto found = known_.messages.find({client, id});
    return found == known_.messages.end() ? nullptr : &found->second;
  }

  /// The answer to a retry; nullopt for a message_id that is new.
  std::optional<reply> twin_of(const command& cmd, const send_message& body) const {
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
  std::optional<reply> make_implicit(const command& cmd, const send_message& body) {
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

  static message_view view_of(const command& cmd, const send_message& body, std::int64_t seq,
                              wall_time at) {
    return {body.message,  cmd.conversation, seq, body.from,      body.payload,
            body.metadata, cmd.priority,     at,  body.expires_at};
  }

  std::vector<user_id> recipients_of(std::int64_t seq, const user_id& from) const {
    std::vector<user_id> out;
    draft_.each_member([&](const user_id& user, const member_state& member) {
      if (user != from && member.had(seq)) out.push_back(user);
    });
    return out;
  }

  /// The first answer, also when it is given again.
  reply accepted(const client_id& client, const message_id& id, const known_message& known) const {
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

  static std::int64_t position(const member_state& member, receipt_kind kind) {
    return kind == receipt_kind::read ? member.read_seq : member.delivered_seq;
  }

  void advance_receipt(const command& cmd, const send_receipt& body, member_state member) {
    auto move = [&](receipt_kind kind, std::int64_t& seq) {
      if (body.up_to_seq <= seq) return;
      draft_.put_receipt({body.user, kind, seq, body.up_to_seq, known_.now});
      seq = body.up_to_seq;
    };
    move(receipt_kind::delivered, member.delivered_seq); // what was read was delivered
    if (body.kind == receipt_kind::read) move(receipt_kind::read, member.read_seq);
    draft_.put_member(body.user, member);
    tell_receipt(cmd, body);
  }

  /// One event per member and kind in a batch: the later position replaces the earlier one.
  void tell_receipt(const command& cmd, const send_receipt& body) {
    for (auto& event : out_.events) {
      auto* told = std::get_if<receipt_event>(&event.body);
      if (!told || told->user != body.user || told->kind != body.kind) continue;
      told->up_to_seq = body.up_to_seq;
      return;
    }
    out_.events.push_back({cmd.client, cmd.conversation, 0,
                           receipt_event{body.user, body.kind, body.up_to_seq, known_.now}});
  }

  void tell_joined(const command& cmd, const user_id& user) {
    const auto& member = *draft_.active(user);
    out_.events.push_back({cmd.client, cmd.conversation, 0,
                           joined_event{user, member.role, member.joined_seq, member.joined_at}});
  }

  static reply joined(const member_state& member) {
    reply said;
    said.seq = member.joined_seq;
    said.at = member.joined_at;
    said.role = member.role;
    return said;
  }

  static reply was_deleted(const command& cmd, const user_id& user, std::string pointer) {
    return refuse(cmd.id, ec::invalid_request, "the user " + user.value + " was deleted",
                  std::move(pointer));
  }

  reply too_many(const command& cmd, std::string pointer) const {
    return refuse(cmd.id, ec::invalid_request,
                  "a conversation has at most " + std::to_string(limits_.members_max) + " members",
                  std::move(pointer));
  }

  const facts& known_;
  const conversation_limits& limits_;
  effects out_;
  draft draft_;
  delivery_desk desk_;
  const undecided* item_ = nullptr;
  std::unordered_map<message_id, known_message> fresh_; ///< decided in this batch
  std::unordered_map<command_id, reply> decided_;       ///< in this batch
};

} // namespace

effects decide(const conversation_state& state, std::span<const undecided_ptr> commands,
               const facts& known, const conversation_limits& limits) {
  decider turn{state, known, limits};
  for (const auto& item : commands)
    turn.take(item);
  return std::move(turn).done(commands.empty() ? 0 : commands.front()->part);
}

void adopt(conversation_state& state, const effects& committed) {
  if (!committed.changed) return;
  auto members = std::move(state.members);
  state = committed.head;
  state.members = std::move(members);
  for (const auto& row : committed.members)
    state.members[row.user] = row.state;
}

} // namespace recado
