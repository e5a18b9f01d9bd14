#pragma once
/// Three queues, one exit: express goes first, and bulk still goes.
#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "schemas/partition.hpp"

namespace recado::policy {

struct lane_weights {
  std::array<std::uint32_t, lanes> of{16, 4, 1}; ///< express, standard, bulk; each >= 1
};

/// In rounds: each lane may give as many items as its weight, higher lanes first; a new round
/// begins when no lane that has items may give any more.
///
/// Bound on starvation: while a lane has items, no more than wait_max(lane) items of other lanes
/// leave between two of its own; with 16/4/1 that is 5 for express, 33 for standard, 40 for bulk.
/// (Behind a lane's spent turn: the others' whole turns of this round, then the higher lanes' of
/// the next.) While all lanes have items, every round gives each its weight exactly.
///
/// FIFO within a lane; at most `capacity` items in each.
template <class Item>
class weighted_lanes {
public:
  explicit weighted_lanes(std::size_t capacity, lane_weights weights = {})
    : capacity_(capacity),
      weights_(weights),
      turns_(weights.of) {}

  /// False, and the item untouched, if the lane is full.
  bool push(lane where, Item&& item) {
    auto& queue = queue_of(where);
    if (queue.size() >= capacity_) return false;
    queue.push_back(std::move(item));
    return true;
  }

  /// What pop() would give; nullptr if there is nothing.
  Item* peek() {
    auto chosen = choose();
    return chosen ? &queues_[*chosen].front() : nullptr;
  }

  std::optional<Item> pop() {
    auto chosen = choose();
    if (!chosen) return std::nullopt;
    --turns_[*chosen];
    auto& queue = queues_[*chosen];
    std::optional<Item> out{std::move(queue.front())};
    queue.pop_front();
    return out;
  }

  /// Takes out what the predicate wants; returns how many. O(size).
  template <class Predicate>
  std::size_t erase_if(Predicate wanted) {
    std::size_t erased = 0;
    for (auto& queue : queues_)
      erased += std::erase_if(queue, wanted);
    return erased;
  }

  std::size_t size(lane where) const { return queues_[static_cast<std::size_t>(where)].size(); }
  std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& queue : queues_)
      sum += queue.size();
    return sum;
  }
  bool empty() const { return size() == 0; }

  std::uint64_t wait_max(lane where) const {
    std::uint64_t others = 0;
    std::uint64_t higher = 0;
    for (std::size_t i = 0; i < lanes; ++i) {
      if (i == static_cast<std::size_t>(where)) continue;
      others += weights_.of[i];
      if (i < static_cast<std::size_t>(where)) higher += weights_.of[i];
    }
    return others + higher;
  }

private:
  std::deque<Item>& queue_of(lane where) { return queues_[static_cast<std::size_t>(where)]; }

  std::optional<std::size_t> choose() {
    if (empty()) return std::nullopt;
    for (;; turns_ = weights_.of)
      for (std::size_t i = 0; i < lanes; ++i)
        if (!queues_[i].empty() && turns_[i] > 0) return i;
  }

  std::size_t capacity_;
  lane_weights weights_;
  std::array<std::uint32_t, lanes> turns_; ///< what each lane may still give in this round
  std::array<std::deque<Item>, lanes> queues_;
};

} // namespace recado::policy
