#pragma once
/// One life of one node: owner's side and gateway's side, put together as node/wiring does it.
#include "tests/simulation/ownership_host.hpp"
#include "tests/simulation/reader_host.hpp"
#include "tests/simulation/writer_host.hpp"

#include "cluster/ownership/neighbours.hpp"
#include "cluster/router/router_core.hpp"

namespace recado::simulation {

class process {
public:
  struct world {
    std::function<process*(life)> find; ///< null: it is dead
    std::function<process*(const std::string& node)> newest;
  };
  process(site& at, identity who, world around);
  ~process();

  void start();
  /// SIGTERM.
  void stop() { ownership_.step(cluster::seen::stop{at_.clock.now() + 5s}); }

  // --- callers
  using on_answer = std::function<void(const reply&)>;
  void submit(command what, const uuid& session, on_answer done);

  // --- servers
  void on_link(bool up);
  void heard(const consumer_id& from, const cluster::reader_event& what,
             const stored_command* which) {
    reader_.heard(from, what, which);
  }
  void on_news() { reader_.doubt(); }
  void on_session_lost();
  void on_beacon(const cluster::node_key& from, const std::vector<partition_id>& owned);
  void on_nudge() { ownership_.step(cluster::seen::nudge{}); }
  void on_replies(const std::vector<reply>& said);

  // --- faults within
  void passivate();
  /// The actor of a partition dies.
  void lose_actor(std::size_t which);
  void jump_clock(std::chrono::microseconds by) { who_.skew += by; }

  const identity& who() const noexcept { return who_; }
  bool serves(partition_id part, epoch at) const;
  std::string state() const;
  bool stopping = false;

private:
  // the owner's side
  void own(const cluster::owned_partition& what);
  void stop_partition(partition_id part);
  void hand_over(partition_id part);
  void deliver(const reader_key& key, const cluster::position& at, const command_ptr& what);
  void answer(std::vector<std::pair<std::string, reply>> said);
  void beat();
  void look();
  void tell_local();
  std::vector<partition_id> owned() const;
  writer_host& writer_of(partition_id part) { return *writers_[part % writers_.size()]; }

  // the gateway's side
  void run(cluster::router_actions actions);
  void carry_out(cluster::router_action& what);
  void carry_out(cluster::act::publish& what);
  void carry_out(cluster::act::offer& what);
  void carry_out(cluster::act::store& what);
  void set_alarm();
  void tell_router();

  site& at_;
  identity who_;
  life self_;
  world world_;
  std::string subject_;
  ownership_host ownership_;
  reader_host reader_;
  std::vector<std::unique_ptr<writer_host>> writers_;
  std::map<partition_id, std::unique_ptr<partition_host>> partitions_;
  std::set<partition_id> leaving_; ///< handed over: nothing is taken in any more
  cluster::neighbours neighbours_;

  cluster::router_core router_;
  std::deque<cluster::router_action> todo_;
  bool running_ = false;
  std::map<cluster::ticket, on_answer> waiting_;
  cluster::ticket next_ticket_ = 1;
  std::optional<steady_time> alarm_;
  bool linked_ = false;
  stream_generation publishing_ = 0;
};

std::string subject_of(life who);
life life_of(const std::string& subject);

} // namespace recado::simulation
