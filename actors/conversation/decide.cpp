#include "actors/conversation/decide.hpp"

#include "actors/conversation/decider.hpp"

namespace recado {
namespace {

/// Outcomes that say nothing about the command itself: the same command_id will be tried again.
bool temporary(ec code) {
  return code == ec::out_of_order || code == ec::moved;
}

} // namespace

void decider::take(const undecided_ptr& item) {
  item_ = item.get();
  const auto& cmd = item->what;
  bool remember = false;
  auto said = earlier_outcome(cmd);
  if (said) {
    keep_promise(cmd, *said);
  } else {
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

effects decider::done(partition_id part) && {
  out_.part = part;
  for (auto& event : out_.events)
    event.rev = out_.head.rev;
  return std::move(out_);
}

/// The same command came twice: by two paths, or again after a rewind of the stream.
std::optional<reply> decider::earlier_outcome(const command& cmd) const {
  if (auto found = decided_.find(cmd.id); found != decided_.end() && !temporary(found->second.code))
    return found->second;
  if (auto found = known_.applied.find(cmd.id); found != known_.applied.end()) return found->second;
  return std::nullopt;
}

bool decider::predecessor_missing(const command& cmd) const {
  if (!cmd.after) return false;
  // Whoever follows one that is to be sent again is to be sent again, too.
  if (auto found = decided_.find(cmd.after->command); found != decided_.end())
    return temporary(found->second.code);
  if (item_->follows_known) return false;
  return !known_.applied.contains(cmd.after->command) &&
         !known_.messages.contains({cmd.client, cmd.after->message});
}

/// A message row tells its own outcome, and receipts are monotone; the rest must be remembered.
bool decider::leaves_a_trace(const command& cmd, const reply& said) {
  if (temporary(said.code) || internal(cmd.body)) return false;
  if (std::holds_alternative<send_receipt>(cmd.body)) return false;
  const auto* send = std::get_if<send_message>(&cmd.body);
  if (!send) return true;
  if (said.ok() || said.replayed) return false;
  const auto* known = find_message(cmd.client, send->message);
  if (known && known->command == cmd.id) return false; // refused before, by a commit in doubt
  if (item_->came_by != path::inbox || said.code == ec::idempotency_mismatch) return true;
  store_refusal(cmd, *send, said.code); // its 202 promised that the message can be read
  return false;
}

/// Another copy was refused where nobody was told 202; this one lay in the inbox meanwhile.
void decider::keep_promise(const command& cmd, const reply& said) {
  const auto* send = std::get_if<send_message>(&cmd.body);
  if (!send || item_->came_by != path::inbox || said.ok() || said.replayed) return;
  if (said.code == ec::idempotency_mismatch || find_message(cmd.client, send->message)) return;
  store_refusal(cmd, *send, said.code);
}

/// A user's token acts in that user's own conversations only; others do not exist for it.
bool decider::hidden(const command& cmd) const {
  return !draft_.head().exists || (!cmd.acting.empty() && !draft_.active(cmd.acting));
}

bool decider::may_manage(const command& cmd) const {
  if (cmd.acting.empty()) return true;
  const auto* member = draft_.active(cmd.acting);
  return member && member->role == member_role::admin;
}

bool decider::deleted(const command& cmd, const user_id& user) const {
  return known_.deleted_users.contains({cmd.client, user});
}

/// A token outlives its user; what it asks for is not done any more. A retry still gets the first
/// answer: that is the caller's way to learn what became of it.
bool decider::deleted_actor(const command& cmd) const {
  if (cmd.acting.empty() || !deleted(cmd, cmd.acting)) return false;
  const auto* send = std::get_if<send_message>(&cmd.body);
  return !send || !find_message(cmd.client, send->message);
}

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
