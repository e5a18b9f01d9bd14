#pragma once
/// What a writer and the partitions it writes for say to each other.
#include "actors/conversation/conversation_actor.hpp"
#include "actors/journal/commit.hpp"

#include <caf/replies_to.hpp>

namespace recado {

/// A command that waits for the writer's turn.
struct work {
  undecided_ptr item;
  bool cold = true; ///< its conversation was not resident when it came
};

// --- writer -> partition -------------------------------------------------------------------------

/// Let your conversations decide these; answer partition_decided.
struct decide_items {
  std::uint64_t turn = 0;
  undecided_list items;
  facts_ptr known;
};
/// These were committed: adopt, tell the watchers, move the cursor.
struct items_settled {
  std::vector<effects_ptr> decided;
  undecided_list items;
  bool cursor_written = false; ///< the cursor of your last partition_decided is in the commit
};
/// These ended without effects: parked in the dead letters.
struct items_ended {
  undecided_list items;
};
/// The outcome of a commit was unknown and the epoch was raised: what is in memory may be behind.
struct forget_residents {
  epoch held = 0;
};

using turn_taker = caf::typed_actor<caf::reacts_to<decide_items>, caf::reacts_to<items_settled>,
                                    caf::reacts_to<items_ended>, caf::reacts_to<forget_residents>>;

// --- partition -> writer -------------------------------------------------------------------------

/// From now on this partition's commands come; its inbox is looked into.
struct take_partition {
  partition_id part = 0;
  epoch held = 0;
  turn_taker owner;
  bool adopted = false;             ///< its owner before died
  std::vector<command_id> suspects; ///< what owners before began and did not survive
};
/// What waits for it is dropped; a commit under way ends first (or is fenced).
struct leave_partition {
  partition_id part = 0;
};
struct enqueue_work {
  std::vector<work> commands;
};
struct partition_decided {
  std::uint64_t turn = 0;
  partition_id part = 0;
  std::vector<effects_ptr> decided;
  std::vector<conversation_key> missing;     ///< to be loaded and decided again
  std::string failure;                       ///< a handler threw
  std::optional<journal::cursor_row> cursor; ///< due to be written
};

/// Pooled, one per connection; spawned by the partitions' host. It owns the turn: it gathers what
/// is undecided, reads, lets the conversations decide, commits and releases. Its death drops the
/// batch; the host releases its partitions, and a new owner finds everything in PostgreSQL and the
/// stream.
using writer_actor =
  caf::typed_actor<caf::reacts_to<take_partition>, caf::reacts_to<leave_partition>,
                   caf::reacts_to<enqueue_work>, caf::reacts_to<partition_decided>>;

} // namespace recado

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::decide_items)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::items_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::items_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::forget_residents)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::take_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::leave_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::enqueue_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::partition_decided)
