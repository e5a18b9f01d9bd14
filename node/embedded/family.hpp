#pragma once
/// The children of `up` and the one loop that watches them, on the main thread.
#include "node/embedded/child.hpp"
#include "runtime/policy/intensity.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <vector>

namespace recado::embedded {

/// What to do when a member dies.
enum class on_death {
  restart, ///< at once, then ever more slowly; never given up, for the others wait for it
  report,  ///< tell and leave it dead
};

struct member {
  std::string name;
  on_death policy = on_death::restart;
  int stop_signal = SIGTERM;  ///< asks for an orderly end
  int hurry_signal = SIGKILL; ///< when it takes too long
  /// Makes the command anew for each start: writes files, clears what a crash has left.
  std::function<attempt<child_command>()> prepare{};
};

class family {
public:
  using clock = std::chrono::steady_clock;
  using milliseconds = std::chrono::milliseconds;
  /// Called after a member came up (pid > 0) or went down (pid 0).
  using change_fn = std::function<void(const std::string& name, pid_t pid)>;

  /// From here on SIGINT, SIGTERM, SIGHUP and SIGCHLD are for a family only. Before any thread
  /// exists: one that does not block them would take them.
  static void take_signals();

  family();
  ~family(); ///< kills what is left
  family(const family&) = delete;
  family& operator=(const family&) = delete;

  void on_change(change_fn told) { told_ = std::move(told); }

  /// Starts it now; an error if it cannot be started.
  attempt<void> start(member who);

  /// Runs a program to its end; its exit must be clean.
  attempt<void> run_to_end(const std::string& name, const child_command& command,
                           milliseconds limit);

  /// Looks after everybody until `done()`; asked again at least every `look_every`. Sorry when the
  /// time is over, when somebody wants us to stop, or when `name` dies meanwhile.
  attempt<void> wait_for(const std::string& name, const std::function<bool()>& done,
                         milliseconds limit);

  /// Looks after everybody until we are asked to stop (true) or nobody with policy `report` is left
  /// alive (false).
  bool live();

  /// Orderly end in this order, each group with a limit after which its members are hurried.
  struct goodbye {
    std::vector<std::string> names;
    milliseconds limit;
  };
  void stop(const std::vector<goodbye>& order);

  pid_t pid_of(const std::string& name) const;
  bool stop_requested() const noexcept { return stop_requested_; }

private:
  struct relative; // a member and its current life

  void look(milliseconds at_most);
  void read_signals();
  void reap();
  void died(relative& one, int status);
  void restart_due();
  attempt<void> begin_life(relative& one);
  bool anyone_alive(const std::vector<std::string>& names) const;
  void signal_all(const std::vector<std::string>& names, int member::*number);
  relative* find(const std::string& name) const;
  clock::time_point next_restart() const;

  std::vector<std::unique_ptr<relative>> relatives_;
  change_fn told_;
  int signals_ = -1;
  bool stop_requested_ = false;
  bool in_a_hurry_ = false; ///< asked to stop a second time
};

} // namespace recado::embedded
