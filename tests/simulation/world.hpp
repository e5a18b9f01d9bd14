#pragma once
/// One seed, one history: nodes, servers and callers in one thread, and everything that can go
/// wrong going wrong for a while. Then it stops, and all must come to a good end.
#include "tests/simulation/callers.hpp"

namespace recado::simulation {

struct outcome_of_seed {
  std::string broken; ///< empty: every promise was kept
  std::string trace;  ///< the last lines, if it was traced
  std::uint64_t steps = 0;
  std::size_t messages = 0, answered = 0, stored = 0, refused = 0, repeats = 0, receipts = 0;
  std::size_t deaths = 0, adoptions = 0, unknown = 0;
  double converged = 0; ///< simulated seconds from the last fault until all was answered
};

class history {
public:
  history(std::uint64_t seed, wiring wires, bool traced);
  outcome_of_seed run();

private:
  /// What this seed is about: some faults often, others not at all.
  struct weather {
    double kill = 0, pause = 0, twin = 0, nats = 0, postgres = 0, cut = 0, drain = 0, stop = 0;
    double session = 0, actor = 0, passivate = 0, skew = 0, join = 0, step = 0;
  };
  struct slot {
    std::string node;
    life now = 0; ///< 0: nobody runs
  };

  weather forecast();
  void start(std::size_t which);
  void kill(life who);
  void pause(life who, duration how_long);
  void died(life who);
  void in_process(life who, std::function<void()> what);
  bool alive_at(life who, const char* where);
  process* find(life who) const;
  process* any();
  process* newest(const std::string& node) const;

  void mischief();
  void harm_process();
  void harm_servers();
  void harm_cluster();
  void calm();
  bool at_rest() const;
  void check_cursor(partition_id part, lane which, const cluster::stream_cursor& from,
                    const cluster::stream_cursor& to);

  scheduler clock_;
  dice random_;
  trace log_;
  judge checks_;
  wiring wires_;
  tables rows_;
  database db_;
  stream_server bus_;
  site site_;
  weather weather_;
  bool calm_ = false;
  cluster::stream_generation passed_over_ = 0; ///< a cursor passed what was written after a loss
  life next_life_ = 1;
  std::vector<slot> slots_;
  std::map<life, std::unique_ptr<process>> processes_;
  std::vector<std::unique_ptr<process>> dead_; ///< to be destroyed when nothing of them runs
  std::map<life, std::deque<std::function<void()>>> paused_;
  std::set<life> superseded_; ///< paused ones whose node has another process by now
  callers callers_;
  std::size_t deaths_ = 0;
};

/// How many a suite runs by itself.
std::uint64_t usual_seeds();
outcome_of_seed run_seed(std::uint64_t seed, wiring wires = {}, bool traced = false);

} // namespace recado::simulation
