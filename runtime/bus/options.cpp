/// The connection's options, and the library's callbacks about the connection.
#include "runtime/bus/core.hpp"
#include "runtime/observe/log.hpp"

#include <algorithm>
#include <random>

namespace recado::bus {
namespace {

using holder = std::shared_ptr<link_core>;
link_core& core_of(void* held) {
  return **static_cast<holder*>(held);
}

void on_connected(natsConnection* raw, void* held) {
  core_of(held).link_came(raw);
}
void on_disconnected(natsConnection*, void* held) {
  core_of(held).link_went();
}

/// The library's last callback about a connection.
void on_closed(natsConnection*, void* held) {
  std::unique_ptr<holder> owned{static_cast<holder*>(held)};
  auto core = *owned;
  owned.reset();
  if (!core->closed) observe::log_error("bus-closed", "NATS refused the connection for good");
  core->link_went();
  std::lock_guard lock{core->mutex};
  --core->callbacks_alive;
  core->quiet.notify_all();
}

/// A slow subscription complains once per message: one line a second is enough.
bool may_complain(link_core& core) {
  auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  if (now < core.next_complaint_ns) return false;
  core.next_complaint_ns = now + std::chrono::nanoseconds{std::chrono::seconds{1}}.count();
  return true;
}

void on_error(natsConnection*, natsSubscription* sub, natsStatus status, void* held) {
  auto& core = core_of(held);
  std::string what = natsStatus_GetText(status);
  if (auto subject = core.subjects->find(sub); !subject.empty()) what += " on " + subject;
  if (may_complain(core)) observe::log_warn("bus-error", "{}", what);
  if (core.on_loss) core.on_loss(what);
}

/// Full jitter above half of a doubling wait, so that many nodes do not come back in step.
int64_t backoff(natsConnection*, int attempts, void* held) {
  static thread_local std::minstd_rand dice{std::random_device{}()};
  const auto& config = core_of(held).config;
  auto doublings = std::clamp(attempts - 1, 0, 16);
  auto longest =
    std::min<int64_t>(int64_t{config.backoff_ms_first} << doublings, config.backoff_ms_max);
  return std::uniform_int_distribution<int64_t>{longest / 2, longest}(dice);
}

/// Remembers the first failure of a series of option calls.
class setter {
public:
  void operator()(natsStatus status) {
    if (first_ == NATS_OK) first_ = status;
  }
  natsStatus first() const { return first_; }

private:
  natsStatus first_ = NATS_OK;
};

void set_credentials(setter& set, natsOptions* options, const bus_config& config) {
  if (!config.token.empty())
    set(natsOptions_SetToken(options, config.token.c_str()));
  else if (!config.user.empty())
    set(natsOptions_SetUserInfo(options, config.user.c_str(), config.password.c_str()));
}

void set_link(setter& set, natsOptions* options, const bus_config& config) {
  std::vector<const char*> urls;
  urls.reserve(config.urls.size());
  for (const auto& url : config.urls)
    urls.push_back(url.c_str());
  set(natsOptions_SetServers(options, urls.data(), static_cast<int>(urls.size())));
  set(natsOptions_SetName(options, config.name.c_str()));
  set(natsOptions_SetTimeout(options, config.connect_timeout_ms));
  set(natsOptions_SetMaxReconnect(options, -1));    // for ever; the default gives up after 60
  set(natsOptions_SetReconnectBufSize(options, 1)); // 0 would mean 8 MiB: we want to fail, not wait
  set(natsOptions_SetPingInterval(options, config.ping_interval_ms));
  set(natsOptions_SetMaxPingsOut(options, config.pings_out_max));
  set(natsOptions_SetWriteDeadline(options, config.write_deadline_ms));
  // Without it a flusher thread holds every publish back for about 1 ms.
  set(natsOptions_SetSendAsap(options, true));
  // Otherwise one thread per subscription.
  set(nats_SetMessageDeliveryPoolSize(config.delivery_threads));
  set(natsOptions_UseGlobalMessageDelivery(options, true));
  set(natsOptions_SetMaxPendingMsgs(options, config.pending_messages_max));
}

void set_callbacks(setter& set, natsOptions* options, void* held) {
  set(natsOptions_SetRetryOnFailedConnect(options, true, on_connected, held));
  set(natsOptions_SetReconnectedCB(options, on_connected, held));
  set(natsOptions_SetDisconnectedCB(options, on_disconnected, held));
  set(natsOptions_SetClosedCB(options, on_closed, held));
  set(natsOptions_SetErrorHandler(options, on_error, held));
  set(natsOptions_SetCustomReconnectDelay(options, backoff, held));
}

} // namespace

recado::result<void> bus_config::validate() const {
  auto bad = [](const char* what) { return recado::fail(ec::invalid_request, what); };
  if (urls.empty()) return bad("bus.urls: at least one is needed");
  if (connect_timeout_ms < 1) return bad("bus.connect_timeout_ms: must be positive");
  if (backoff_ms_first < 1 || backoff_ms_max < backoff_ms_first)
    return bad("bus.backoff_ms_first and backoff_ms_max: must be positive and in order");
  if (ping_interval_ms < 1 || pings_out_max < 1)
    return bad("bus.ping_interval_ms, pings_out_max: must be positive");
  if (write_deadline_ms < 1) return bad("bus.write_deadline_ms: must be positive");
  if (pending_messages_max < 1 || pending_bytes_max < 1)
    return bad("bus.pending_…_max: must be positive");
  if (requests_in_flight_max < 1) return bad("bus.requests_in_flight_max: must be positive");
  if (delivery_threads < 1 || delivery_threads > 64) return bad("bus.delivery_threads: 1 to 64");
  return {};
}

outcome<void> open_link(const std::shared_ptr<link_core>& core) {
  natsOptions* raw = nullptr;
  if (auto status = natsOptions_Create(&raw); status != NATS_OK)
    return failure{error_of(status, "options")};
  nats_options options{raw};
  auto held = std::make_unique<holder>(core);
  setter set;
  set_link(set, raw, core->config);
  set_credentials(set, raw, core->config);
  set_callbacks(set, raw, held.get());
  if (set.first() != NATS_OK) return failure{error_of(set.first(), "options")};

  natsConnection* nc = nullptr;
  core->callbacks_alive = 1; // before the library can say "closed"
  auto status = natsConnection_Connect(&nc, raw);
  if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) {
    core->callbacks_alive = 0;
    return failure{error_of(status, "connect")};
  }
  core->nc.reset(nc);
  (void)held.release(); // on_closed frees it
  if (status == NATS_OK) core->link_came(nc);
  return {};
}

} // namespace recado::bus
