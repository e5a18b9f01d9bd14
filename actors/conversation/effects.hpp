#pragma once
/// What one conversation wants committed for its commands of one batch, and what to tell
/// afterwards.
#include "actors/conversation/delivery.hpp"
#include "actors/conversation/state.hpp"
#include "schemas/reply.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace recado {

/// Whoever waits on this node for the end of a command of the owner's own making. Told once; a
/// command that is dropped on its way tells false.
class local_wait {
public:
  explicit local_wait(std::function<void(bool)> done) : done_(std::move(done)) {}
  local_wait(const local_wait&) = delete;
  local_wait& operator=(const local_wait&) = delete;
  ~local_wait() { tell(false); }
  void tell(bool applied) {
    if (auto done = std::exchange(done_, nullptr)) done(applied);
  }

private:
  std::function<void(bool)> done_;
};

/// A command on its way through the writer's turn.
struct undecided {
  command what;
  path came_by = path::stream;
  partition_id part = 0;
  epoch owned = 0;                    ///< at which the owner that took it began
  std::int64_t inbox_id = 0;          ///< row to delete when came_by is inbox
  bool follows_known = true;          ///< its predecessor was seen here before it
  bool only_copy = false;             ///< nobody can have decided it before, here or elsewhere
  wall_time sequenced_at{};           ///< when the owner took it
  std::int32_t stream_generation = 0; ///< came_by stream: where it was found
  std::int64_t stream_seq = 0;
  std::string undecodable;           ///< bytes that are no command; to be set aside
  std::shared_ptr<const void> hold;  ///< credit, given back when the command has ended
  std::int32_t wire_us = 0;          ///< from the edge to the owner
  std::shared_ptr<local_wait> waits; ///< null: nobody on this node does

  /// A message whose id nobody can have used before.
  bool says_something_new() const {
    const auto* send = std::get_if<send_message>(&what.body);
    return only_copy && send && send->message_made;
  }
};
using undecided_ptr = std::shared_ptr<const undecided>;

/// A message that is committed already: what a retry of the same message_id meets.
struct known_message {
  conversation_id conversation;
  command_id command;
  std::int64_t seq = 0; ///< 0: refused after a 202
  user_id from;
  request_hash hash{};
  wall_time created_at{};
  std::string failure;
  in_app inside = in_app::everybody;
  std::int32_t deliveries = 0; ///< how many external ones it has
};

struct message_row {
  message_view view;                ///< seq 0: refused after a 202, `failure` says why
  const undecided* cause = nullptr; ///< valid while the batch lives
  std::string failure;
  in_app inside = in_app::everybody;
  std::int32_t deliveries = 0; ///< how many external ones it makes
};
struct delivery_row {
  delivery_state state;
  bool fresh = false; ///< made by this batch
};
struct member_row {
  user_id user;
  member_state state;
};
struct receipt_row {
  user_id user;
  receipt_kind kind = receipt_kind::delivered;
  std::int64_t from_seq = 0; ///< exclusive
  std::int64_t up_to_seq = 0;
  wall_time at{};
};
struct usage_row {
  std::int64_t minute = 0; ///< microseconds, a full minute
  std::string channel;
  status state = status::sent;
  std::int64_t count = 0;
};
struct answer {
  undecided_ptr to;
  reply what;
  bool remember = false; ///< leaves an `applied` row: no message row tells its outcome
};

struct effects {
  conversation_key key;
  partition_id part = 0;
  bool changed = false;    ///< the conversation's own row is to be written
  conversation_state head; ///< without members: the row after this batch
  std::vector<message_row> messages;
  std::vector<member_row> members;
  std::vector<receipt_row> receipts;
  std::vector<delivery_row> deliveries;
  std::vector<delivery_line> delivery_lines;
  std::vector<user_id> bare_users; ///< named for the first time here
  std::vector<usage_row> usage;
  std::vector<event> events;
  std::vector<answer> answers; ///< one per command, in their order
};

} // namespace recado
