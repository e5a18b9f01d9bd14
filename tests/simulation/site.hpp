#pragma once
/// What a simulated process stands on: the servers, time, chance and the checks.
#include "tests/simulation/database.hpp"
#include "tests/simulation/stream_server.hpp"

#include "cluster/router/router_core.hpp"

namespace recado::simulation {

/// Thrown by the rules for a message that no owner can decide.
struct poison_found : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct site {
  scheduler& clock;
  dice& random;
  trace& log;
  judge& checks;
  tables& rows;
  database& db;
  stream_server& bus;
  wiring wires;
  partition_id partitions = 4;
  cluster::wire way = cluster::wire::stream;
  std::size_t credit = 32; ///< of a reader's lane
  /// Runs it in that process: not if it is dead, later if it is paused.
  std::function<void(life, std::function<void()>)> in_process;
  /// A place where a process may die or be paused. False: it is dead, nothing leaves it any more.
  std::function<bool(life, const char* where)> alive;
  std::function<void(life)> ended;     ///< it has stopped by itself
  std::function<void(life from)> news; ///< to every node: the stream has another generation
};

/// What the parts of one process know of it.
struct identity {
  cluster::node_key self;
  std::chrono::microseconds skew{0}; ///< of its wall clock
};

inline wall_time wall_of(const site& at, const identity& who) {
  auto us =
    std::chrono::duration_cast<std::chrono::microseconds>(at.clock.now().time_since_epoch());
  return wall_time{us} + who.skew;
}

/// Later in that process.
inline void later(site& at, life who, duration wait, std::function<void()> what) {
  at.clock.after(wait, [&at, who, what = std::move(what)] { at.in_process(who, what); });
}

} // namespace recado::simulation
