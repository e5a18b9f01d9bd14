#pragma once
/// What can be broken. The names are those of faults.jsonl and of the terminal.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace recado::chaos {

enum class fault : std::uint8_t {
  kill,                     ///< kill -9 of a node; it is started again
  kill_twice,               ///< and killed once more right after its start
  kill_all,                 ///< every node at one moment
  kill_joining,             ///< a node that has just got its first partitions back
  kill_draining,            ///< a node that was asked to end and is handing over
  kill_receiver,            ///< a node to which another one is handing over
  pause,                    ///< SIGSTOP of a node, for 1, 3 or 10 s
  cut_nats,                 ///< a node does not reach NATS: nobody is told, bytes just stay away
  cut_postgres,             ///< nor PostgreSQL
  cut_both,                 ///< nor either
  deaf_to_nats,             ///< a node reaches NATS, and hears nothing
  dumb_to_nats,             ///< a node hears NATS, and does not reach it
  deaf_to_postgres,         ///< what PostgreSQL answers stays away
  flap,                     ///< a node's links go and come, several times a second
  slow_links,               ///< everything takes 50 ms more
  reset,                    ///< all connections of a node are reset
  lost_commit,              ///< a connection is reset after COMMIT was sent on it, on every node
  nats_kill,                ///< kill -9, and started again
  nats_pause,               ///
  nats_delete,              ///< killed, its store deleted, started again
  nats_truncate,            ///< killed, a file of its store cut in half, started again
  nats_leader,              ///< of three servers the one that leads the stream is killed
  postgres_kill,            ///< kill -9 of the postmaster and all backends
  postgres_kill_committing, ///< the same while many wait for their fsync
  postgres_pause,           ///
  slow_disk,                ///< every fsync of PostgreSQL takes 100 ms more
  full_disk,                ///< PostgreSQL cannot write a byte more
  clock_ahead,              ///< a node's time of day is an hour ahead
  clock_behind,             ///
  scale,                    ///< other nodes are started, or asked to end
  restart,                  ///< a node is asked to end (SIGTERM), then started again
  rolling,                  ///< all of them, one after the other
  drain,                    ///< a node hands over everything and stays; then it is taken back
  poison,                   ///< commands that nobody can read
  upgrade,                  ///< one node after the other ends and is started with the new program
};

inline constexpr std::size_t faults_count = static_cast<std::size_t>(fault::upgrade) + 1;

std::string_view to_string(fault what) noexcept;
std::optional<fault> fault_named(std::string_view name) noexcept;

/// How long it may last, in milliseconds; the schedule takes one of them.
std::span<const std::uint32_t> durations_of(fault what) noexcept;

} // namespace recado::chaos
