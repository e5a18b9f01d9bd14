#pragma once
/// INTERNAL to decide(): what the commands of a batch do to external deliveries.
#include "actors/conversation/attempts.hpp"
#include "actors/conversation/draft.hpp"

namespace recado {

class delivery_desk {
public:
  delivery_desk(draft& whole, effects& out, const facts& known)
    : draft_(whole),
      out_(out),
      known_(known) {}

  /// Makes the deliveries of a new message to these members; completes its row.
  void open(const command& cmd, const send_message& what, message_row& row,
            std::vector<user_id> members);
  /// All of a message, as this batch has left them so far.
  std::vector<delivery_state> of(const client_id& client, const message_id& message) const;

  bool begin(const command& cmd, const begin_attempt& wanted);
  bool settle(const command& cmd, const settle_attempt& end);
  bool expire(const command& cmd, const expire_delivery& due);
  /// True: something will not be sent because of it.
  bool cancel(const command& cmd, const message_id& message);

private:
  template <class F>
  bool change(const command& cmd, delivery_state state, F&& how);
  template <class F>
  bool change_one(const command& cmd, const message_id& message, const delivery_id& id, F&& how);
  void note(const command& cmd, const delivery_state& of, std::size_t first_line);

  draft& draft_;
  effects& out_;
  const facts& known_;
};

/// What the first answer to a message tells of a delivery, also when it is repeated later.
accepted_delivery as_accepted(const delivery_state& state);

} // namespace recado
