#pragma once
/// The rows of one fenced commit, as statements.
#include "actors/conversation/effects.hpp"
#include "actors/journal/suspects.hpp"
#include "cluster/writer/cursor.hpp"
#include "runtime/store/fence.hpp"
#include "schemas/partition.hpp"

#include <array>
#include <span>

namespace recado::journal {

/// Where the lanes of a partition stand, to be written with the commit.
struct cursor_row {
  partition_id part = 0;
  std::array<cluster::stream_cursor, lanes> at{};
};

struct inbox_key {
  partition_id part = 0;
  std::int64_t id = 0;
};

struct commit_request {
  std::vector<store::held_epoch> held; ///< of every partition in the batch
  std::span<const effects* const> all;
  std::vector<inbox_key> decided_inbox;
  std::vector<cursor_row> cursors;
  std::vector<suspect_key> cleared;        ///< suspects that were decided after all
  std::vector<partition_id> absolved;      ///< something was decided that owners before died with
  std::vector<store::held_epoch> relieved; ///< partitions without suspects from now on
  std::string node;
  wall_time now{};
};

/// Fence first, then the rows; to be run as one transaction.
std::vector<store::statement> commit(const commit_request& request);

/// A command that cannot be applied, set aside.
struct parked_command {
  const undecided* item = nullptr;
  std::string code, detail;
  std::string envelope; ///< its bytes, when they could not be decoded; else made from the item
  std::int32_t attempts = 1;
  bool suspected = false; ///< it was named
};
std::vector<store::statement> park(const store::held_epoch& held, const parked_command& what,
                                   wall_time now);

/// Outcomes that no replay can ask for any more.
store::statement purge_applied(wall_time older_than);
/// Cursors alone, on release.
std::vector<store::statement> write_cursors(const store::held_epoch& held, const cursor_row& row);

} // namespace recado::journal
