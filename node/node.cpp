#include "node/node.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <csignal>
#include <thread>

#include "actors/accounts/accounts.hpp"
#include "cluster/ownership/partition_table.hpp"
#include "cluster/router/inbox_writer.hpp"
#include "cluster/router/reply_batch.hpp"
#include "node/database/migrate.hpp"
#include "node/service_manager.hpp"
#include "node/wiring/cluster_admin.hpp"
#include "node/wiring/cluster_metrics.hpp"
#include "node/wiring/gateway_side.hpp"
#include "node/wiring/owner_side.hpp"
#include "node/wiring/presence_side.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/actor/system.hpp"
#include "runtime/observe/health.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/subjects.hpp"

namespace recado {
namespace {

using namespace std::chrono_literals;
/// 1012 to all sessions, spread so that they do not come back at once; less if the node must hurry.
constexpr std::chrono::milliseconds websocket_spread_max = 2s;
constexpr auto actors_deadline = 5s;
constexpr auto health_interval = 100ms;

/// All parts of a node, made in the order of the members and ended in the reverse of it.
class node {
public:
  node(wiring::settings with)
    : with_(std::move(with)),
      system_settings_({with_.config.actors.threads, with_.config.actors.messages_per_turn}),
      system_(system_settings_),
      table_(std::make_shared<local_partitions>()) {}

  result<void> start() {
    observe::add_process_metrics(metrics_, with_.version);
    declare_health();
    connect();
    make_router();
    auto seal = sealer::from_file(with_.config.channels.key_file);
    if (!seal) return failure{seal.error()};
    if (!seal->has_key())
      observe::log_warn("no-channel-key", "credentials of accounts are stored as they are: "
                                          "channels.key_file is empty");
    auto accounts = make_accounts(*reads_, std::move(*seal));
    channels_ = std::make_unique<wiring::channels_side>(
      wiring::channels_needs{with_, system_, wall_, metrics_, table_, reads_, accounts});
    if (auto started = channels_->start(); !started) return started;
    owner_ = std::make_unique<wiring::owner_side>(wiring::owner_needs{
      with_, system_, *link_, wall_, metrics_, table_, board_, router_, reads_, *channels_,
      [this](const cluster::node_key& who) { presence_->on_gone(who.node, who.incarnation); }});
    owner_->start();
    hear();
    auto below = wiring::make_services(*reads_, router_, board_, accounts, channels_->service());
    below.presence = presence_->service();
    below.cluster =
      wiring::make_cluster_admin(with_, reads_, *link_, [this] { return owner_->generation(); });
    door_ = make_gateway(wiring::gateway_settings(with_), std::move(below),
                         {system_, health_, metrics_, [this] { return wall_.now(); }});
    auto started = http::server::start(wiring::server_settings(with_), door_->handler());
    if (!started) return failure{started.error()};
    server_ = std::move(*started);
    wiring::add_gateway_metrics(metrics_, *router_, *server_, *door_, *reads_, *table_);
    wiring::add_cluster_metrics(metrics_, sights(), *reads_);
    observe::log_info("listening", "http://{}:{}", with_.config.http.address, server_->port());
    return {};
  }

  bool ready() const { return health_.report(observe::probe::ready, clock::boot_time()).ok; }
  bool failed() const { return owner_->failed() || channels_->failed(); }

  /// For the probes. NATS is no condition: without it messages take the inbox and are slower.
  void report_health() {
    auto now = clock::boot_time();
    auto owned = owner_->owned();
    if (owner_->serving())
      health_.ok("postgres", now);
    else
      health_.failing("postgres", now, "no heartbeat reaches the database");
    if (owned > 0 || owner_->accompanied())
      health_.ok("partitions", now, std::to_string(owned) + " owned");
    else
      health_.failing("partitions", now, "none is owned");
    health_.ok("nats", now,
               link_->connected() ? "connected" : "disconnected: messages take the inbox");
  }

