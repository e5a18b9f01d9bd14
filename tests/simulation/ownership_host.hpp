#pragma once
/// The ownership machine of one process over the simulated tables, as cluster/ownership's driver
/// hosts it, and the resolver of commits with an unknown outcome.
#include "tests/simulation/site.hpp"

#include "cluster/ownership/ownership_machine.hpp"

namespace recado::simulation {

class ownership_host {
public:
  struct ports {
    std::function<void(const cluster::owned_partition&)> own;
    std::function<void(partition_id)> drop;
    std::function<void(partition_id)> hand_over;
    std::function<void(const std::string& node)> notify;
  };
  ownership_host(site& at, const identity& who, ports to);

  void start() { step(cluster::seen::tick{}); }
  void step(const cluster::ownership_event& what);
  /// As seen::release_wanted; `as_acquired`: its actor has died, the cursors go back.
  void release(partition_id part, const cluster::lane_cursors& at, bool as_acquired);
  using resolved =
    std::function<void(std::vector<cluster::held_partition>, std::vector<partition_id>)>;
  void resolve(std::vector<cluster::held_partition> held, resolved then);

  const cluster::ownership_machine& machine() const noexcept { return machine_; }
  void set_nats_ok(bool yes) { nats_ok_ = yes; }

private:
  void carry_out(const cluster::order::enroll&);
  void carry_out(const cluster::order::heartbeat&);
  void carry_out(const cluster::order::poll&);
  void carry_out(const cluster::order::claim& act);
  void carry_out(const cluster::order::terminate& act);
  void carry_out(const cluster::order::release& act);
  void carry_out(const cluster::order::leave&);
  void carry_out(const cluster::order::notify& act);
  void carry_out(const cluster::order::own& act);
  void carry_out(const cluster::order::drop& act);
  void carry_out(const cluster::order::hand_over& act);
  void carry_out(const cluster::order::serve&) {} // served is asked of the machine itself
  void carry_out(const cluster::order::superseded&);
  void carry_out(const cluster::order::over&);
  /// A request that ends with this event, or with `failed` if it was not carried out for certain.
  template <class Answer>
  void ask(std::vector<partition_id> rows, std::function<void(Answer&)> apply,
           std::function<cluster::ownership_event(fate)> failed);
  void set_alarm();

  site& at_;
  const identity& who_;
  ports ports_;
  cluster::ownership_machine machine_;
  std::optional<steady_time> alarm_;
  std::set<partition_id> as_acquired_;
  bool nats_ok_ = false;
  bool stepping_ = false;
  std::deque<cluster::ownership_event> waiting_;
};

} // namespace recado::simulation
