#pragma once
/// The third part of a node: what goes out of the house. The connectors, the feed that loads their
/// deliveries, the ledger that takes their tries to the owners, and the client that carries them.
#include "actors/delivery/feed_actor.hpp"
#include "actors/delivery/ledger.hpp"
#include "actors/service/services.hpp"
#include "node/wiring/settings.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/http/client/client.hpp"
#include "runtime/observe/metrics.hpp"

#include <caf/fwd.hpp>

namespace recado::wiring {

/// What it needs of the rest of the node. All outlive it.
struct channels_needs {
  const settings& with;
  caf::actor_system& system;
  clock::wall_clock& wall;
  observe::metrics& metrics;
  std::shared_ptr<local_partitions> table;
  std::shared_ptr<store::pool> reads;
  std::shared_ptr<account_service> accounts;
};

class channels_side {
public:
  explicit channels_side(channels_needs needs);
  ~channels_side();

  result<void> start();
  /// No further try begins; waits for those under way, at most until the deadline. Before the
  /// partitions are handed back, so that nobody has to wonder how they ended.
  void quiet(std::chrono::milliseconds deadline);
  void stop();

  // From the owners' side.
  void take(partition_id part, epoch owned);
  /// Before it is handed over: no try of it begins any more. `until` is let go when those under way
  /// have ended; at once after quiet(), which has waited for them.
  void finish(partition_id part, std::shared_ptr<const void> until);
  void leave(partition_id part);
  void own(std::size_t partitions);
  void offer(std::vector<open_delivery_ptr> fresh);

  std::shared_ptr<connector_service> service() const { return service_; }
  bool failed() const noexcept { return failed_; }

private:
  channels::connector_ports ports_of_connectors();
  channels::connector_meter meter();
  void add_metrics();

  channels_needs needs_;
  std::shared_ptr<http::client> client_;
  std::shared_ptr<ledger> ledger_;
  std::shared_ptr<feed_actor> feed_; ///< filled before the first connector can ask
  channels::connectors_actor connectors_;
  std::shared_ptr<connector_service> service_;
  caf::actor poller_;
  std::atomic<bool> parting_{false}; ///< nothing new is begun any more
  std::atomic<bool> quiet_{false};   ///< and nothing is waited for
  std::atomic<bool> failed_{false};
};

} // namespace recado::wiring
