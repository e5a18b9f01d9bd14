#include "tests/simulation/ownership_host.hpp"

namespace recado::simulation {

using namespace cluster;

namespace {

ownership_config config_of(const identity& who) {
  ownership_config out;
  out.self = who.self;
  out.health.proof = 2000ms; // histories are short
  return out;
}

} // namespace

ownership_host::ownership_host(site& at, const identity& who, ports to)
  : at_(at),
    who_(who),
    ports_(std::move(to)),
    machine_(config_of(who)) {}

void ownership_host::step(const ownership_event& what) {
  waiting_.push_back(what);
  if (std::exchange(stepping_, true)) return; // one after the other
  while (!waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    for (const auto& action : machine_.step(next, at_.clock.now()))
      std::visit([this](const auto& one) { carry_out(one); }, action);
  }
  stepping_ = false;
  set_alarm();
}

void ownership_host::set_alarm() {
  auto wake = machine_.next_wake();
  if (wake == steady_time::max() || (alarm_ && *alarm_ <= wake && *alarm_ > at_.clock.now()))
    return;
  alarm_ = wake;
  later(at_, who_.self.incarnation, wake - at_.clock.now(), [this, wake] {
    if (alarm_ != wake) return;
    alarm_.reset();
    step(seen::tick{});
  });
}

void ownership_host::release(partition_id part, const lane_cursors& at, bool as_acquired) {
  if (as_acquired) as_acquired_.insert(part);
  step(seen::release_wanted{part, at});
}

template <class Answer>
void ownership_host::ask(std::vector<partition_id> rows, std::function<void(Answer&)> apply,
                         std::function<ownership_event(fate)> failed) {
  auto self = who_.self.incarnation;
  auto answer = std::make_shared<Answer>();
  if (!at_.alive(self, "before a request of ownership")) return;
  bool patient = rows.empty();
  at_.db.run({self, true, patient, std::move(rows),
              [apply = std::move(apply), answer] { apply(*answer); },
              [this, answer, failed = std::move(failed)](fate how) {
                step(how == fate::done ? ownership_event{*answer} : failed(how));
              }});
}

void ownership_host::carry_out(const order::enroll&) {
  auto self = who_.self;
  auto free = std::make_shared<bool>(false);
  at_.db.run({self.incarnation,
              true,
              true,
              {},
              [&at = at_, self, free] { *free = at.rows.enroll(self); },
              [this, free](fate how) {
                bool taken = how == fate::done && !*free;
                if (how == fate::done && *free) return step(seen::enrolled{});
                step(seen::enroll_failed{taken});
              }});
}

void ownership_host::carry_out(const order::heartbeat&) {
  ask<seen::heartbeat>(
    {},
    [&at = at_, self = who_.self, ok = nats_ok_](auto& out) {
      out = {true, at.rows.heartbeat(self, ok)};
    },
    [](fate) { return seen::heartbeat{}; });
}

void ownership_host::carry_out(const order::poll&) {
  ask<seen::snapshot>(
    {},
    [&at = at_](auto& out) {
      out = {at.rows.poll_nodes(), at.rows.partitions};
    },
    [](fate) { return seen::poll_failed{}; });
}

void ownership_host::carry_out(const order::claim& act) {
  std::vector<partition_id> rows;
  rows.reserve(act.rows.size());
  for (const auto& [id, _] : act.rows)
    rows.push_back(id);
  ask<seen::claimed>(
    rows,
    [&at = at_, self = who_.self, seen = act.rows](auto& out) {
      out.rows = at.rows.claim(seen, self);
    },
    [](fate how) { return seen::claim_failed{how == fate::blocked}; });
}

void ownership_host::carry_out(const order::terminate& act) {
  ask<seen::terminated>(
    {}, [&at = at_, who = act.who.incarnation](auto&) { at.db.terminate(who); },
    [](fate) { return seen::terminated{}; });
}

void ownership_host::carry_out(const order::release& act) {
  bool back = as_acquired_.erase(act.id) > 0;
  ask<seen::released>(
    {act.id},
    [&at = at_, self = who_.self, act, back](auto& out) {
      at.rows.release(act.id, act.at, act.cursors, act.target, self, back);
      out = {act.id, true};
    },
    [this, id = act.id, back](fate) {
      if (back) as_acquired_.insert(id);
      return seen::released{id, false};
    });
}

void ownership_host::carry_out(const order::leave&) {
  ask<seen::left>(
    {}, [&at = at_, self = who_.self](auto&) { at.rows.leave(self); },
    [](fate) { return seen::left{}; });
}

void ownership_host::carry_out(const order::notify& act) {
  ports_.notify(act.node);
}

void ownership_host::carry_out(const order::own& act) {
  at_.log.say("{}#{} owns {} at epoch {}{}", who_.self.node, who_.self.incarnation, act.what.id,
              act.what.at, act.what.adoption ? ", adopted" : "");
  ports_.own(act.what);
}

void ownership_host::carry_out(const order::drop& act) {
  ports_.drop(act.id);
}

void ownership_host::carry_out(const order::hand_over& act) {
  ports_.hand_over(act.id);
}

void ownership_host::carry_out(const order::superseded&) {
  at_.ended(who_.self.incarnation);
}

void ownership_host::carry_out(const order::over&) {
  at_.ended(who_.self.incarnation);
}

void ownership_host::resolve(std::vector<held_partition> held, resolved then) {
  auto self = who_.self;
  std::vector<partition_id> rows;
  rows.reserve(held.size());
  for (const auto& [id, _] : held)
    rows.push_back(id);
  auto kept = std::make_shared<std::vector<held_partition>>();
  at_.db.run({self.incarnation, true, false, rows,
              [&at = at_, held, self, kept] { *kept = at.rows.raise(held, self); },
              [this, held, then, kept](fate how) {
                if (how != fate::done)
                  return later(at_, who_.self.incarnation, 200ms,
                               [this, held, then] { resolve(held, then); });
                std::vector<partition_id> lost;
                for (const auto& [id, _] : held)
                  if (std::none_of(kept->begin(), kept->end(),
                                   [id = id](const auto& one) { return one.first == id; }))
                    lost.push_back(id);
                step(seen::bumped{*kept, lost});
                then(*kept, lost);
              }});
}

} // namespace recado::simulation
