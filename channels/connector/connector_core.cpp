#include "channels/connector/connector_core.hpp"

#include <algorithm>
#include <cmath>

namespace recado::channels {
namespace {

policy::token_bucket_config bucket_of(const pacing& pace, double share) {
  auto burst = std::ceil(static_cast<double>(pace.burst) * share);
  return {pace.per_second * share, static_cast<std::uint32_t>(std::max(burst, 1.0))};
}

} // namespace

connector_core::connector_core(connector_config config)
  : config_(std::move(config)),
    bucket_(bucket_of(config_.pace, config_.pace_share)),
    breaker_(config_.breaker),
    lanes_(config_.rows_max + 1),
    random_(config_.seed) {}

// ---------------------------------------------------------------- tries

connector_core::actions connector_core::begun(std::uint64_t ticket, bool granted, instant now) {
  auto* one = under_way(ticket, stage::beginning);
  if (one == nullptr) return {};
  calls_.erase(ticket);
  // Dropped meanwhile: its new owner will find `sending` and treat it as unknown; do not add to
  // that.
  if (!granted || one->dropped) {
    report(*one, provider_health::unsaid, now);
    forget(one->what->id, now);
    pump(now);
    return take();
  }
  ++one->attempts;
  ++counts_.attempts;
  if (!one->first_try) one->first_try = now.wall;
  one->at = stage::sending;
  one->ticket = ++last_ticket_;
  calls_.emplace(one->ticket, one->what->id);
  set_wake(*one, std::nullopt);
  out_.push_back(send{one->ticket, one->what});
  return take();
}

connector_core::actions connector_core::answered(std::uint64_t ticket, const verdict& said,
                                                 instant now) {
  auto* one = under_way(ticket, stage::sending);
  if (one == nullptr) return {};
  calls_.erase(ticket);
  report(*one, said.health, now);
  attempt_outcome outcome;
  outcome.attempt = one->attempts;
  outcome.what = said.what;
  outcome.provider_id = said.provider_id;
  outcome.provider_code = said.provider_code;
  outcome.detail = said.detail;
  outcome.at = now.wall;
  if (said.what == outcome_class::sent) {
    ++counts_.sent;
  } else {
    ++counts_.failed;
    counts_.last = last_failure{now.wall, said.what, said.provider_code, said.detail};
    plan_next(*one, said, outcome, now);
  }
  settle_with(*one, std::move(outcome));
  plan_wake(*one, now);
  pump(now);
  return take();
}

/// Whether another try follows a failed one, and when.
void connector_core::plan_next(const entry& one, const verdict& said, attempt_outcome& outcome,
                               instant now) {
  using enum outcome_class;
  if (said.what == permanent_recipient || said.what == permanent_message || closed_) return;
  if (said.what == unknown && one.what->at_most_once) return;
  std::optional<policy::duration> asked;
  if (said.retry_after) asked = *said.retry_after;
  if (said.holds_account && asked)
    bucket_.hold(now.steady + std::min(*asked, config_.retry.max_age));
  auto age = now.wall - one.first_try.value_or(now.wall);
  policy::failed_try failed{static_cast<std::uint32_t>(std::max(one.attempts, 1)), age, asked};
  auto wait = policy::next_try(config_.retry, failed, random_);
  if (wait)
    outcome.next_at = now.wall + std::chrono::ceil<std::chrono::microseconds>(*wait);
  else
    outcome.exhausted = true;
}

connector_core::actions connector_core::settled(std::uint64_t ticket, bool kept, instant now) {
  auto* one = under_way(ticket, stage::settling);
  if (one == nullptr) return {};
  calls_.erase(ticket);
  free_slot(*one);
  auto id = one->what->id;
  if (!kept || one->parting || !one->next) {
    forget(id, now);
  } else {
    one->due = *one->next;
    one->at = stage::held;
    advance(id, now);
  }
  pump(now);
  return take();
}

void connector_core::settle_with(entry& one, attempt_outcome outcome) {
  one.next = outcome.next_at;
  one.at = stage::settling;
  one.ticket = ++last_ticket_;
  calls_.emplace(one.ticket, one.what->id);
  out_.push_back(settle{one.ticket, one.what, std::move(outcome)});
}

void connector_core::report(entry& one, provider_health health, instant now) {
  if (!one.permit) return;
  auto permit = *std::exchange(one.permit, std::nullopt);
  switch (health) {
  case provider_health::well:
    return breaker_.succeeded(permit, now.steady);
  case provider_health::ill:
    return breaker_.failed(permit, now.steady);
  case provider_health::unsaid:
    return breaker_.undecided(permit, now.steady);
  }
}

void connector_core::free_slot(entry& one) {
  if (std::exchange(one.in_slot, false)) --in_flight_;
}

connector_core::entry* connector_core::under_way(std::uint64_t ticket, stage at) {
  auto call = calls_.find(ticket);
  if (call == calls_.end()) return nullptr;
  auto& one = entries_.at(call->second);
  return one.at == at ? &one : nullptr;
}

// ---------------------------------------------------------------- what may go now

std::uint32_t connector_core::slots() const {
  auto share = std::ceil(static_cast<double>(config_.pace.max_in_flight) * config_.pace_share);
  return static_cast<std::uint32_t>(std::max(share, 1.0));
}

bool connector_core::may_begin() const {
  return !paused_ && !closed_ && in_flight_ < slots() && !lanes_.empty();
}

void connector_core::pump(instant now) {
  while (may_begin() && bucket_.ready_at() <= now.steady) {
    if (expired(entries_.at(*lanes_.peek()), now)) {
      expire_now(uuid{*lanes_.peek()}, now);
      continue;
    }
    auto permit = breaker_.try_pass(now.steady);
    if (!permit) break;
    bucket_.try_take(now.steady);
    begin_next(*permit, now);
  }
  if (!asked_ && wants_rows() && ask_again_ <= now.steady) ask(now);
}

void connector_core::begin_next(policy::circuit_breaker::permit permit, instant now) {
  auto& one = entries_.at(*lanes_.pop());
  one.at = stage::beginning;
  one.permit = permit;
  one.in_slot = true;
  ++in_flight_;
  one.ticket = ++last_ticket_;
  calls_.emplace(one.ticket, one.what->id);
  plan_wake(one, now);
  out_.push_back(begin{one.ticket, one.what, one.attempts + 1});
}

connector_core::actions connector_core::pause(instant) {
  paused_ = true;
  return take();
}

connector_core::actions connector_core::resume(instant now) {
  paused_ = false;
  pump(now);
  return take();
}

connector_core::actions connector_core::change(const pacing& pace, double share,
                                               const policy::retry_config& retry, instant now) {
  config_.pace = pace;
  config_.pace_share = share;
  config_.retry = retry;
  bucket_.change(bucket_of(pace, share), now.steady);
  pump(now);
  return take();
}

connector_core::actions connector_core::close(std::string why, instant now) {
  closed_ = std::move(why);
  std::vector<uuid> idle;
  for (const auto& [id, one] : entries_)
    if (one.at <= stage::ready) idle.push_back(id);
  for (const auto& id : idle) {
    leave_lane(id);
    fail_for_good(entries_.at(id), now);
  }
  pump(now);
  return take();
}

connector_core::actions connector_core::reopen(instant now) {
  closed_.reset();
  breaker_.reset(now.steady);
  pump(now);
  return take();
}

/// Without a try: the account that would make it does not exist.
void connector_core::fail_for_good(entry& one, instant now) {
  attempt_outcome outcome;
  outcome.attempt = one.attempts;
  outcome.what = outcome_class::config;
  outcome.detail = *closed_;
  outcome.at = now.wall;
  settle_with(one, std::move(outcome));
  plan_wake(one, now);
}

connector_snapshot connector_core::snapshot(instant now) {
  auto out = counts_;
  out.paused = paused_;
  out.breaker = breaker_.at(now.steady);
  if (out.breaker != policy::circuit_breaker::state::closed) {
    auto wait = std::max(breaker_.retry_at(now.steady) - now.steady, std::chrono::nanoseconds{0});
    out.breaker_retry_at = now.wall + std::chrono::ceil<std::chrono::microseconds>(wait);
  }
  out.tokens = bucket_.available(now.steady);
  out.in_flight = in_flight_;
  out.in_flight_max = slots();
  for (std::size_t i = 0; i < lanes; ++i)
    out.ready[i] = static_cast<std::uint32_t>(lanes_.size(static_cast<lane>(i)));
  for (const auto& [id, one] : entries_) {
    if (one.at == stage::waiting) ++out.retrying;
    if (one.at == stage::held) ++out.held;
  }
  out.backlog = backlog_;
  return out;
}

} // namespace recado::channels
