#pragma once
/// INTERNAL to writer_actor.cpp: the writer's state and what it does, in the order of a turn.
#include "actors/journal/preread.hpp"
#include "actors/writer/writer_actor.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <map>

namespace recado {

struct name_finished {
  std::uint64_t round = 0;
  store::outcome what;
};
struct read_finished {
  std::uint64_t round = 0;
  store::outcome what;
};
struct commit_finished {
  std::uint64_t round = 0;
  store::outcome what;
};
struct park_finished {
  std::uint64_t round = 0;
  store::outcome what;
};
struct epochs_resolved {
  std::uint64_t round = 0;
  std::vector<store::held_epoch> kept;
  std::vector<partition_id> lost;
};
struct inbox_polled {
  store::outcome what;
};
struct wake_up {
  std::uint64_t round = 0;
};
struct poll_due {};
struct alone_now {};

} // namespace recado

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::name_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::read_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::commit_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::park_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::epochs_resolved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::inbox_polled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::wake_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::poll_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::alone_now)

namespace recado {

/// The writer as itself knows it.
using writer_self = writer_actor::extend<
  // INTERNAL: what is suspected was written down.
  caf::reacts_to<name_finished>,
  // INTERNAL: the pre-read is back.
  caf::reacts_to<read_finished>,
  // INTERNAL: PostgreSQL answered the commit, or did not.
  caf::reacts_to<commit_finished>,
  // INTERNAL: the same for the commit that sets a command aside.
  caf::reacts_to<park_finished>,
  // INTERNAL: after an unknown outcome.
  caf::reacts_to<epochs_resolved>,
  // INTERNAL: rows that were found while idle.
  caf::reacts_to<inbox_polled>,
  // INTERNAL: the backoff is over.
  caf::reacts_to<wake_up>,
  // INTERNAL: time to look into the inboxes.
  caf::reacts_to<poll_due>,
  // INTERNAL: no other writer decides something suspected.
  caf::reacts_to<alone_now>>;

struct writer_state {
  static inline const char* name = "writer";
  explicit writer_state(writer_self::pointer ptr) : self{ptr} {}

  void start(writer_config with, writer_ports to);
  // what partitions say
  void take(const take_partition& what);
  void leave(partition_id part);
  void enqueue(const enqueue_work& what);
  void on_decided(const partition_decided& what);
  // what PostgreSQL says
  void on_named(const name_finished& got);
  void on_read(const read_finished& got);
  void on_commit(const commit_finished& got);
  void on_park(const park_finished& got);
  void on_resolved(const epochs_resolved& got);
  void on_polled(const inbox_polled& got);
  void on_wake(std::uint64_t of_round);
  void poll();
  void begin_if_free();

private:
  using order = cluster::turn::order;
  /// After the death of an owner: what is begun is named first, and what was named before is
  /// decided alone.
  struct care {
    std::set<command_id> suspects; ///< of the owners before
    steady_time named_until{};     ///< at least
    steady_time until{};           ///< at most, for suspects that do not come
  };
  struct owned {
    epoch since = 0; ///< `held` when it was taken
    epoch held = 0;
    turn_taker owner;
    std::optional<care> careful;
  };

  std::vector<work> next_batch();
  void obey(order next);
  void name_all(const order& what);
  void read(const order& what);
  void decide(const order& what);
  void commit(const order& what);
  void settle(const order& what);
  void park(const order& what);
  void resolve(const order& what);

  journal::preread_request request_for(const order& what);
  /// What a look into some inboxes has found: rows ascending (part, id).
  struct inbox_look {
    bool complete = true;
    partition_id last = 0; ///< of its last row
    bool has_seen_all_of(partition_id part) const { return complete || part < last; }
  };
  inbox_look enqueue_inbox(const std::vector<journal::inbox_row>& found, bool complete);
  void take_inbox(const journal::preread_result& found);
  void defer(partition_id part);
  undecided_ptr from_inbox(const journal::inbox_row& row) const;
  void doubt_all();
  void answered(partition_id part);
  void lose(const std::vector<partition_id>& parts);
  void answer_early() const;
  void report(cluster::outcome how, const store::outcome& got);
  bool careful_with(partition_id part) const;
  std::vector<journal::suspect_key> suspects_of(const order& what) const;
  bool ends(const care& mine, const std::set<command_id>& survived) const;
  void clear(const order& what, journal::commit_request& in) const;
  void trust(partition_id part, const command& survived);
  void relieve();
  /// What the statement that is made now asserts before PostgreSQL.
  const std::vector<store::held_epoch>& held_of(const order& what);
  undecided_list items_of(const order& what, partition_id part) const;
  template <class Message>
  auto hand_back(std::uint64_t of_round);

  writer_self::pointer self;
  writer_config config;
  writer_ports ports;
  gather queue;
  cluster::turn machine;
  std::map<partition_id, owned> partitions;
  std::map<cluster::item_number, work> batch;
  cluster::item_number next_number = 0;

  // the step under way
  std::uint64_t round = 0; ///< answers to earlier steps are ignored
  order current;
  undecided_list reading;
  journal::preread_request asked;
  std::vector<store::held_epoch> asserted; ///< by its statement
  facts_ptr known;
  std::set<partition_id> awaited;
  std::vector<effects_ptr> decided;
  std::vector<conversation_key> missing;
  std::string failure;
  std::vector<journal::cursor_row> cursors;
  std::int32_t deaths = 0;                 ///< over the command that is condemned
  std::vector<store::held_epoch> relieved; ///< by the commit under way: nothing is suspected there
  std::shared_ptr<solitude::visitor> visitor;
  bool polling = false;
  std::vector<partition_id> polled; ///< the inboxes that were looked into while idle
  steady_time purge_at{};
  steady_time began{}, read_at{}, decided_at{};
};

} // namespace recado
