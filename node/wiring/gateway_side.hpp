#pragma once
/// The other half of a node: its public door, and the services that the door asks.
#include "actors/partition/local_partitions.hpp"
#include "actors/watch/watch_board.hpp"
#include "cluster/router/router.hpp"
#include "cluster/router/stream_publisher.hpp"
#include "gateway/gateway.hpp"
#include "node/wiring/settings.hpp"
#include "runtime/http/server.hpp"
#include "runtime/observe/metrics.hpp"
#include "runtime/store/worker.hpp"

namespace recado::wiring {

/// Hands commands to owners on this node, as far as their credit goes.
class local_owners : public cluster::local_port {
public:
  explicit local_owners(std::shared_ptr<local_partitions> table) : table_(std::move(table)) {}
  cluster::offer_result offer(partition_id part, cluster::command_ptr what,
                              bool only_copy) override;

private:
  std::shared_ptr<local_partitions> table_;
};

/// The router as the gateway knows it.
class routed_commands : public command_service {
public:
  explicit routed_commands(std::shared_ptr<cluster::router> to) : to_(std::move(to)) {}
  void submit(command what, const uuid& session, on_reply done) override {
    to_->submit(std::move(what), session, std::move(done));
  }
  void submit_all(std::vector<submission> all, const uuid& session) override {
    to_->submit_all(std::move(all), session);
  }
  void end_session(const uuid& session) override { to_->end_session(session); }

private:
  std::shared_ptr<cluster::router> to_;
};

cluster::router_config router_settings(const settings& with);
services make_services(store::pool& reads, std::shared_ptr<cluster::router> router,
                       std::shared_ptr<watch_board> board,
                       std::shared_ptr<account_service> accounts,
                       std::shared_ptr<connector_service> connectors);
gateway_config gateway_settings(const settings& with);
http::server_config server_settings(const settings& with);
/// Gauges that are looked up at each scrape. The arguments outlive the metrics.
void add_gateway_metrics(observe::metrics& to, const cluster::router& router,
                         const http::server& server, const gateway& door, const store::pool& reads,
                         const local_partitions& owned);

} // namespace recado::wiring
