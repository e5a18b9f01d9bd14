#pragma once
/// What waits for the writer's turn, and how a batch is closed from it. Pure.
///
/// Within a partition the inbox goes first: while rows of it are undecided, stream and direct
/// commands of that partition wait. Between priorities the lanes are weighted.
#include "actors/writer/protocol.hpp"
#include "runtime/policy/weighted_lanes.hpp"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

namespace recado {

struct gather_limits {
  std::size_t commands_max = 1000;
  std::size_t bytes_max = 8u << 20;
  std::size_t queue_max = 200'000; ///< never reached: credit is smaller
};

class gather {
public:
  explicit gather(gather_limits limits = {});

  /// Commands of an earlier time here are none of the owner that begins now: to it they come anew.
  void take(partition_id part, epoch owned);
  void leave(partition_id part);
  void enqueue(work command);
  /// Rows of the inbox, ascending (part, id); those that wait or are in the batch already are
  /// skipped. True if any is new: then the partition's other commands wait.
  bool enqueue_inbox(const std::vector<undecided_ptr>& rows);
  /// The pre-read found no further row of this partition's inbox.
  void inbox_empty(partition_id part);
  bool inbox_busy(partition_id part) const { return inbox_busy_.contains(part); }
  /// Whose other commands wait: only who looks into these inboxes again can let them go.
  const std::set<partition_id>& busy_inboxes() const noexcept { return inbox_busy_; }

  /// Closes a batch: at most the limits, commands of held partitions only, in order. `alone`: it
  /// may be one command of a partition that goes one at a time; such batches take turns with
  /// others.
  std::vector<work> close(bool alone = true);
  /// Part of a closed batch comes back undecided, to the front.
  void put_back(std::vector<work> commands);
  /// The inbox row ended.
  void inbox_done(partition_id part, std::int64_t id) { known_rows_.erase({part, id}); }
  /// Every batch with a command of this partition has this one alone.
  void one_at_a_time(partition_id part, bool yes) {
    yes ? void(sole_.insert(part)) : void(sole_.erase(part));
  }
  /// Some partition goes one at a time.
  bool any_alone() const noexcept { return !sole_.empty(); }
  bool alone(partition_id part) const { return sole_.contains(part); }
  /// From now on every waiting command of the partition counts as cold.
  void all_cold(partition_id part);

  bool empty() const noexcept;
  std::size_t size() const noexcept;

private:
  struct waiting {
    work command;
    std::uint64_t serial = 0; ///< order of arrival
  };
  struct closing {
    std::vector<work> batch;
    std::size_t bytes = 0;
    bool alone = true; ///< its one command may be one that goes alone
    bool sole = false; ///< and is
  };
  bool fits(const closing& to, const waiting& next) const {
    if (full(to)) return false;
    return !alone(next.command.item->part) || (to.alone && to.batch.empty());
  }
  closing collect(bool alone);
  bool full(const closing& to) const;
  void add(closing& to, waiting next) const;
  void close_inbox(closing& to);
  void close_deferred(closing& to);
  void close_lanes(closing& to);
  bool held(const undecided& item) const {
    auto found = held_.find(item.part);
    return found != held_.end() && found->second == item.owned;
  }

  gather_limits limits_;
  std::map<partition_id, epoch> held_;
  std::set<partition_id> inbox_busy_;
  std::set<partition_id> sole_;
  bool was_sole_ = false; ///< the last batch
  std::set<std::pair<partition_id, std::int64_t>> known_rows_;
  std::unordered_map<partition_id, std::uint64_t> cold_before_; ///< serials that count as cold
  std::uint64_t next_serial_ = 0;
  std::deque<waiting> inbox_;
  std::deque<waiting> deferred_; ///< older than what is in the lanes
  policy::weighted_lanes<waiting> lanes_;
};

} // namespace recado
