#pragma once
/// Ownership over PostgreSQL: one thread with one session hosts the machine; a second one resolves
/// commits whose outcome is unknown.
#include "cluster/ownership/ownership_machine.hpp"
#include "runtime/store/connection.hpp"

#include <functional>
#include <memory>

namespace recado::cluster {

/// application_name of every session of a node process, at most 63 bytes: what a successor
/// terminates when this process is dead.
std::string session_name(const node_key& who);
inline constexpr std::size_t node_id_max = 32;

/// The next incarnation of this node: Unix microseconds, but above all that the database has seen.
tl::expected<std::int64_t, store::store_error> next_incarnation(store::connection& db,
                                                                const std::string& node);

/// Called on the driver's threads; they must not block, and may call the driver (stop excepted).
/// A function that is empty is not called.
struct ownership_callbacks {
  std::function<void(const owned_partition&)> on_own;
  /// Not ours any more: answer nothing, commit nothing.
  std::function<void(partition_id)> on_drop;
  /// Finish it (stop reading, end the batch, write nothing more), then call release().
  std::function<void(partition_id)> on_hand_over;
  /// A partition was released for this node, which may take it now: tell it.
  std::function<void(const std::string& node)> on_notify;
  /// False: no heartbeat for 2 s; the partitions are kept but nothing may be served.
  std::function<void(bool)> on_serving;
  /// PostgreSQL's clock, at most every 10 s: read between these two moments of CLOCK_BOOTTIME.
  std::function<void(wall_time at, steady_time asked, steady_time answered)> on_clock;
  /// Another process has our node id: end this one.
  std::function<void()> on_superseded;
};

struct ownership_counters {
  std::uint64_t heartbeats = 0;
  std::uint64_t heartbeats_failed = 0;
  std::uint64_t polls = 0;
  std::uint64_t claims = 0; ///< partitions
  std::uint64_t claims_blocked = 0;
  std::uint64_t terminated = 0; ///< sessions of dead incarnations
  std::uint64_t lost = 0;
  std::uint64_t resolves = 0;
  std::uint64_t held = 0;                   ///< now
  std::uint64_t unowned = 0;                ///< now, in the whole cluster, as seen from here
  std::optional<steady_time> unowned_since; ///< of the one that waits longest
  std::uint64_t moving = 0;                 ///< now, from here to other nodes
  std::optional<steady_time> moving_since;  ///< of the one that takes longest
  std::optional<steady_time> heartbeat_at;  ///< the last one that PostgreSQL took
  std::uint64_t quarantined = 0;            ///< of the whole cluster, now
};

struct ownership_options {
  ownership_config machine;
  std::string address; ///< how other nodes reach this one; for the operator
  std::string version;
  std::chrono::milliseconds clock_interval{10'000};
  std::chrono::milliseconds lock_timeout{100};
  std::chrono::milliseconds run_timeout{1'000}; ///< of each request; below serve_without_heartbeat
};

class ownership_driver {
public:
  /// `connect`: application_name, timeouts and on_open_sql are set by the driver.
  ownership_driver(store::connection_config connect, ownership_options options,
                   ownership_callbacks callbacks);
  /// Stops without handing over.
  ~ownership_driver();

  void start();

  /// From any thread. A fence with this epoch said that the partition is lost.
  void lost(partition_id part, epoch at);
  /// The answer to on_hand_over, or a partition that this node cannot serve.
  void release(partition_id part, const lane_cursors& final_cursors);
  /// After a COMMIT with an unknown outcome: raises the epoch of each partition that is still ours,
  /// repeating until the answer is definite; then the doubtful transaction either committed or
  /// never can. `doubtful_backend` is the lost connection's backend_pid(): it is ended when it
  /// holds the rows; with 0 (not known) that takes 2 s. `done` is called once; not at all if the
  /// driver is stopped before.
  using on_resolved =
    std::function<void(std::vector<held_partition> kept, std::vector<partition_id> lost)>;
  void resolve(std::vector<held_partition> seen, int doubtful_backend, on_resolved done);

  /// From any thread. A node does not answer at its own subject.
  void unreachable(const node_key& who);
  /// From any thread. A node says that it cannot write its heartbeat, and serves nothing.
  void serves_nothing(const node_key& who);
  /// From any thread. Something was released for this node: look now.
  void nudge();
  /// For the node's row.
  void set_nats_ok(bool ok) noexcept;
  bool serving() const noexcept;
  ownership_counters counters() const;

  /// Asks for everything back (on_hand_over), waits for the releases at most until the deadline,
  /// marks the node as left and ends the threads. Not from a callback.
  void stop(std::chrono::milliseconds deadline);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace recado::cluster
