#include "actors/writer/solitude.hpp"

#include <algorithm>

namespace recado {

bool solitude::enter(const std::shared_ptr<visitor>& who) {
  std::lock_guard lock{mutex_};
  auto now = inside_.lock();
  if (now == who) return true;
  if (!now) {
    inside_ = who;
    return true;
  }
  std::erase_if(waiting_, [](const auto& one) { return one.expired(); });
  if (std::ranges::none_of(waiting_, [&](const auto& one) { return one.lock() == who; }))
    waiting_.push_back(who);
  return false;
}

void solitude::leave(const std::shared_ptr<visitor>& who) {
  std::unique_lock lock{mutex_};
  if (inside_.lock() != who) return;
  auto called = next();
  inside_ = called;
  lock.unlock();
  if (called) (*called)();
}

std::shared_ptr<solitude::visitor> solitude::next() {
  while (!waiting_.empty()) {
    auto out = waiting_.front().lock();
    waiting_.pop_front();
    if (out) return out;
  }
  return nullptr;
}

} // namespace recado
