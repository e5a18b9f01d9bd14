/// ownership_driver, second half: the machine's orders carried out.
#include "cluster/ownership/ownership_driver_impl.hpp"
#include "cluster/ownership/ownership_queries.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/observe/log.hpp"

namespace recado::cluster {

namespace {

constexpr std::string_view lock_not_available = "55P03";

} // namespace

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
                        "another process runs as node {}: waiting until it ends or falls silent. "
                        "Every node needs a node.id of its own",
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
  count([&](auto& c) {
    ++(beat ? c.heartbeats : c.heartbeats_failed);
    if (beat) c.heartbeat_at = clock::boot_time();
  });
  return seen::heartbeat{beat.has_value(), !beat || beat->back().affected() == 1};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::poll&) {
  auto asked = clock::boot_time();
  auto answered = db.run(sql::poll(), store::tx::read);
  auto now = clock::boot_time();
  if (!answered) return seen::poll_failed{};
  count([](auto& c) { ++c.polls; });
  auto partitions = sql::partitions_of(answered->at(1));
  watch_quarantine(partitions);
  if (tell.on_clock && (!clock_asked || now - *clock_asked >= options.clock_interval)) {
    clock_asked = now;
    tell.on_clock(answered->at(2).get_time(0, 0), asked, now);
  }
  return seen::snapshot{sql::nodes_of(answered->at(0)), std::move(partitions)};
}

/// Said once by every node when it begins: this needs a person.
void ownership_driver::impl::watch_quarantine(const std::vector<partition_row>& rows) {
  std::set<partition_id> now;
  for (const auto& row : rows)
    if (row.quarantined) now.insert(row.id);
  for (auto id : now)
    if (!quarantined.contains(id))
      observe::log_error("partition-quarantined",
                         "partition {}: its commands have killed {} owners in a row; see "
                         "`recado cluster release`",
                         id, sql::deaths_max);
  quarantined = std::move(now);
  count([&](auto& c) { c.quarantined = quarantined.size(); });
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::claim& what) {
  const auto& self = options.machine.self;
  auto answered = db.run(sql::claim(what.rows, self, what.died), store::tx::transaction);
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
  auto done =
    db.run(sql::release(what.id, what.at, what.cursors, what.target, options.machine.self),
           store::tx::transaction);
  bool blocked = !done && done.error().sqlstate == lock_not_available;
  return seen::released{what.id, done.has_value(), blocked};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::leave&) {
  if (!db.run_one(sql::leave(options.machine.self)))
    observe::log_warn("leave-failed", "node {} ends without saying so", options.machine.self.node);
  return seen::left{};
}

ownership_driver::impl::answer ownership_driver::impl::carry_out(const order::notify& what) {
  if (tell.on_notify) tell.on_notify(what.node);
  return {};
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

} // namespace recado::cluster
