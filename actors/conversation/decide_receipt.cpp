/// How far somebody has received and read.
#include <algorithm>

#include "actors/conversation/decider.hpp"

namespace recado {
namespace {

std::int64_t position(const member_state& member, receipt_kind kind) {
  return kind == receipt_kind::read ? member.read_seq : member.delivered_seq;
}

} // namespace

reply decider::on(const command& cmd, const send_receipt& body) {
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

void decider::advance_receipt(const command& cmd, const send_receipt& body, member_state member) {
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
void decider::tell_receipt(const command& cmd, const send_receipt& body) {
  for (auto& event : out_.events) {
    auto* told = std::get_if<receipt_event>(&event.body);
    if (!told || told->user != body.user || told->kind != body.kind) continue;
    told->up_to_seq = body.up_to_seq;
    return;
  }
  out_.events.push_back({cmd.client, cmd.conversation, 0,
                         receipt_event{body.user, body.kind, body.up_to_seq, known_.now}});
}

} // namespace recado
