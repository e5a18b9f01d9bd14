#include "cluster/ownership/ownership_machine.hpp"

#include "cluster/ownership/placement.hpp"

#include <algorithm>

namespace recado::cluster {

ownership_machine::ownership_machine(ownership_config config)
  : config_(std::move(config)),
    silence_(config_.silence),
    health_(config_.health) {}

ownership_actions ownership_machine::step(const ownership_event& event, steady_time now) {
  if (phase_ != phase::ended) {
    std::visit([this, now](const auto& what) { on(what, now); }, event);
    watch_heartbeat(now);
    request_next(now);
  }
  return std::exchange(out_, {});
}

steady_time ownership_machine::next_wake() const {
  if (phase_ == phase::ended) return steady_time::max();
  auto at = steady_time::max();
  if (serving_) at = *heartbeat_ok_ + config_.serve_without_heartbeat;
  if (busy_) return at; // even when it is time to stop: its end is waited for
  if (stop_at_) at = std::min(at, *stop_at_);
  if (!enrolled_) return std::min(at, taken_ ? std::min(enroll_at_, poll_at_) : enroll_at_);
  at = std::min(at, std::min(heartbeat_at_, poll_at_));
  return releasing_.empty() ? at : std::min(at, release_at_);
}

// --- one request at a time -------------------------------------------------------------------

/// The most urgent request that is due, if none is under way.
void ownership_machine::request_next(steady_time now) {
  if (busy_ || phase_ == phase::ended) return;
  bool nothing_left = held_.empty() && releasing_.empty() && (enrolled_ || !heartbeat_ok_);
  if (phase_ == phase::stopping && (now >= *stop_at_ || nothing_left))
    return request(order::leave{});
  if (!enrolled_) {
    request_place(now);
  } else if (now >= heartbeat_at_) {
    request(order::heartbeat{});
  } else if (release_is_next(now)) {
    release_next();
  } else if (to_terminate_) {
    request(order::terminate{*std::exchange(to_terminate_, std::nullopt)});
  } else if (!claims_.empty()) {
    claiming_ = std::move(claims_.front());
    claims_.pop_front();
    request(*claiming_);
  } else if (now >= poll_at_) {
    request(order::poll{});
  }
}

/// A row that stays locked does not keep all else waiting: what else is due goes before the next
/// try.
bool ownership_machine::release_is_next(steady_time now) {
  if (releasing_.empty() || now < release_at_) return false;
  bool others = to_terminate_ || !claims_.empty() || now >= poll_at_;
  return !(std::exchange(release_blocked_, false) && others);
}

/// In turn, so that one locked row does not keep the others either.
void ownership_machine::release_next() {
  auto next = releasing_.upper_bound(released_last_);
  if (next == releasing_.end()) next = releasing_.begin();
  released_last_ = next->first;
  request(order::release{next->first, next->second.at, next->second.cursors, next->second.target});
}

/// Until our node id is ours: see whether whoever has it is alive.
void ownership_machine::request_place(steady_time now) {
  if (to_terminate_)
    request(order::terminate{*std::exchange(to_terminate_, std::nullopt)});
  else if (now >= enroll_at_)
    request(order::enroll{});
  else if (taken_ && now >= poll_at_)
    request(order::poll{});
}

void ownership_machine::request(ownership_action what) {
  busy_ = true;
  out_.push_back(std::move(what));
}

void ownership_machine::on(const seen::tick&, steady_time) {}

// --- being alive -----------------------------------------------------------------------------

void ownership_machine::on(const seen::enrolled&, steady_time now) {
  busy_ = false;
  enrolled_ = true;
  taken_ = false;
  heartbeat_at_ = now;
  poll_at_ = now;
}

void ownership_machine::on(const seen::enroll_failed& event, steady_time now) {
  busy_ = false;
  taken_ = event.taken;
  enroll_at_ = now + config_.retry;
}

/// PostgreSQL was away, or we were: what was seen proves nothing any more.
void ownership_machine::on(const seen::session_lost&, steady_time now) {
  enrolled_ = false;
  enroll_at_ = now;
  claims_.clear();
  silence_.restart();
}

void ownership_machine::on(const seen::heartbeat& event, steady_time now) {
  busy_ = false;
  if (event.ok && !event.known) return give_up();
  heartbeat_at_ = now + config_.heartbeat_interval;
  if (!event.ok) return;
  heartbeat_ok_ = now;
  if (!verified_) poll_at_ = now;
}

/// A node that cannot say that it lives must not act as if it did.
void ownership_machine::watch_heartbeat(steady_time now) {
  if (heartbeat_ok_ && now - *heartbeat_ok_ < config_.serve_without_heartbeat) return;
  verified_ = false;
  set_serving(false);
}

void ownership_machine::set_serving(bool yes) {
  if (serving_ == yes) return;
  serving_ = yes;
  say(order::serve{yes});
}

/// Another process took the place of this incarnation.
void ownership_machine::give_up() {
  while (!held_.empty())
    forget(held_.begin()->first);
  releasing_.clear();
  set_serving(false);
  say(order::superseded{});
  phase_ = phase::ended;
}

// --- looking ---------------------------------------------------------------------------------

void ownership_machine::on(const seen::snapshot& event, steady_time now) {
  busy_ = false;
  observe(event.nodes, now);
  if (!enrolled_) return;
  drop_what_moved(event.partitions);
  bool fresh = heartbeat_ok_ && now - *heartbeat_ok_ < config_.serve_without_heartbeat;
  if (fresh) {
    verified_ = true;
    if (phase_ != phase::ended) set_serving(true);
  }
  plan(event.nodes, event.partitions, now);
  bool all_owned = plan_claims(event.partitions, now);
  if (all_owned) plan_moves(event.partitions);
  bool calm = all_owned && moving_.empty() && !silence_.suspicious(now);
  planned_ = calm ? config_.poll_calm : config_.poll_fast;
  poll_at_ = now + planned_;
}

void ownership_machine::observe(const std::vector<node_row>& nodes, steady_time now) {
  auto others = nodes;
  std::erase_if(others, [this](const node_row& row) { return row.who == config_.self; });
  silence_.observe(others, planned_, now);
  planned_ = config_.poll_fast;
  poll_at_ = now + planned_;
  if (enrolled_) return;
  for (const auto& row : others) // a hung process keeps the lock of our node id
    if (row.who.node == config_.self.node && !row.left && silence_.dead(row.who, now))
      to_terminate_ = row.who;
}

void ownership_machine::on(const seen::poll_failed&, steady_time now) {
  busy_ = false;
  poll_at_ = now + config_.retry;
}

void ownership_machine::drop_what_moved(const std::vector<partition_row>& rows) {
  for (const auto& row : rows) {
    auto mine = held_.find(row.id);
    // A larger epoch with our name was raised by ourselves: the answer is on its way.
    if (mine != held_.end() && (row.owner != config_.self || row.at < mine->second)) forget(row.id);
    auto job = releasing_.find(row.id);
    if (job != releasing_.end() && row.owner != config_.self) releasing_.erase(job);
  }
}

void ownership_machine::forget(partition_id id) {
  moving_.erase(id);
  if (held_.erase(id) > 0) say(order::drop{id});
}

// --- losing and giving back ------------------------------------------------------------------

void ownership_machine::on(const seen::lost& event, steady_time now) {
  auto mine = held_.find(event.id);
  if (mine == held_.end() || mine->second > event.at) return; // it speaks of an earlier life
  forget(event.id);
  poll_at_ = std::min(poll_at_, now);
}

void ownership_machine::on(const seen::bumped& event, steady_time now) {
  for (const auto& [id, at] : event.kept)
    if (auto mine = held_.find(id); mine != held_.end()) mine->second = std::max(mine->second, at);
  for (auto id : event.lost)
    forget(id);
  if (!event.lost.empty()) poll_at_ = std::min(poll_at_, now);
}

void ownership_machine::on(const seen::release_wanted& event, steady_time now) {
  auto mine = held_.find(event.id);
  if (mine == held_.end()) return;
  auto moving = moving_.extract(event.id);
  auto target = moving.empty() ? std::string{} : moving.mapped();
  // The owner may have taken its time to finish: whoever was meant then may be gone.
  auto planned = target_of(event.id);
  if (phase_ == phase::stopping || !(planned.empty() || target.empty())) target = planned;
  releasing_[event.id] = {mine->second, event.cursors, std::move(target)};
  held_.erase(mine);
  given_away_.insert(event.id);
  release_at_ = std::min(release_at_, now);
}

void ownership_machine::on(const seen::released& event, steady_time now) {
  busy_ = false;
  release_at_ = event.done || event.blocked ? now : now + config_.retry;
  release_blocked_ = event.blocked;
  if (!event.done) return;
  auto job = releasing_.extract(event.id);
  if (!job.empty() && !job.mapped().target.empty()) say(order::notify{job.mapped().target});
}

void ownership_machine::on(const seen::unreachable& event, steady_time now) {
  silence_.unreachable(event.who, now);
  poll_at_ = std::min(poll_at_, now);
}

/// One that has only just come up says so, too: no reason to look.
void ownership_machine::on(const seen::serves_nothing& event, steady_time now) {
  silence_.serves_nothing(event.who, now);
  if (silence_.stands_still(event.who)) poll_at_ = std::min(poll_at_, now);
}

void ownership_machine::on(const seen::nudge&, steady_time now) {
  poll_at_ = std::min(poll_at_, now);
}

void ownership_machine::on(const seen::stop& event, steady_time now) {
  if (phase_ == phase::stopping) return;
  phase_ = phase::stopping;
  stop_at_ = event.deadline;
  claims_.clear();
  if (event.deadline <= now) return; // no time for that
  // Each goes to whom the last plan would give it without us.
  std::set<std::string> others;
  std::map<partition_id, std::string> owners;
  for (const auto& [id, node] : plan_) {
    owners[id] = held_.contains(id) ? std::string{} : node;
    if (node != config_.self.node) others.insert(node);
  }
  plan_ = place(others, owners);
  for (const auto& [id, at] : held_)
    say(order::hand_over{id});
}

void ownership_machine::on(const seen::left&, steady_time) {
  busy_ = false;
  while (!held_.empty())
    forget(held_.begin()->first);
  set_serving(false);
  say(order::over{});
  phase_ = phase::ended;
}

} // namespace recado::cluster