  /// Readiness first. With other nodes there, what is owned goes to them while callers are still
  /// served: nobody waits for an owner. Alone, callers go first: nobody else would decide.
  void stop() {
    observe::log_info("draining", "no new work is taken");
    auto begun = std::chrono::steady_clock::now();
    std::chrono::milliseconds patience{with_.config.node.stop_ms_max};
    health_.drain(true);
    if (server_) server_->send_away();
    bool hand_over = owner_ && owner_->accompanied();
    if (hand_over) release(patience);
    std::this_thread::sleep_until(begun + std::chrono::milliseconds{with_.config.node.linger_ms});
    close_door(patience);
    if (!hand_over) release(patience);
    end_parts();
    observe::log_info("stopped", "{} actors were left",
                      actor::stop_with_deadline(system_, actors_deadline));
  }

private:
  void release(std::chrono::milliseconds patience) {
    if (channels_) channels_->quiet(patience / 4);
    if (owner_) owner_->release_all(patience / 3);
  }

  void close_door(std::chrono::milliseconds patience) {
    if (!server_) return;
    auto spread = std::min(websocket_spread_max, patience / 5);
    server_->drain();
    server_->close_lasting(1012, spread);
    server_->stop(spread + patience / 5);
  }

  void end_parts() {
    if (router_) router_->stop();
    if (supervisor_) caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
    supervisor_ = nullptr;
    if (door_) door_->stop();
    if (presence_) presence_->stop();
    subscriptions_.clear();
    if (link_) link_->close(1s); // from here on nothing of NATS calls into the parts that end
    if (owner_) owner_->stop();
    if (channels_) channels_->stop();
    if (reads_) reads_->stop();
    if (inbox_db_) inbox_db_->stop();
  }

  wiring::cluster_sights sights() {
    wiring::cluster_sights out;
    out.ownership = [this] { return owner_->ownership(); };
    out.serving = [this] { return owner_->serving(); };
    out.nats = [this] { return link_->connected(); };
    out.generation = [this] { return owner_->generation(); };
    out.behind = [this] { return owner_->behind(); };
    out.draining = [this] { return health_.draining(); };
    return out;
  }

  void connect() {
    auto link = bus::connection::connect(with_.bus(), {}, [this](const std::string& what) {
      observe::log_warn("messages-lost", "{}", what);
      if (board_) board_->doubt();
    });
    if (!link) throw std::runtime_error("NATS: the settings are not usable");
    link_ = std::move(*link);
    store::pool_config reading;
    reading.threads = with_.config.store.readers;
    reading.queue_max = with_.config.store.read_queue_max;
    reading.default_timeout = std::chrono::milliseconds{with_.config.store.read_timeout_ms};
    reads_ = std::make_shared<store::pool>("reads", with_.database(), reading);
    inbox_db_ = std::make_shared<store::worker>("inbox", with_.database(), 64);
  }

  void make_router() {
    cluster::inbox_config inbox;
    inbox.rows_max = with_.config.gateway.inbox_rows_max;
    cluster::router_ports ports;
    ports.stream = std::make_shared<cluster::stream_publisher>(*link_, with_.cluster());
    ports.local = std::make_shared<wiring::local_owners>(table_);
    ports.inbox = std::make_shared<cluster::inbox_writer>(inbox_db_, inbox);
    router_ = std::make_shared<cluster::router>(wiring::router_settings(with_), std::move(ports));
    presence_ =
      std::make_unique<wiring::presence_side>(wiring::presence_needs{with_, *link_, wall_, reads_});
    actor::supervisor_config config;
    config.name = "node";
    supervisor_ =
      actor::supervise(system_, config,
                       {{.name = "router",
                         .start = [this](caf::actor_system& in) { return router_->start(in); },
                         .when = actor::restart::transient},
                        presence_->child()});
    watch_config watching;
    watching.cluster = with_.cluster();
    watching.self = with_.event_subject();
    watching.for_owners = subjects::watches(with_.cluster(), with_.node(), with_.incarnation);
    watching.partitions = static_cast<partition_id>(with_.config.cluster.partitions);
    board_ = std::make_shared<watch_board>(watching, table_, link_.get());
    // Only now: its first news comes at once, on another thread, and needs all of the above.
    link_->watch(
      [this](const bus::link_event& event) { on_link(event.now == bus::link::connected); });
  }

  void on_link(bool up) {
    if (router_) router_->on_link(up);
    if (board_ && up) board_->doubt();
    if (owner_) owner_->on_link(up);
    if (presence_) presence_->on_link(up);
    if (up)
      observe::log_info("nats-connected", "{}", link_->server_id());
    else
      observe::log_warn("nats-disconnected", "none of bus.urls answers: messages take the inbox");
  }

