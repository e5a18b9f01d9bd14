#pragma once
/// Whose heartbeat stands still. Pure. A node is silent once its counter did not move for `age` and
/// for `polls` of our own successful polls; a gap in our own polling starts the count again,
/// because then it may be we who were paused. One that says itself that it serves nothing (it does
/// so when it cannot write its heartbeat) is believed sooner.
#include "cluster/ownership/ownership_types.hpp"
#include "schemas/time.hpp"

#include <chrono>
#include <map>
#include <optional>

namespace recado::cluster {

struct silence_config {
  std::chrono::milliseconds age{3'000};
  int polls = 6;
  std::chrono::milliseconds suspicious{500};     ///< heartbeats come every 200 ms
  std::chrono::milliseconds own_gap{800};        ///< a poll may be this much later than planned
  std::chrono::milliseconds sign_age_max{1'000}; ///< of "unreachable" and "serves nothing"
  std::chrono::milliseconds idle_age{1'000};     ///< in place of `age` for one that serves nothing
  int idle_polls = 3;
};

class silence {
public:
  explicit silence(silence_config config = {}) : config_(config) {}

  /// A successful poll. `planned`: how long after the one before it was meant to come.
  void observe(const std::vector<node_row>& nodes, std::chrono::milliseconds planned,
               steady_time now);
  /// Our own link was down, or PostgreSQL was started again: what we saw proves nothing.
  void restart() { seen_.clear(); }

  /// Nobody answered at its own NATS subject: a first sign of a killed process.
  void unreachable(const node_key& who, steady_time now) { no_responders_[who] = now; }

  /// It says that it cannot write its heartbeat, and serves nothing.
  void serves_nothing(const node_key& who, steady_time now) { idle_[who] = now; }

  /// It left, or was silent for long enough, or (both signs together) answers nobody while its
  /// session in PostgreSQL is gone. A node without a row counts as one that never moves.
  bool dead(const node_key& who, steady_time now);
  /// Some counter that should move did not since the poll before: look more often.
  bool suspicious(steady_time now) const;
  /// It has just said that it serves nothing: it has not died.
  bool speaks(const node_key& who, steady_time now) const { return fresh(idle_, who, now); }
  /// Its counter did not move between two of our polls.
  bool stands_still(const node_key& who) const;

private:
  static constexpr std::int64_t no_row = -1;
  struct counter {
    std::int64_t value = no_row;
    bool left = false;
    bool locked = true;
    int unchanged = 0;
    steady_time since{};
  };

  using signs = std::map<node_key, steady_time>;

  bool silent(const counter& one, steady_time now) const {
    return one.unchanged >= config_.polls && now - one.since >= config_.age;
  }
  bool fresh(const signs& of, const node_key& who, steady_time now) const;
  bool killed(const node_key& who, const counter& one, steady_time now) const;
  bool gave_up(const node_key& who, const counter& one, steady_time now) const;

  silence_config config_;
  std::map<node_key, counter> seen_;
  signs no_responders_;
  signs idle_;
  std::optional<steady_time> last_;
};

} // namespace recado::cluster
