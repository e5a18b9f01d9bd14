#pragma once
/// What the alarms of config/deploy/prometheus look at: whether this node has its servers, whether
/// every partition has an owner, and what waits.
#include "cluster/ownership/ownership_driver.hpp"
#include "runtime/observe/metrics.hpp"
#include "runtime/store/pool.hpp"

namespace recado::wiring {

/// Where the values come from. They are called before every scrape and must not block.
struct cluster_sights {
  std::function<cluster::ownership_counters()> ownership;
  std::function<bool()> serving;
  std::function<bool()> nats;
  std::function<std::int32_t()> generation;
  std::function<std::array<std::int64_t, lanes>()> behind;
  std::function<bool()> draining;
};

/// What stands in PostgreSQL is asked for at a scrape and shown at the next one: a node that nobody
/// looks at asks nothing. The pool must outlive the metrics' last scrape.
void add_cluster_metrics(observe::metrics& to, cluster_sights from, store::pool& reads);

} // namespace recado::wiring
