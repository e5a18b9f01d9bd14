#include "node/wiring/cluster_metrics.hpp"

#include <atomic>

#include "cluster/ownership/cluster_table.hpp"
#include "runtime/clock/wall_clock.hpp"

namespace recado::wiring {
namespace {

double number(bool yes) {
  return yes ? 1 : 0;
}

/// Seconds since then; 0 if there is no then.
double age(std::optional<steady_time> since) {
  if (!since) return 0;
  return std::max(0.0, std::chrono::duration<double>(clock::boot_time() - *since).count());
}

/// Of this process.
struct own_gauges {
  explicit own_gauges(observe::metrics& to)
    : serving(to.make_gauge("recado_serving", "1: this node's heartbeat reaches PostgreSQL.")),
      draining(to.make_gauge("recado_draining", "1: this node is on its way out.")),
      heartbeat(to.make_gauge("recado_heartbeat_age_seconds",
                              "Since PostgreSQL took this node's last heartbeat.")),
      nats(to.make_gauge("recado_nats_connected", "1: this node has its link to NATS.")),
      generation(to.make_gauge("recado_stream_generation",
                               "Of the command stream; one more: NATS had lost it. 0: unknown.")),
      unowned(to.make_gauge("recado_partitions_unowned",
                            "Partitions of the whole cluster without a living owner.")),
      unowned_age(to.make_gauge("recado_partition_unowned_seconds",
                                "Of the partition that waits longest for an owner.")),
      quarantined(to.make_gauge("recado_partitions_quarantined",
                                "Partitions of the whole cluster that wait for an operator.")),
      moving(to.make_gauge("recado_partitions_moving",
                           "Partitions of this node on their way to another one.")),
      moving_age(
        to.make_gauge("recado_partition_moving_seconds", "Of the move that takes longest.")) {
    for (std::size_t i = 0; i < lanes; ++i)
      behind[i] = to.make_gauge("recado_lane_lag_commands",
                                "Commands in the stream that this node has not read yet.",
                                {{"lane", std::string{to_string(static_cast<lane>(i))}}});
  }

  void show(const cluster_sights& from) {
    auto seen = from.ownership();
    serving.set(number(from.serving()));
    draining.set(number(from.draining()));
    heartbeat.set(age(seen.heartbeat_at));
    nats.set(number(from.nats()));
    generation.set(from.generation());
    unowned.set(static_cast<double>(seen.unowned));
    unowned_age.set(age(seen.unowned_since));
    quarantined.set(static_cast<double>(seen.quarantined));
    moving.set(static_cast<double>(seen.moving));
    moving_age.set(age(seen.moving_since));
    auto waiting = from.behind();
    for (std::size_t i = 0; i < lanes; ++i)
      behind[i].set(static_cast<double>(waiting[i]));
  }

  observe::gauge serving, draining, heartbeat, nats, generation;
  observe::gauge unowned, unowned_age, quarantined, moving, moving_age;
  std::array<observe::gauge, lanes> behind;
};

/// Of the whole cluster, the same on every node.
class shared_gauges {
public:
  explicit shared_gauges(observe::metrics& to)
    : inbox_(to.make_gauge("recado_inbox_commands", "Commands stored in PostgreSQL, undecided.")),
      fullest_(to.make_gauge("recado_inbox_commands_max", "Of the partition with the most.")),
      inbox_age_(to.make_gauge("recado_inbox_age_seconds", "Of the command stored first.")),
      parked_(to.make_gauge("recado_parked_commands",
                            "Commands set aside in dead_letter; counted up to 10,000.")) {
    for (const auto* state : {"live", "draining", "drained", "dead"})
      nodes_[state] = to.make_gauge("recado_nodes", "Nodes by state, as PostgreSQL knows them.",
                                    {{"state", state}});
  }

  /// Asks; one question at a time.
  void refresh(store::pool& reads, const std::shared_ptr<shared_gauges>& self) {
    if (asking_.exchange(true)) return;
    reads.run(cluster::sql::alarms(), store::tx::read, [self](const store::outcome& got) {
      if (got) self->show(*got);
      self->asking_ = false;
    });
  }

private:
  void show(const std::vector<store::rows>& got) {
    auto counts = cluster::sql::alarm_counts(got.at(0));
    inbox_.set(static_cast<double>(counts.inbox));
    fullest_.set(static_cast<double>(counts.inbox_max));
    inbox_age_.set(std::chrono::duration<double>(counts.inbox_age).count());
    parked_.set(static_cast<double>(counts.parked));
    std::map<std::string, int> by_state;
    for (const auto& node : cluster::sql::node_views(got.at(1)))
      if (!node.left) ++by_state[state_of(node)];
    for (auto& [state, gauge] : nodes_)
      gauge.set(by_state[state]);
  }

  static const char* state_of(const cluster::node_view& node) {
    if (!node.alive()) return "dead";
    if (!node.draining) return "live";
    return node.partitions > 0 ? "draining" : "drained";
  }

  observe::gauge inbox_, fullest_, inbox_age_, parked_;
  std::map<std::string, observe::gauge> nodes_;
  std::atomic<bool> asking_{false};
};

} // namespace

void add_cluster_metrics(observe::metrics& to, cluster_sights from, store::pool& reads) {
  auto shared = std::make_shared<shared_gauges>(to);
  to.before_scrape([own = own_gauges{to}, from = std::move(from), shared, &reads]() mutable {
    own.show(from);
    shared->refresh(reads, shared);
  });
}

} // namespace recado::wiring
