#pragma once
/// Remembers what became of the latest keys: the second time gets the first outcome.
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>

#include "schemas/time.hpp"

namespace recado::policy {

struct dedupe_config {
  std::size_t entries_max = 100'000;                           ///< beyond, the oldest is forgotten
  std::chrono::nanoseconds age_max = std::chrono::minutes{20}; ///< since it was first seen
};

/// All operations O(1), forgetting included. A key's age counts from its first sight: seeing it
/// again or setting its outcome does not make it younger.
template <class Key, class Outcome, class Hash = std::hash<Key>>
class dedupe_window {
public:
  explicit dedupe_window(dedupe_config config = {}) : config_(config) {}

  /// The outcome stored under the key, or nullptr after storing this one as new.
  Outcome* see(const Key& key, Outcome outcome, steady_time now) {
    if (auto* known = find(key, now)) return known;
    if (config_.entries_max == 0) return nullptr;
    if (index_.size() >= config_.entries_max) forget_oldest();
    order_.push_back({key, std::move(outcome), now});
    index_.emplace(key, std::prev(order_.end()));
    return nullptr;
  }

  /// The outcome, which may be changed in place; nullptr if the key is unknown or too old.
  Outcome* find(const Key& key, steady_time now) {
    forget_old(now);
    auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->outcome;
  }

  /// As if it had never been seen.
  bool erase(const Key& key) {
    auto found = index_.find(key);
    if (found == index_.end()) return false;
    order_.erase(found->second);
    index_.erase(found);
    return true;
  }

  void forget_old(steady_time now) {
    while (!order_.empty() && now - order_.front().seen >= config_.age_max)
      forget_oldest();
  }

  std::size_t size() const noexcept { return index_.size(); }

private:
  struct entry {
    Key key;
    Outcome outcome;
    steady_time seen;
  };
  void forget_oldest() {
    index_.erase(order_.front().key);
    order_.pop_front();
  }

  dedupe_config config_;
  std::list<entry> order_; ///< oldest first
  std::unordered_map<Key, typename std::list<entry>::iterator, Hash> index_;
};

} // namespace recado::policy
