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
  epoch at = 0;
  std::optional<wall_time> since; ///< of the last change of owner
  std::int64_t inbox = 0;         ///< commands stored for it
};

namespace sql {
/// The newest life of every node that was seen in the last ten minutes, and all partitions.
std::vector<store::statement> view();
std::vector<node_view> node_views(const store::rows& rows);
std::vector<partition_view> partition_views(const store::rows& rows);

store::statement drain(const std::string& node);
store::statement undrain(const std::string& node);
} // namespace sql

} // namespace recado::cluster
