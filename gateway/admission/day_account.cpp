#include "gateway/admission/day_account.hpp"

#include <algorithm>
#include <utility>

namespace recado::admission {
namespace {

enum class fate : std::uint8_t { spent, returned, unsure };

bool unknown_end(ec code) {
  switch (code) {
  case ec::outcome_unknown:
  case ec::request_timeout:
  case ec::internal:
  case ec::moved:
  case ec::out_of_order:
  case ec::abandoned:
    return true;
  default:
    return false;
  }
}

/// A try that was charged before may have been accepted then: only a decision says that it was not.
fate fate_of(const charge& what, const reply& said) {
  if (said.ok()) return said.replayed && !what.again ? fate::returned : fate::spent;
  if (unknown_end(said.code)) return fate::unsure;
  if (!what.again) return fate::returned;
  if (said.code == ec::idempotency_mismatch) return fate::spent;
  return info_of(said.code).status < 500 ? fate::returned : fate::unsure;
}

} // namespace

utc_day day_of(wall_time at) {
  return std::chrono::floor<std::chrono::days>(at);
}

std::chrono::seconds until_midnight(wall_time at) {
  return std::chrono::ceil<std::chrono::seconds>(day_of(at) + std::chrono::days{1} - at);
}

void day_account::turn_to(utc_day today) {
  if (today == day_) return;
  day_ = today;
  unspent_ = 0;
  taken_.reset();
  unsure_.clear();
}

std::optional<charge> day_account::take(const message_id& message, utc_day today) {
  turn_to(today);
  if (unsure_.erase(message) > 0) return charge{today, true};
  if (unspent_ == 0) return std::nullopt;
  --unspent_;
  return charge{today};
}

void day_account::add(utc_day of, const quota_service::portion& got, utc_day today) {
  turn_to(today);
  if (of != today) return;
  unspent_ += got.granted;
  taken_ = got.taken;
}

void day_account::settle(const message_id& message, const charge& what, const reply& said) {
  if (what.day != day_) return;
  auto end = fate_of(what, said);
  if (end == fate::returned) ++unspent_;
  if (end == fate::unsure && unsure_.size() < unsure_max) unsure_.insert(message);
}

std::int64_t day_account::give_back(utc_day today) {
  turn_to(today);
  if (taken_) *taken_ -= unspent_;
  return std::exchange(unspent_, 0);
}

std::optional<std::int64_t> day_account::remaining(utc_day today) const {
  if (today != day_ || !taken_) return std::nullopt;
  return unspent_ + std::max<std::int64_t>(0, quota_ - *taken_);
}

} // namespace recado::admission
