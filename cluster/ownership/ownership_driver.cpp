#include "cluster/ownership/ownership_driver.hpp"

#include "cluster/ownership/ownership_driver_impl.hpp"
#include "cluster/ownership/ownership_queries.hpp"
#include "runtime/clock/wall_clock.hpp"

#include <cassert>

namespace recado::cluster {

namespace {

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
  note_state();
}

/// What an operator wants to see of the machine, which only this thread may look at.
void ownership_driver::impl::note_state() {
  auto now = clock::boot_time();
  std::erase_if(moving_since,
                [this](const auto& one) { return !machine.moving().contains(one.first); });
  for (const auto& [id, _] : machine.moving())
    moving_since.try_emplace(id, now);
  auto oldest = [](const std::map<partition_id, steady_time>& all) {
    std::optional<steady_time> out;
    for (const auto& [_, since] : all)
      out = std::min(out.value_or(since), since);
    return out;
  };
  count([&](auto& c) {
    c.held = machine.held().size();
    c.unowned = machine.unowned().size();
    c.unowned_since = oldest(machine.unowned());
    c.moving = moving_since.size();
    c.moving_since = oldest(moving_since);
  });
}

// --- the outside -----------------------------------------------------------------------------

ownership_driver::ownership_driver(store::connection_config connect, ownership_options options,
                                   ownership_callbacks callbacks)
  : impl_(std::make_unique<impl>(session_of(std::move(connect), options), std::move(options),
                                 std::move(callbacks))) {
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

void ownership_driver::unreachable(const node_key& who) {
  impl_->post(seen::unreachable{who});
}
void ownership_driver::serves_nothing(const node_key& who) {
  impl_->post(seen::serves_nothing{who});
}
void ownership_driver::nudge() {
  impl_->post(seen::nudge{});
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
