#pragma once
/// Admission with fairness between keys (clients): each may have so much in flight; what is above
/// waits in a queue of its own for a short while, and the queues are served in turn.
#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "schemas/time.hpp"

namespace recado::policy {

/// What an item weighs: a bulk of 1,000 messages counts 1,000.
struct load {
  std::size_t items = 1;
  std::size_t bytes = 0;

  load& operator+=(const load& other) {
    items += other.items;
    bytes += other.bytes;
    return *this;
  }
  load& operator-=(const load& other) {
    assert(items >= other.items && bytes >= other.bytes);
    items -= other.items;
    bytes -= other.bytes;
    return *this;
  }
  bool fits(const load& more, const load& max) const {
    if (items == 0) return true; // larger than the limit: it passes alone
    return items + more.items <= max.items && bytes + more.bytes <= max.bytes;
  }
};

struct fair_queue_config {
  load in_flight_per_key{4096, 16u << 20};
  load in_flight_total{65536, 256u << 20};
  std::size_t waiting_per_key = 1024; ///< entries
  std::size_t waiting_total = 16384;  ///< entries
  std::chrono::nanoseconds wait_max = std::chrono::seconds{1};
};

enum class admission { admitted, waiting, refused };

/// Every operation is O(1) in the number of keys. Keys without work are not remembered. After
/// anything that waits, finishes or expires, the host calls next() until it gives nothing.
template <class Key, class Item, class Hash = std::hash<Key>>
class fair_queue {
public:
  struct entry {
    Key key;
    load weight;
    Item item;
    steady_time deadline;
  };

  explicit fair_queue(fair_queue_config config = {}) : config_(config) {}

  /// admitted: the item stays with the caller, is in flight, and ends with finished().
  /// waiting: it was moved in, and comes back from next() or expired(). refused: it stays with the
  /// caller.
  admission offer(const Key& key, load weight, Item& item, steady_time now) {
    auto& owner = keys_[key];
    if (owner.waiting.empty() && ready_.empty() && fits(owner, weight)) {
      start(owner, weight);
      return admission::admitted;
    }
    if (owner.waiting.size() >= config_.waiting_per_key || all_.size() >= config_.waiting_total) {
      tidy(key);
      return admission::refused;
    }
    all_.push_back({key, weight, std::move(item), now + config_.wait_max});
    owner.waiting.push_back(std::prev(all_.end()));
    line_up(key, owner);
    return admission::waiting;
  }

  /// The work of an admitted item ended.
  void finished(const Key& key, load weight) {
    auto found = keys_.find(key);
    if (found == keys_.end()) return;
    found->second.in_flight -= weight;
    total_ -= weight;
    line_up(key, found->second);
    tidy(key);
  }

  /// The next item that may start; it is in flight from now on. Keys take turns.
  std::optional<entry> next(steady_time now) {
    while (!ready_.empty()) {
      auto key = ready_.front();
      auto& owner = keys_.at(key);
      // Whoever is first in line stays so until there is room: small ones must not overtake for
      // ever.
      if (!owner.waiting.empty() && owner_fits(owner) && !total_fits(owner)) return std::nullopt;
      ready_.pop_front();
      owner.in_line = false;
      if (owner.waiting.empty() || !owner_fits(owner) || owner.waiting.front()->deadline <= now) {
        tidy(key); // what is too old is left to expired()
        continue;
      }
      auto out = take_front(owner);
      start(owner, out.weight);
      line_up(key, owner);
      return out;
    }
    return std::nullopt;
  }

  /// What waited too long; the caller refuses it.
  std::vector<entry> expired(steady_time now) {
    std::vector<entry> out;
    while (!all_.empty() && all_.front().deadline <= now) {
      auto key = all_.front().key;
      auto& owner = keys_.at(key);
      out.push_back(take_front(owner)); // the oldest of all is the oldest of its key
      line_up(key, owner);
      tidy(key);
    }
    return out;
  }

  /// When expired() will have something; nullopt while nothing waits.
  std::optional<steady_time> next_deadline() const {
    if (all_.empty()) return std::nullopt;
    return all_.front().deadline;
  }

  load in_flight(const Key& key) const {
    auto found = keys_.find(key);
    return found == keys_.end() ? load{0, 0} : found->second.in_flight;
  }
  load in_flight() const { return total_; }
  std::size_t waiting() const { return all_.size(); }
  std::size_t keys() const { return keys_.size(); }

private:
  using place = typename std::list<entry>::iterator;
  struct owner_state {
    load in_flight{0, 0};
    std::deque<place> waiting;
    bool in_line = false;
  };

  bool fits(const owner_state& owner, const load& weight) const {
    return owner.in_flight.fits(weight, config_.in_flight_per_key) &&
           total_.fits(weight, config_.in_flight_total);
  }
  bool owner_fits(const owner_state& owner) const {
    return owner.in_flight.fits(owner.waiting.front()->weight, config_.in_flight_per_key);
  }
  bool total_fits(const owner_state& owner) const {
    return total_.fits(owner.waiting.front()->weight, config_.in_flight_total);
  }
  void start(owner_state& owner, const load& weight) {
    owner.in_flight += weight;
    total_ += weight;
  }
  entry take_front(owner_state& owner) {
    auto at = owner.waiting.front();
    owner.waiting.pop_front();
    auto out = std::move(*at);
    all_.erase(at);
    return out;
  }
  /// At the end of the line of keys, if its oldest item may start as far as the key goes.
  void line_up(const Key& key, owner_state& owner) {
    if (owner.in_line || owner.waiting.empty() || !owner_fits(owner)) return;
    owner.in_line = true;
    ready_.push_back(key);
  }
  void tidy(const Key& key) {
    auto found = keys_.find(key);
    if (found == keys_.end()) return;
    const auto& owner = found->second;
    if (owner.in_flight.items == 0 && owner.waiting.empty() && !owner.in_line) keys_.erase(found);
  }

  fair_queue_config config_;
  load total_{0, 0};
  std::list<entry> all_; ///< all that waits, in the order of arrival (and so of deadline)
  std::unordered_map<Key, owner_state, Hash> keys_;
  std::deque<Key> ready_; ///< keys whose oldest item may start, in turn
};

} // namespace recado::policy
