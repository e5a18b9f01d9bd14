#include "cluster/ownership/ownership_driver.hpp"

#include "cluster/ownership/epoch_resolver.hpp"
#include "cluster/ownership/ownership_queries.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/observe/log.hpp"

#include <atomic>
#include <cassert>

namespace recado::cluster {

namespace {

constexpr std::string_view lock_not_available = "55P03";

store::connection_config session_of(store::connection_config connect,
                                    const ownership_options& how) {
  connect.application_name = session_name(how.machine.self);
  connect.connect_timeout = how.run_timeout;
  connect.run_timeout = how.run_timeout;
  connect.statement_timeout = how.run_timeout;
  connect.lock_timeout = how.lock_timeout;
  return connect;
}

} // namespace

std::string session_name(const node_key& who) {
  return "recado-" + who.node.substr(0, node_id_max) + "-" + std::to_string(who.incarnation);
}

tl::expected<std::int64_t, store::store_error> next_incarnation(store::connection& db,
                                                                const std::string& node) {
  auto now = micros(clock::system_time());
  return db.run_one(sql::next_incarnation(node, now)).map([](const store::rows& rows) {
    return rows.get_int(0, 0);
  });
}

struct ownership_driver::impl {
  impl(store::connection_config config, ownership_options how, ownership_callbacks calls)
    : options(std::move(how)),
      tell(std::move(calls)),
      connect(session_of(std::move(config), options)),
      db(connect),
      machine(options.machine),
      resolver(connect, options.machine.self) {}

  const ownership_options options;
  const ownership_callbacks tell;
  const store::connection_config connect;
  store::connection db;      ///< of the thread
  ownership_machine machine; ///< of the thread
  std::uint64_t session = 0; ///< db.opens() when we took the lock; 0: not enrolled
  int backend = 0;           ///< of that session
  bool waits = false;        ///< and said so
  std::optional<steady_time> clock_asked;

  std::atomic<bool> nats_ok{false}, serving{false};
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<ownership_event> events;
  ownership_counters counts;
  bool over = false;
  std::thread thread;
  epoch_resolver resolver; ///< last: it ends first

  void post(ownership_event what);
  void run();
  void handle(const ownership_event& what);
  std::optional<ownership_event> next_event();
  void after_request();

  using answer = std::optional<ownership_event>;
  answer carry_out(const order::enroll&);
  answer carry_out(const order::heartbeat&);
  answer carry_out(const order::poll&);
  answer carry_out(const order::claim& what);
  answer carry_out(const order::terminate& what);
  answer carry_out(const order::release& what);
  answer carry_out(const order::leave&);
  answer carry_out(const order::own& what);
  answer carry_out(const order::drop& what);
  answer carry_out(const order::hand_over& what);
  answer carry_out(const order::serve& what);
  answer carry_out(const order::superseded&);
  answer carry_out(const order::over&);
  template <class F>
  void count(F change) {
    std::lock_guard lock{mutex};
    change(counts);
  }
};

// --- the thread ------------------------------------------------------------------------------

void ownership_driver::impl::post(ownership_event what) {
  {
    std::lock_guard lock{mutex};
    events.push_back(std::move(what));
  }
  wake.notify_all();
}

void ownership_driver::impl::run() {
  while (!over)
    if (auto what = next_event()) handle(*what);
  db.close();
}

/// What somebody has posted, or a tick when one is due.
std::optional<ownership_event> ownership_driver::impl::next_event() {
  std::unique_lock lock{mutex};
  if (events.empty()) {
    // Never longer than a heartbeat: CLOCK_BOOTTIME may have jumped while the machine slept.
    auto wait = std::min<steady_time::duration>(machine.next_wake() - clock::boot_time(),
                                                options.machine.heartbeat_interval);
    if (wait <= wait.zero()) return seen::tick{};
    wake.wait_for(lock, wait, [this] { return !events.empty(); });
  }
  if (events.empty()) return seen::tick{};
  auto out = std::move(events.front());
  events.pop_front();
  return out;
}

/// The event, and the answers to all requests that follow from it.
void ownership_driver::impl::handle(const ownership_event& what) {
  std::deque<ownership_action> todo;
  auto step = [&](const ownership_event& event) {
    for (auto& action : machine.step(event, clock::boot_time()))
      todo.push_back(std::move(action));
  };
  step(what);
  while (!todo.empty()) {
    auto action = std::move(todo.front());
    todo.pop_front();
    auto answered = std::visit([this](const auto& one) { return carry_out(one); }, action);
    if (!answered) continue;
    step(*answered);
    if (session != 0 && (!db.is_open() || db.opens() != session)) {
      session = 0;
      step(seen::session_lost{});
    }
  }
  count([this](auto& c) { c.held = machine.held().size(); });
}

// --- requests --------------------------------------------------------------------------------

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::enroll&) {
  const auto& self = options.machine.self;
  auto locked = db.run_one(sql::take_node_lock(self.node));
  if (!locked) return seen::enroll_failed{};
  if (!locked->get_bool(0, 0)) {
    if (backend != 0) // perhaps it is our own lost session that still has it
      (void)db.run_one(sql::end_backend(backend, connect.application_name));
    if (!std::exchange(waits, true))
      observe::log_warn("node-id-taken",
                        "another process runs as node {}: waiting until it ends or falls silent",
                        self.node);
    return seen::enroll_failed{true};
  }
  auto opens = db.opens();
  auto written =
    db.run(sql::enroll(self, options.address, options.version), store::tx::transaction);
  if (!written || db.opens() != opens) return seen::enroll_failed{};
  session = opens;
  backend = db.backend_pid();
  waits = false;
  observe::log_info("node-enrolled", "node {} incarnation {}", self.node, self.incarnation);
  return seen::enrolled{};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::heartbeat&) {
  auto beat = db.run(sql::heartbeat(options.machine.self, nats_ok), store::tx::transaction);
  count([&](auto& c) { ++(beat ? c.heartbeats : c.heartbeats_failed); });
  return seen::heartbeat{beat.has_value(), !beat || beat->back().affected() == 1};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::poll&) {
  auto asked = clock::boot_time();
  auto answered = db.run(sql::poll(), store::tx::read);
  auto now = clock::boot_time();
  if (!answered) return seen::poll_failed{};
  count([](auto& c) { ++c.polls; });
  if (tell.on_clock && (!clock_asked || now - *clock_asked >= options.clock_interval)) {
    clock_asked = now;
    tell.on_clock(answered->at(2).get_time(0, 0), asked, now);
  }
  return seen::snapshot{sql::nodes_of(answered->at(0)), sql::partitions_of(answered->at(1))};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::claim& what) {
  auto answered = db.run(sql::claim(what.rows, options.machine.self), store::tx::transaction);
  if (!answered) {
    bool blocked = answered.error().sqlstate == lock_not_available;
    observe::log_warn("claim-failed", "{} partitions of {}: {}", what.rows.size(),
                      what.from ? session_name(*what.from) : "nobody",
                      store::describe(answered.error()));
    if (blocked) count([](auto& c) { ++c.claims_blocked; });
    return seen::claim_failed{blocked};
  }
  auto rows = sql::claimed_of(*answered);
  count([&](auto& c) { c.claims += rows.size(); });
  observe::log_info("partitions-claimed", "{} of {} that belonged to {}", rows.size(),
                    what.rows.size(), what.from ? session_name(*what.from) : "nobody");
  return seen::claimed{std::move(rows)};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::terminate& what) {
  auto ended = db.run_one(sql::end_backends(session_name(what.who)));
  if (ended) {
    auto n = ended->get_int(0, 0);
    count([n](auto& c) { c.terminated += static_cast<std::uint64_t>(n); });
    observe::log_warn("sessions-terminated", "{} sessions of {}, which is dead", n,
                      session_name(what.who));
  }
  return seen::terminated{};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::release& what) {
  auto done = db.run_one(sql::release(what.id, what.at, what.cursors, options.machine.self));
  return seen::released{what.id, done.has_value()};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::leave&) {
  if (!db.run_one(sql::leave(options.machine.self)))
    observe::log_warn("leave-failed", "node {} ends without saying so", options.machine.self.node);
  return seen::left{};
}

