#pragma once
/// Sessions with the simulated PostgreSQL: requests travel, wait for rows that others have locked,
/// are carried out as a whole or not at all, and lose their answers.
#include "tests/simulation/tables.hpp"

namespace recado::simulation {

/// How a request ended, as its sender knows it.
enum class fate : std::uint8_t {
  done,
  failed,  ///< nothing happened
  blocked, ///< nothing happened: a lock was not free in time
  unknown  ///< the connection was lost: perhaps it happened, perhaps it will
};

struct database_faults {
  double failed = 0;  ///< of requests
  double unknown = 0; ///< the connection breaks while the request is under way
  duration late{0};   ///< how much later such a request may still arrive
};

struct request {
  life from = 0;
  bool writes = true;             ///< its outcome can be unknown
  bool patient = true;            ///< false: waits 100 ms for a lock, no longer
  std::vector<partition_id> rows; ///< locked while it runs
  std::function<void()> apply;    ///< at one moment, in the server
  std::function<void(fate)> done; ///< in the process, if it lives
};

class database {
public:
  struct world {
    /// Runs it in that process: not at all if it is dead, later if it is paused.
    std::function<void(life, std::function<void()>)> in_process;
    std::function<bool(life)> reachable;    ///< there and back
    std::function<void(life)> session_lost; ///< of ownership
  };
  database(scheduler& clock, dice& random, world around)
    : clock_(clock),
      random_(random),
      world_(std::move(around)) {}

  void run(request what);
  database_faults faults;

  // --- what happens to the server and its clients
  void crash(duration down);
  /// The process has died, or its host was cut off (`hangs`): then what runs keeps its locks.
  void client_gone(life who, bool hangs);
  /// Ends all sessions of a process.
  void terminate(life who);
  /// What the process was sending stays half sent until then.
  void stall(life who, duration how_long);
  bool up() const { return clock_.now() >= down_until_; }

private:
  struct running {
    request what;
    std::uint64_t number = 0;
    bool started = false;
    bool hangs = false;
    bool told = false; ///< its sender knows of a lost connection
    steady_time give_up{};
  };
  using running_ptr = std::shared_ptr<running>;

  void arrive(const running_ptr& one);
  void try_start(const running_ptr& one);
  void finish(const running_ptr& one);
  void tell(const running_ptr& one, fate how);
  void abort(const running_ptr& one);
  bool locked(const running& by) const;
  void free_rows(const running& of);
  duration hop() { return random_.between(100us, 900us); }

  scheduler& clock_;
  dice& random_;
  world world_;
  steady_time down_until_{};
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, running_ptr> open_; ///< that have arrived and not ended
  std::map<partition_id, std::uint64_t> locks_;
  std::map<life, steady_time> stalled_;
};

} // namespace recado::simulation
