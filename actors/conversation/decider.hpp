#pragma once
/// INTERNAL to decide(): one batch of commands of one conversation. Its methods are in decide.cpp
/// (what comes before a command), decide_message.cpp, decide_members.cpp and decide_receipt.cpp.
#include <unordered_map>

#include "actors/conversation/decide.hpp"
#include "actors/conversation/delivery_desk.hpp"

namespace recado {

class decider {
public:
  decider(const conversation_state& state, const facts& known, const conversation_limits& limits)
    : known_(known),
      limits_(limits),
      draft_(state, out_),
      desk_(draft_, out_, known) {}

  void take(const undecided_ptr& item);
  effects done(partition_id part) &&;

private:
  // before the command itself
  std::optional<reply> earlier_outcome(const command& cmd) const;
  bool predecessor_missing(const command& cmd) const;
  bool leaves_a_trace(const command& cmd, const reply& said);
  void keep_promise(const command& cmd, const reply& said);
  bool hidden(const command& cmd) const;
  bool may_manage(const command& cmd) const;
  bool deleted(const command& cmd, const user_id& user) const;
  bool deleted_actor(const command& cmd) const;

  // one method per command
  reply on(const command& cmd, const send_message& body);
  reply on(const command& cmd, const send_receipt& body);
  reply on(const command& cmd, const create_conversation& body);
  reply on(const command& cmd, const add_member& body);
  reply on(const command& cmd, const remove_member& body);
  reply on(const command& cmd, const cancel_message& body);

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

  // messages
  const known_message* find_message(const client_id& client, const message_id& id) const;
  std::optional<reply> twin_of(const command& cmd, const send_message& body) const;
  std::optional<reply> make_implicit(const command& cmd, const send_message& body);
  void store_refusal(const command& cmd, const send_message& body, ec why);
  std::vector<user_id> recipients_of(std::int64_t seq, const user_id& from) const;
  reply accepted(const client_id& client, const message_id& id, const known_message& known) const;

  // receipts
  void advance_receipt(const command& cmd, const send_receipt& body, member_state member);
  void tell_receipt(const command& cmd, const send_receipt& body);

  // members
  void tell_joined(const command& cmd, const user_id& user);
  static reply was_deleted(const command& cmd, const user_id& user, std::string pointer);
  reply too_many(const command& cmd, std::string pointer) const;

  const facts& known_;
  const conversation_limits& limits_;
  effects out_;
  draft draft_;
  delivery_desk desk_;
  const undecided* item_ = nullptr;
  std::unordered_map<message_id, known_message> fresh_; ///< decided in this batch
  std::unordered_map<command_id, reply> decided_;       ///< in this batch
};

} // namespace recado
