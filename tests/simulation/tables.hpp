#pragma once
/// The tables of the simulated PostgreSQL, and what statements do to them. Every function is one
/// transaction: it happens as a whole, at one moment.
#include "tests/simulation/judge.hpp"
#include "tests/simulation/wiring.hpp"

#include "actors/conversation/facts.hpp"
#include "actors/journal/commit.hpp"
#include "cluster/reader/stream_verdict.hpp"
#include "cluster/router/ports.hpp"
#include "cluster/writer/turn.hpp"

namespace recado::simulation {

using effects_list = std::vector<std::shared_ptr<const effects>>;

/// One fenced commit of an owner.
struct commit_order {
  std::vector<cluster::held_partition> held;
  effects_list all;
  std::vector<journal::inbox_key> decided_inbox;
  std::vector<journal::cursor_row> cursors;
  undecided_ptr parked; ///< set: this one is set aside
};
struct commit_answer {
  cluster::outcome how = cluster::outcome::transient;
  std::vector<partition_id> lost;
};

struct inbox_entry {
  partition_id part = 0;
  std::int64_t id = 0;
  std::shared_ptr<const command> what;
};
struct read_request {
  std::vector<undecided_ptr> items;
  std::vector<conversation_key> cold;
  std::vector<partition_id> inboxes;
};
struct read_answer {
  facts known;
  std::vector<inbox_entry> inbox;
};

struct tables {
  tables(partition_id count, judge& checks, wiring wires);

  // --- the domain
  commit_answer commit(const commit_order& what, life by);
  read_answer read(const read_request& what) const;
  std::vector<inbox_entry> inbox_of(const std::vector<partition_id>& parts) const;
  std::vector<cluster::inbox_answer> store(const std::vector<cluster::inbox_item>& items);

  // --- ownership
  bool enroll(const cluster::node_key& self);
  bool heartbeat(const cluster::node_key& self, bool nats_ok);
  std::vector<cluster::node_row> poll_nodes() const;
  std::vector<cluster::owned_partition> claim(const std::vector<cluster::held_partition>& seen,
                                              const cluster::node_key& self);
  void release(partition_id part, epoch at, const cluster::lane_cursors& cursors,
               const std::string& target, const cluster::node_key& self, bool as_acquired);
  std::vector<cluster::held_partition> raise(const std::vector<cluster::held_partition>& seen,
                                             const cluster::node_key& self);
  void leave(const cluster::node_key& self);
  /// The session that holds the lock of this life's node id has ended.
  void session_ended(life who);

  /// Is there anything that tells what became of this command?
  bool decided(partition_id part, const command& what) const;

  struct message_place {
    known_message row;
    partition_id part = 0;
  };
  std::vector<cluster::partition_row> partitions;
  std::vector<cluster::lane_cursors> cursors;
  std::vector<cluster::node_row> nodes;
  std::map<std::string, life> node_locks;
  std::set<std::string> draining;
  cluster::registered_stream stream;
  std::unordered_map<conversation_key, conversation_state> conversations;
  std::unordered_map<conversation_id, std::vector<message_id>> order; ///< by seq, from 1
  std::unordered_map<message_id, message_place> messages;
  std::unordered_map<command_id, reply> applied;
  std::unordered_set<command_id> dead_letters;
  user_id deleted;                        ///< who, if anybody
  std::unordered_set<command_id> excused; ///< dropped or refused for now: their sender repeats them
  std::map<std::pair<partition_id, std::int64_t>, inbox_entry> inbox;
  /// A message got its number.
  std::function<void(partition_id, const conversation_id&, const message_view&, path)> on_message;
  /// A lane's cursor passes these places of the stream; set by the world.
  std::function<void(partition_id, lane, const cluster::stream_cursor& from,
                     const cluster::stream_cursor& to)>
    on_cursor;

private:
  bool unique(const commit_order& what) const;
  void write(const effects& what, epoch under, life by);
  void write_cursors(partition_id part, const cluster::lane_cursors& at, bool as_acquired);
  std::optional<std::optional<reply>> answer_of_known(const command& what) const;
  std::int64_t next_inbox_ = 1;
  judge& checks_;
  wiring wires_;
};

} // namespace recado::simulation
