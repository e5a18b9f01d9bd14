#pragma once
/// The cluster as its tables show it, for operators. Everybody may read it; nothing is decided by
/// it.
#include "cluster/ownership/ownership_types.hpp"
#include "runtime/store/statement.hpp"
#include "schemas/time.hpp"

#include <chrono>
#include <optional>

namespace recado::cluster {

/// Without a heartbeat for so long a node is shown as dead.
inline constexpr std::chrono::milliseconds shown_dead_after{3'000};

struct node_view {
  node_key who;
  std::string address, version;
  bool left = false;
  bool draining = false;                                  ///< or drained, when it owns nothing
  std::optional<std::chrono::milliseconds> heartbeat_age; ///< nullopt: PostgreSQL does not keep it
  std::int64_t partitions = 0;

  bool alive() const { return !left && (!heartbeat_age || *heartbeat_age < shown_dead_after); }
};
struct partition_view {
  partition_id id = 0;
  std::string owner, target; ///< empty: none
  std::string released_by;   ///< the node that gave it back last; empty: nobody did
  bool quarantined = false;
  epoch at = 0;
  std::optional<wall_time> since; ///< of the last change of owner
  std::int64_t inbox = 0;         ///< commands stored for it
};

/// What waits in PostgreSQL.
struct alarm_count {
  std::int64_t inbox = 0, inbox_max = 0; ///< commands; of the fullest partition
  std::chrono::milliseconds inbox_age{}; ///< of the oldest one
  std::int64_t parked = 0;               ///< at most 10,000
};

namespace sql {
/// Two statements: the counts, and the nodes as in view().
std::vector<store::statement> alarms();
alarm_count alarm_counts(const store::rows& rows);

/// The newest life of every node that was seen in the last ten minutes, and all partitions.
std::vector<store::statement> view();
std::vector<node_view> node_views(const store::rows& rows);
std::vector<partition_view> partition_views(const store::rows& rows);

/// Nobody owns anything any more, under the old epochs: every owner claims anew. Returns the ids.
store::statement fence_all();

store::statement drain(const std::string& node);
store::statement undrain(const std::string& node);
/// Nodes may take it again. affected(): 0 if it was not quarantined.
store::statement end_quarantine(partition_id part);
} // namespace sql

} // namespace recado::cluster
