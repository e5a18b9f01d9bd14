/// The rows that a connector holds: their order, their waits, and the window onto the database.
#include <algorithm>

#include "channels/connector/connector_core.hpp"

namespace recado::channels {
namespace {

/// A row that waits longer than this may be left to the database when others need its place.
constexpr std::chrono::seconds long_wait{30};
/// More than can end while a window is on its way.
constexpr std::size_t ends_max = 4'096;

} // namespace

// ---------------------------------------------------------------- in and out

connector_core::actions connector_core::start(instant now) {
  pump(now);
  return take();
}

connector_core::actions connector_core::offered(const open_delivery_ptr& fresh, instant now) {
  auto known = entries_.find(fresh->id);
  if (known != entries_.end() && !known->second.dropped) return {};
  bool whole = complete_.contains(fresh->part) && known == entries_.end();
  // Behind a row that was refused, or may lie in the database, none may overtake.
  if (whole && !holds_rows_back())
    insert(fresh, now);
  else
    miss(fresh->part, now);
  pump(now);
  return take();
}

connector_core::actions connector_core::loaded(std::span<const open_delivery_ptr> rows,
                                               std::span<const partition_id> complete,
                                               steady_time as_of, instant now) {
  asked_ = false;
  if (as_of == steady_time{}) as_of = asked_at_;
  auto held_before = entries_.size();
  std::set<partition_id> whole{complete.begin(), complete.end()};
  gaps left;
  for (const auto& row : rows) {
    take_row(row, as_of, left, now);
    if (!whole.contains(row->part)) left.parts.insert(row->part);
  }
  for (auto part : whole) {
    auto refused = missed_.find(part);
    bool newer = refused != missed_.end() && refused->second >= as_of;
    if (left.parts.contains(part) || newer) continue;
    if (refused != missed_.end()) missed_.erase(refused);
    complete_.insert(part);
  }
  for (auto part : left.parts)
    complete_.erase(part);
  backlog_ = !left.parts.empty() || !missed_.empty();
  bool grew = entries_.size() > held_before;
  ask_again_ = now.steady + (grew ? std::chrono::nanoseconds{0} : config_.window_pause);
  pump(now);
  return take();
}

void connector_core::take_row(const open_delivery_ptr& row, steady_time as_of, gaps& left,
                              instant now) {
  auto known = entries_.find(row->id);
  if (known != entries_.end()) {
    if (known->second.dropped) left.parts.insert(row->part); // until its last try has ended
    return;
  }
  if (ended_since(row->id, as_of)) return; // it was still open when the window was read
  if (holds_rows_back()) make_room(left, now);
  auto key = key_of(*row);
  if (!holds_rows_back() && !(config_.ordered && left.keys.contains(key))) return insert(row, now);
  left.parts.insert(row->part);
  left.keys.insert(std::move(key));
}

void connector_core::miss(partition_id part, instant now) {
  complete_.erase(part);
  missed_[part] = now.steady;
  if (!std::exchange(backlog_, true)) ask_again_ = now.steady;
}

void connector_core::remember_end(const uuid& id, instant now) {
  if (!ended_.insert_or_assign(id, now.steady).second) return;
  ended_order_.push_back(id);
  if (ended_order_.size() <= ends_max) return;
  ended_.erase(ended_order_.front());
  ended_order_.pop_front();
}

bool connector_core::ended_since(const uuid& id, steady_time as_of) const {
  auto found = ended_.find(id);
  return found != ended_.end() && found->second >= as_of;
}

void connector_core::ask(instant now) {
  asked_ = true;
  asked_at_ = now.steady;
  ask_again_ = now.steady + config_.window_timeout;
  out_.push_back(load_more{});
}

/// Is there room for rows that could go at once? Those that wait for their next try give way, and
/// with them those behind them.
bool connector_core::wants_rows() const {
  if (!backlog_ || paused_) return false;
  auto enough = config_.rows_max / 2;
  if (entries_.size() <= enough) return true;
  auto waits = [this](const uuid& id) { return entries_.at(id).at == stage::waiting; };
  std::size_t idle = 0;
  for (const auto& [key, queue] : order_)
    if (waits(queue.front())) idle += queue.size();
  for (const auto& [id, one] : entries_)
    if (!config_.ordered && one.at == stage::waiting) ++idle;
  return entries_.size() - idle <= enough;
}

/// Lets go of the row that waits longest, with those behind it, for one that could go now.
void connector_core::make_room(gaps& left, instant now) {
  for (auto at = wakes_.rbegin(); at != wakes_.rend(); ++at) {
    const auto& one = entries_.at(at->second);
    if (one.at != stage::waiting || one.due - now.wall < long_wait) continue;
    auto key = key_of(*one.what);
    std::deque<uuid> all{one.what->id};
    left.parts.insert(one.what->part);
    if (config_.ordered) all = order_.extract(key).mapped();
    left.keys.insert(std::move(key));
    for (const auto& id : all) {
      set_wake(entries_.at(id), std::nullopt);
      entries_.erase(id);
    }
    return;
  }
}

connector_core::actions connector_core::dropped(partition_id part, instant now) {
  complete_.erase(part);
  missed_.erase(part);
  std::vector<uuid> idle;
  for (auto& [id, one] : entries_) {
    if (one.what->part != part) continue;
    one.dropped = true;
    if (one.at <= stage::ready) idle.push_back(id);
  }
  for (const auto& id : idle) {
    leave_lane(id);
    set_wake(entries_.at(id), std::nullopt);
    auto what = entries_.at(id).what;
    entries_.erase(id);
    if (!config_.ordered) continue;
    auto queue = order_.find(key_of(*what)); // all of a conversation are of one partition
    std::erase(queue->second, id);
    if (queue->second.empty()) order_.erase(queue);
  }
  pump(now);
  return take();
}

void connector_core::insert(const open_delivery_ptr& what, instant now) {
  entry one;
  one.what = what;
  one.attempts = what->attempts;
  one.first_try = what->first_try_at;
  if (!one.first_try && what->attempts > 0) one.first_try = what->created_at;
  one.due = what->due;
  one.doubt = what->unknown;
  entries_.emplace(what->id, std::move(one));
  if (config_.ordered) enqueue(*what);
  advance(what->id, now);
}

/// In order of seq, but never before one that is under way.
void connector_core::enqueue(const open_delivery& what) {
  auto& queue = order_[key_of(what)];
  auto at = queue.end();
  while (at != queue.begin()) {
    const auto& before = entries_.at(*std::prev(at));
    if (before.what->seq <= what.seq || before.at >= stage::beginning) break;
    --at;
  }
  bool first = at == queue.begin() && !queue.empty();
  at = queue.insert(at, what.id);
  if (!first) return;
  // The one that was first so far waits behind it.
  auto& second = entries_.at(*std::next(at));
  leave_lane(second.what->id);
  second.at = stage::held;
}

void connector_core::forget(const uuid& id, instant now) {
  auto& one = entries_.at(id);
  remember_end(id, now);
  free_slot(one);
  set_wake(one, std::nullopt);
  calls_.erase(one.ticket);
  auto what = one.what;
  if (one.at == stage::ready) leave_lane(id);
  entries_.erase(id);
  unlink(*what, now);
}

void connector_core::unlink(const open_delivery& what, instant now) {
  if (!config_.ordered) return;
  auto queue = order_.find(key_of(what));
  if (queue == order_.end()) return;
  bool was_first = queue->second.front() == what.id;
  std::erase(queue->second, what.id);
  if (queue->second.empty())
    order_.erase(queue);
  else if (was_first)
    advance(uuid{queue->second.front()}, now);
}

// ---------------------------------------------------------------- what a row waits for

/// Puts a row that is not under way where it belongs now.
void connector_core::advance(const uuid& id, instant now) {
  auto& one = entries_.at(id);
  if (one.at >= stage::beginning) return;
  if (expired(one, now)) return expire_now(id, now);
  if (config_.ordered) {
    const auto& queue = order_.at(key_of(*one.what));
    if (queue.front() != id) {
      one.at = stage::held;
      plan_wake(one, now);
      auto& first = entries_.at(queue.front());
      if (first.at == stage::ready && one.what->priority < first.in) {
        leave_lane(first.what->id); // it goes sooner, for the sake of this one
        ready(first, now);
      }
      return;
    }
  }
  if (closed_) return fail_for_good(one, now);
  if (one.doubt) return record_doubt(one, now);
  if (one.due > now.wall) {
    one.at = stage::waiting;
    return plan_wake(one, now);
  }
  ready(one, now);
}

void connector_core::ready(entry& one, instant now) {
  one.at = stage::ready;
  one.in = lane_of(one);
  plan_wake(one, now);
  lanes_.push(one.in, uuid{one.what->id}); // has room: no more rows than rows_max
}

/// The most urgent of those that wait behind it, so that express does not wait for bulk.
lane connector_core::lane_of(const entry& one) const {
  auto out = one.what->priority;
  if (!config_.ordered) return out;
  for (const auto& id : order_.at(key_of(*one.what)))
    out = std::min(out, entries_.at(id).what->priority);
  return out;
}

void connector_core::leave_lane(const uuid& id) {
  if (entries_.at(id).at == stage::ready)
    lanes_.erase_if([&](const uuid& each) { return each == id; });
}

bool connector_core::expired(const entry& one, instant now) const {
  return one.what->expires_at && *one.what->expires_at <= now.wall;
}

void connector_core::expire_now(const uuid& id, instant now) {
  out_.push_back(expire{entries_.at(id).what});
  forget(id, now);
}

/// The owner before us died during a try. That is an end like any other: recorded, then repeated
/// with backoff, or final if it may be sent only once.
void connector_core::record_doubt(entry& one, instant now) {
  one.doubt = false;
  verdict said;
  said.what = outcome_class::unknown;
  attempt_outcome outcome;
  outcome.attempt = one.attempts;
  outcome.what = outcome_class::unknown;
  outcome.detail = "its sender ended during the try; nobody knows whether it was taken";
  outcome.at = now.wall;
  plan_next(one, said, outcome, now);
  settle_with(one, std::move(outcome));
  plan_wake(one, now);
}

// ---------------------------------------------------------------- timers

steady_time connector_core::steady_of(wall_time at, instant now) {
  return now.steady +
         std::max<std::chrono::nanoseconds>(at - now.wall, std::chrono::nanoseconds{0});
}

void connector_core::set_wake(entry& one, std::optional<steady_time> at) {
  if (one.wake) wakes_.erase({*one.wake, one.what->id});
  one.wake = at;
  if (at) wakes_.emplace(*at, one.what->id);
}

void connector_core::plan_wake(entry& one, instant now) {
  std::optional<steady_time> at;
  switch (one.at) {
  case stage::waiting:
    at = steady_of(one.due, now);
    [[fallthrough]];
  case stage::held:
  case stage::ready:
    if (one.what->expires_at) {
      auto end = steady_of(*one.what->expires_at, now);
      at = at ? std::min(*at, end) : end;
    }
    break;
  case stage::beginning:
  case stage::settling:
    at = now.steady + config_.ledger_timeout;
    break;
  case stage::sending: // the transport answers within its own time-outs
    break;
  }
  set_wake(one, at);
}

void connector_core::wake(const uuid& id, instant now) {
  auto& one = entries_.at(id);
  set_wake(one, std::nullopt);
  switch (one.at) {
  case stage::beginning:
  case stage::settling: // the ledger is silent: what is true stands in the database
    report(one, provider_health::unsaid, now);
    miss(one.what->part, now);
    return forget(id, now);
  case stage::waiting:
    return advance(id, now);
  case stage::held:
  case stage::ready:
    if (expired(one, now)) return expire_now(id, now);
    return plan_wake(one, now);
  case stage::sending:
    return;
  }
}

connector_core::actions connector_core::woke(instant now) {
  while (!wakes_.empty() && wakes_.begin()->first <= now.steady)
    wake(uuid{wakes_.begin()->second}, now);
  if (asked_ && ask_again_ <= now.steady) asked_ = false;
  pump(now);
  return take();
}

std::optional<steady_time> connector_core::wake_at(instant now) {
  std::optional<steady_time> at;
  auto earliest = [&](steady_time other) { at = at ? std::min(*at, other) : other; };
  if (!wakes_.empty()) earliest(wakes_.begin()->first);
  if (may_begin()) earliest(std::max(bucket_.ready_at(), breaker_.retry_at(now.steady)));
  if (asked_ || wants_rows()) earliest(ask_again_);
  return at;
}

} // namespace recado::channels
