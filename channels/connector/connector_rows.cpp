/// The rows that a connector holds: their order, and what they wait for.
#include <algorithm>

#include "channels/connector/connector_core.hpp"

namespace recado::channels {
// ---------------------------------------------------------------- in and out

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
