#include "runtime/actor/credit.hpp"

#include <algorithm>

namespace recado::actor {

credit::credit(std::size_t capacity, wake_up on_return)
  : capacity_(std::max<std::size_t>(capacity, 1)),
    on_return_(std::move(on_return)) {}

std::shared_ptr<credit> credit::make(std::size_t capacity, wake_up on_return) {
  return std::make_shared<credit>(capacity, std::move(on_return));
}

std::optional<credit_token> credit::try_take(std::size_t amount) {
  amount = std::min(amount, capacity_);
  if (!take(amount)) {
    // Announce the wait, then look again: a give() in between saw no one waiting. If the second
    // look succeeds the announcement stays, for whoever else waits: one wake-up too many is fine.
    wanted_.store(std::max<std::size_t>(amount, 1));
    if (!take(amount)) return std::nullopt;
  }
  return credit_token{std::make_shared<const credit_token::lease>(shared_from_this(), amount)};
}

bool credit::take(std::size_t amount) noexcept {
  auto taken = taken_.load();
  do {
    if (taken + amount > capacity_) return false;
  } while (!taken_.compare_exchange_weak(taken, taken + amount));
  return true;
}

bool credit::enough_for(std::size_t wanted) const noexcept {
  return taken_.load() <= std::min(capacity_ / 2, capacity_ - wanted);
}

void credit::give(std::size_t amount) noexcept {
  taken_.fetch_sub(amount);
  auto wanted = wanted_.load();
  if (wanted == 0 || !enough_for(wanted) || wanted_.exchange(0) == 0) return;
  std::lock_guard lock{mutex_};
  if (on_return_) on_return_();
}

void credit::silence() {
  std::lock_guard lock{mutex_};
  on_return_ = {};
}

} // namespace recado::actor
