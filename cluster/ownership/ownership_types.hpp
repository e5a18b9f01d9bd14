#pragma once
/// The rows of ownership as values.
#include "cluster/writer/cursor.hpp"
#include "schemas/partition.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace recado::cluster {

/// One life of one node process.
struct node_key {
  std::string node;
  std::int64_t incarnation = 0;
  auto operator<=>(const node_key&) const = default;
};

struct node_row {
  node_key who;
  std::int64_t heartbeat = 0;
  bool left = false; ///< for ever: a process that comes back has a new incarnation
  bool nats_ok = true;
  bool draining = false; ///< it is to give away all that it owns, and stays
  bool locked = true;    ///< the session that holds the lock of its node id lives
};

struct partition_row {
  partition_id id = 0;
  epoch at = 0;
  std::optional<node_key> owner;
  std::string target;       ///< a released partition is meant for this node; empty: for anyone
  bool quarantined = false; ///< its commands have killed too many owners: nobody takes it
};

using lane_cursors = std::array<stream_cursor, lanes>;

/// A partition that is ours from now on.
struct owned_partition {
  partition_id id = 0;
  epoch at = 0;
  lane_cursors cursors;  ///< of the owner before, indexed by lane
  bool adoption = false; ///< the owner before died instead of releasing it
  /// What owners before began to decide and did not survive; one of these may have killed them.
  std::vector<command_id> suspects{};
};

using held_partition = std::pair<partition_id, epoch>;

} // namespace recado::cluster
