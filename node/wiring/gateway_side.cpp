#include "node/wiring/gateway_side.hpp"

#include <caf/send.hpp>

#include "actors/directory/directory.hpp"
#include "actors/history/history.hpp"

namespace recado::wiring {

using std::chrono::milliseconds;

cluster::offer_result local_owners::offer(partition_id part, cluster::command_ptr what,
                                          bool only_copy) {
  auto found = table_->find(part);
  if (!found) return cluster::offer_result::not_owner;
  auto token = found->room->try_take();
  if (!token) return cluster::offer_result::overloaded;
  auto hold = std::make_shared<const actor::credit_token>(std::move(*token));
  caf::anon_send(found->owner, direct_command{std::move(what), std::move(hold), only_copy});
  return cluster::offer_result::taken;
}

cluster::router_config router_settings(const settings& with) {
  cluster::router_config out;
  out.how = with.config.cluster.wire == "auto" ? cluster::wire::automatic : cluster::wire::stream;
  out.reply_to = with.reply_subject();
  out.deadline = milliseconds{with.config.gateway.owner_reply_timeout_ms};
  out.presence.partitions = static_cast<partition_id>(with.config.cluster.partitions);
  out.presence.beacon_age_max = milliseconds{with.config.cluster.beacon_age_ms_max};
  return out;
}

services make_services(store::pool& reads, std::shared_ptr<cluster::router> router,
                       std::shared_ptr<watch_board> board,
                       std::shared_ptr<account_service> accounts,
                       std::shared_ptr<connector_service> connectors) {
  services out;
  out.commands = std::make_shared<routed_commands>(std::move(router));
  out.clients = make_clients(reads);
  out.directory = make_directory(reads);
  out.idempotency = make_idempotency(reads);
  out.history = make_history(reads);
  out.quotas = make_quotas(reads);
  out.watches = std::move(board);
  out.accounts = std::move(accounts);
  out.connectors = std::move(connectors);
  return out;
}

static rate rate_of(std::uint32_t per_second, std::uint32_t burst, std::uint32_t per_day) {
  return {per_second, burst > 0 ? burst : std::max(per_second, 1U), per_day};
}

static rates_config rates_of(const config::rates_section& from) {
  rates_config out;
  out.everybody = rate_of(from.messages_per_second, from.messages_burst, from.messages_per_day);
  for (const auto& text : from.clients)
    if (auto one = config::read_client_rate(text))
      out.of_client.emplace(
        client_id{*uuid::parse(one->client)},
        rate_of(one->per_second, one->burst, one->per_day.value_or(from.messages_per_day)));
  return out;
}

gateway_config gateway_settings(const settings& with) {
  const auto& from = with.config;
  gateway_config out;
  out.issuer = from.gateway.token_issuer;
  out.audience = from.gateway.token_audience;
  out.token_lifetime = std::chrono::seconds{from.gateway.token_ttl_s};
  out.limits.body_bytes_max = from.limits.body_bytes_max;
  out.limits.bulk_bytes_max = from.limits.bulk_body_bytes_max;
  out.limits.bulk_messages_max = from.limits.bulk_messages_max;
  out.limits.json_depth_max = from.limits.json_depth_max;
  out.limits.text_bytes_max = from.limits.text_bytes_max;
  out.limits.metadata_bytes_max = from.limits.metadata_bytes_max;
  out.limits.recipients_max = from.limits.recipients_max;
  out.limits.members_max = from.limits.members_max;
  out.limits.page_max = from.limits.page_max;
  out.limits.page_default = from.limits.page_default;
  out.admission.messages_max = from.gateway.in_flight_per_client;
  out.admission.bytes_max = from.gateway.in_flight_bytes_per_client;
  out.admission.waiting_max = from.gateway.waiting_per_client;
  out.admission.wait_max = milliseconds{from.gateway.queue_wait_ms};
  out.rates = rates_of(from.rates);
  out.realtime.auth_timeout = milliseconds{from.gateway.ws_auth_timeout_ms};
  out.realtime.keep_alive = milliseconds{with.config.http.ws_ping_ms};
  out.realtime.resume_messages_max = from.gateway.resume_messages_max;
  out.realtime.resume_conversations_max = from.gateway.resume_conversations_max;
  return out;
}

http::server_config server_settings(const settings& with) {
  const auto& from = with.config.http;
  http::server_config out;
  out.address = from.address;
  out.port = from.port;
  out.io_threads = from.io_threads;
  out.tls_certificate_file = from.tls_certificate_file;
  out.tls_key_file = from.tls_key_file;
  out.connections_max = from.connections_max;
  out.header_bytes_max = from.header_bytes_max;
  out.headers_max = from.headers_max;
  out.headers_timeout = milliseconds{from.headers_timeout_ms};
  out.body_idle_timeout = milliseconds{from.body_idle_timeout_ms};
  out.keep_alive_idle = milliseconds{from.keep_alive_idle_ms};
  out.request_timeout = milliseconds{from.request_timeout_ms};
  out.write_timeout = milliseconds{from.write_timeout_ms};
  out.ws_message_bytes_max = from.ws_message_bytes_max;
  out.stream_queue_bytes_max = from.ws_queue_bytes_max;
  out.ws_queue_bytes_max = from.ws_queue_bytes_max;
  out.ws_queue_frames_max = from.ws_queue_frames_max;
  out.ws_ping_interval = milliseconds{from.ws_ping_ms};
  out.ws_compression = from.ws_compression;
  return out;
}

void add_gateway_metrics(observe::metrics& to, const cluster::router& router,
                         const http::server& server, const gateway& door, const store::pool& reads,
                         const local_partitions& owned) {
  auto gauge = [&to](const char* name, const char* help) { return to.make_gauge(name, help); };
  auto connections =
    gauge("recado_http_connections", "HTTP connections open, WebSockets included.");
  auto websockets = gauge("recado_http_websockets", "WebSockets open.");
  auto sessions = gauge("recado_gateway_sessions", "Authenticated real-time sessions.");
  auto outstanding =
    gauge("recado_router_outstanding_commands", "Commands that wait for their owner's answer.");
  auto waiting = gauge("recado_store_read_queue_jobs", "Reads that wait for a connection.");
  auto partitions = gauge("recado_partitions_owned", "Partitions that this node owns.");
  auto requests = to.make_counter("recado_http_requests_total", "HTTP requests since the start.");
  struct by_way {
    const char* name;
    std::uint64_t cluster::router_counters::*count;
    observe::counter counter;
  };
  std::vector<by_way> ways{{"stream", &cluster::router_counters::streamed, {}},
                           {"direct", &cluster::router_counters::direct, {}},
                           {"inbox", &cluster::router_counters::inboxed, {}}};
  for (auto& way : ways)
    way.counter = to.make_counter("recado_router_commands_total",
                                  "Commands sent to owners, by path.", {{"path", way.name}});
  auto raise = [](observe::counter& counter, std::uint64_t to_value) {
    counter.add(static_cast<double>(to_value) - counter.value());
  };
  to.before_scrape([=, &router, &server, &door, &reads, &owned]() mutable {
    auto http = server.snapshot();
    connections.set(static_cast<double>(http.connections));
    websockets.set(static_cast<double>(http.websockets));
    raise(requests, http.requests);
    sessions.set(static_cast<double>(door.sessions()));
    auto counts = router.counters();
    outstanding.set(static_cast<double>(counts.outstanding));
    for (auto& way : ways)
      raise(way.counter, counts.*way.count);
    waiting.set(static_cast<double>(reads.counters().queued));
    partitions.set(static_cast<double>(owned.list().size()));
  });
}

} // namespace recado::wiring