// --- what others must know -------------------------------------------------------------------

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::own& what) {
  if (tell.on_own) tell.on_own(what.what);
  return {};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::drop& what) {
  observe::log_warn("partition-lost", "partition {} has another owner", what.id);
  count([](auto& c) { ++c.lost; });
  if (tell.on_drop) tell.on_drop(what.id);
  return {};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::hand_over& what) {
  if (tell.on_hand_over) tell.on_hand_over(what.id);
  return {};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::serve& what) {
  serving = what.yes;
  observe::log_info("node-serving", "{}", what.yes);
  if (tell.on_serving) tell.on_serving(what.yes);
  return {};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::superseded&) {
  observe::log_error("node-superseded", "another process has taken the place of node {}",
                     options.machine.self.node);
  over = true;
  if (tell.on_superseded) tell.on_superseded();
  return {};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::over&) {
  over = true;
  return {};
}

// --- the outside -----------------------------------------------------------------------------

ownership_driver::ownership_driver(store::connection_config connect, ownership_options options,
                                   ownership_callbacks callbacks)
  : impl_(std::make_unique<impl>(std::move(connect), std::move(options), std::move(callbacks))) {
  assert(impl_->options.machine.self.node.size() <= node_id_max);
  assert(impl_->options.run_timeout < impl_->options.machine.serve_without_heartbeat);
}

ownership_driver::~ownership_driver() {
  stop(std::chrono::milliseconds{0});
}

void ownership_driver::start() {
  impl_->thread = std::thread([this] { impl_->run(); });
}

void ownership_driver::lost(partition_id part, epoch at) {
  impl_->post(seen::lost{part, at});
}

void ownership_driver::release(partition_id part, const lane_cursors& final_cursors) {
  impl_->post(seen::release_wanted{part, final_cursors});
}

void ownership_driver::resolve(std::vector<held_partition> seen, int doubtful_backend,
                               on_resolved done) {
  impl_->resolver.resolve(std::move(seen), doubtful_backend,
                          [this, done = std::move(done)](auto kept, auto lost) {
                            impl_->count([](auto& c) { ++c.resolves; });
                            impl_->post(seen::bumped{kept, lost}); // before the caller goes on
                            done(std::move(kept), std::move(lost));
                          });
}

void ownership_driver::set_nats_ok(bool ok) noexcept {
  impl_->nats_ok = ok;
}
bool ownership_driver::serving() const noexcept {
  return impl_->serving;
}

ownership_counters ownership_driver::counters() const {
  std::lock_guard lock{impl_->mutex};
  return impl_->counts;
}

void ownership_driver::stop(std::chrono::milliseconds deadline) {
  impl_->post(seen::stop{clock::boot_time() + deadline});
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->resolver.stop();
}

} // namespace recado::cluster
