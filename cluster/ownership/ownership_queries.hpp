#pragma once
/// The SQL of ownership as values, and its rows. See schemas/sql/0001_partitions.sql.
#include "cluster/ownership/ownership_types.hpp"
#include "runtime/store/statement.hpp"

#include <span>

namespace recado::cluster::sql {

/// (taken bool): the session's lock of this node id.
store::statement take_node_lock(const std::string& node);
/// Ends one backend of ours, if it still is one.
store::statement end_backend(int pid, const std::string& session);
/// Ends those of our backends that wait within a transaction for a client that is gone: nothing of
/// ours is awaited between BEGIN and COMMIT.
store::statement end_stuck_backends(const std::string& session);
/// Ends every other backend of this name; (count int8).
store::statement end_backends(const std::string& session);

/// Dead incarnations of our node leave; our row is written. One transaction.
std::vector<store::statement> enroll(const node_key& self, const std::string& address,
                                     const std::string& version);
/// One transaction that does not wait for the disk; the last statement's affected(): 0 or 1.
std::vector<store::statement> heartbeat(const node_key& self, bool nats_ok);
store::statement leave(const node_key& self);
/// (incarnation int8): above all that the database has seen, and not below `least`.
store::statement next_incarnation(const std::string& node, std::int64_t least);

/// In one snapshot: nodes, partitions, the clock.
std::vector<store::statement> poll();
std::vector<node_row> nodes_of(const store::rows& rows);
std::vector<partition_row> partitions_of(const store::rows& rows);

/// So many owners in a row may die over the commands of one partition; then it gets none any more.
inline constexpr int deaths_max = 7;
/// One transaction: the compare-and-set, and cursors and suspects of what it gave. `adoption`:
/// their owner has died.
std::vector<store::statement> claim(std::span<const held_partition> seen, const node_key& self,
                                    bool adoption);
std::vector<owned_partition> claimed_of(const std::vector<store::rows>& answers);
/// One transaction that does not wait for the disk (a claim that follows it does) unless suspects
/// are named under this epoch.
std::vector<store::statement> release(partition_id part, epoch at, const lane_cursors& cursors,
                                      const std::string& target, const node_key& self);
/// One transaction; the last statement's rows: (id int2, epoch int8) of those that are still ours.
std::vector<store::statement> raise_epochs(std::span<const held_partition> seen,
                                           const node_key& self);
std::vector<held_partition> raised_of(const store::rows& rows);

} // namespace recado::cluster::sql
