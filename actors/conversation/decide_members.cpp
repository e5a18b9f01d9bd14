/// Who is in a conversation.
#include "actors/conversation/decider.hpp"

namespace recado {
namespace {

reply joined(const member_state& member) {
  reply said;
  said.seq = member.joined_seq;
  said.at = member.joined_at;
  said.role = member.role;
  return said;
}

} // namespace

reply decider::on(const command& cmd, const create_conversation& body) {
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

reply decider::on(const command& cmd, const add_member& body) {
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

reply decider::on(const command& cmd, const remove_member& body) {
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

void decider::tell_joined(const command& cmd, const user_id& user) {
  const auto& member = *draft_.active(user);
  out_.events.push_back({cmd.client, cmd.conversation, 0,
                         joined_event{user, member.role, member.joined_seq, member.joined_at}});
}

reply decider::was_deleted(const command& cmd, const user_id& user, std::string pointer) {
  return refuse(cmd.id, ec::invalid_request, "the user " + user.value + " was deleted",
                std::move(pointer));
}

reply decider::too_many(const command& cmd, std::string pointer) const {
  return refuse(cmd.id, ec::invalid_request,
                "a conversation has at most " + std::to_string(limits_.members_max) + " members",
                std::move(pointer));
}

} // namespace recado