  /// What other nodes say to this one.
  void hear() {
    board_->subscribe();
    presence_->start();
    auto add = [this](const std::string& subject, bus::message_handler handler) {
      if (auto made = link_->subscribe(subject, std::move(handler)))
        subscriptions_.push_back(std::move(*made));
    };
    add(with_.reply_subject(), [this](const bus::message& got) {
      if (auto replies = cluster::decode_replies(got.data))
        router_->on_replies(std::move(*replies));
    });
  }

  void declare_health() {
    using observe::probe;
    health_.declare("process", probe::live | probe::started);
    health_.declare("postgres", probe::ready | probe::started);
    health_.declare("partitions", probe::ready | probe::started);
    health_.declare("nats", +probe::ready);
    health_.ok("process", clock::boot_time());
  }

  const wiring::settings with_;
  observe::metrics metrics_;
  observe::health health_;
  clock::wall_clock wall_;
  actor::system_settings system_settings_;
  caf::actor_system system_;
  std::shared_ptr<local_partitions> table_;
  std::unique_ptr<bus::connection> link_;
  std::shared_ptr<store::pool> reads_;
  std::shared_ptr<store::worker> inbox_db_;
  std::shared_ptr<cluster::router> router_;
  actor::supervisor_actor supervisor_; ///< of the actors that may die alone
  std::shared_ptr<watch_board> board_;
  std::unique_ptr<wiring::presence_side> presence_;
  std::unique_ptr<wiring::channels_side> channels_;
  std::unique_ptr<wiring::owner_side> owner_;
  std::unique_ptr<gateway> door_;
  std::unique_ptr<http::server> server_;
  std::vector<bus::subscription> subscriptions_;
};

/// The signals that end a node; blocked in every thread and waited for here.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

/// True: a signal came.
bool wait_for_signal(const sigset_t& set, std::chrono::milliseconds at_most) {
  timespec patience{at_most.count() / 1000, at_most.count() % 1000 * 1'000'000};
  return sigtimedwait(&set, nullptr, &patience) > 0;
}

/// What a process must know of the database before it begins.
struct enrolment {
  std::int64_t incarnation = 0;
  partition_id partitions = 0;
};

result<enrolment> try_to_enroll(store::connection& db, const config::node_config& config) {
  if (auto ready = database::check_schema(db); !ready) return failure{ready.error()};
  auto pinned = cluster::pin_partitions(db, static_cast<partition_id>(config.cluster.partitions));
  if (!pinned) return failure{pinned.error()};
  auto number = cluster::next_incarnation(db, config.node.id);
  if (!number) return fail(ec::store_unavailable, store::describe(number.error()));
  return enrolment{*number, *pinned};
}

/// The database may be starting too: tries until a signal comes.
std::optional<enrolment> enroll(const config::node_config& config, const sigset_t& signals) {
  store::connection_config connect;
  connect.url = config.store.dsn;
  store::connection db{connect};
  std::string told;
  for (;;) {
    auto done = try_to_enroll(db, config);
    if (done) return *done;
    // A person looks at the first line, a log should not be filled by the others.
    if (std::exchange(told, done.error().detail) != done.error().detail)
      observe::log_warn("database-not-ready",
                        "{}; trying on. Is store.dsn right, and has `recado migrate` run?", told);
    if (wait_for_signal(signals, 500ms)) return std::nullopt;
  }
}

} // namespace

int run_node(const config::node_config& config) {
  observe::start_log({.least = observe::level_of(config.log.level).value_or(observe::level::info),
                      .file = config.log.file,
                      .node = config.node.id,
                      .human = config.log.human});
  auto signals = block_signals();
  auto enrolled = enroll(config, signals);
  if (!enrolled) return 0;
  wiring::settings with{config, enrolled->incarnation, RECADO_VERSION};
  with.config.cluster.partitions = enrolled->partitions; // pinned: the file cannot change it
  node one{std::move(with)};
  if (auto started = one.start(); !started) {
    observe::log_error("start-failed", "{}", started.error().detail);
    one.stop();
    return 1;
  }
  service_manager manager;
  bool said_ready = false;
  do {
    one.report_health();
    if (!said_ready && one.ready()) said_ready = manager.tell("READY=1");
  } while (!one.failed() && !wait_for_signal(signals, health_interval));
  bool asked = !one.failed();
  manager.tell("STOPPING=1");
  one.stop();
  return asked ? 0 : 1;
}

} // namespace recado
