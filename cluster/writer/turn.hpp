#pragma once
/// The writer's turn (design: decide late, commit in groups) as a state machine. Pure: it knows
/// items by number and partition only; reading, deciding and committing are done by its host, who
/// reports back. One turn handles one closed batch until every item of it is settled, parked or
/// dropped with its partition.
///
///   begin(items) -> [name ->] read -> decide -> commit -> settle
///                    ^                  |
///                    +--- again --------+   unique violation, transient error, unknown outcome
///
/// A batch that fails because of one of its commands is cut in halves until the command is alone
/// and is parked: bisecting splits commands, never effects, and keeps their order.
#include "schemas/partition.hpp"
#include "schemas/time.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace recado::cluster {

using item_number = std::uint64_t;

struct turn_item {
  item_number number = 0;
  partition_id part = 0;
  bool operator==(const turn_item&) const = default;
};

/// How a commit (or a pre-read) ended.
enum class outcome : std::uint8_t {
  done,
  fenced,    ///< some partitions have another owner now: `lost`
  duplicate, ///< 23505: a caller's id was committed meanwhile; read and decide again
  poison,    ///< one of the commands can never be committed
  transient, ///< everything else: nothing was committed, the same batch may succeed later
  unknown    ///< the connection was lost after COMMIT was sent
};

struct turn_config {
  std::chrono::milliseconds backoff_first{20};
  std::chrono::milliseconds backoff_max{2000};
  int duplicates_before_split = 2; ///< the same id twice in one batch never succeeds unsplit
};

class turn {
public:
  enum class step : std::uint8_t {
    idle,
    name,   ///< write down that `items` are begun: they are suspected of killing their owners
    read,   ///< pre-read facts for `items`
    decide, ///< let the conversations decide `items`
    commit, ///< fence + rows + COMMIT of what was decided for `items`
    settle, ///< `items` are committed: adopt, answer, tell
    park,   ///< `items` (exactly one) cannot be applied: `why`
    wait,   ///< nothing before `until`, then report waited()
    resolve ///< raise the epochs of the partitions of `items`, then report resolved()
  };
  struct order {
    step what = step::idle;
    std::vector<turn_item> items;
    std::string why;
    steady_time until{};
  };

  explicit turn(turn_config config = {}) : config_(config) {}

  bool idle() const noexcept { return segments_.empty(); }
  /// Starts a batch. Precondition: idle(), items not empty. `named`: nothing of it before it is
  /// written down.
  order begin(std::vector<turn_item> items, bool named = false);

  order name_done(outcome how, const std::vector<partition_id>& lost, steady_time now);
  /// Too many owners died over one of these items: it is poison, found by halving.
  order condemn(std::string why);

  order read_done(outcome how, steady_time now);
  order decide_done();
  /// The handler of these items threw: they are poison unless a smaller batch proves otherwise.
  order decide_failed(std::string why);
  order commit_done(outcome how, const std::vector<partition_id>& lost, std::string why,
                    steady_time now);
  order settled();
  order parked();
  order waited();
  /// Every epoch of the doubtful batch was raised; `lost` are no longer ours.
  order resolved(const std::vector<partition_id>& lost);
  /// A partition was given up or lost while the batch is under way; takes effect at the next
  /// report.
  void drop(partition_id part);
  /// What of this partition is in the turn, in order: of the segment under way and of those behind
  /// it. All that is what drop() would take out.
  std::vector<item_number> items_of(partition_id part) const;

  /// Consecutive transient failures: above zero, callers are told 503.
  int failures() const noexcept { return failures_; }

private:
  step start() const noexcept { return named_ ? step::name : step::read; }
  order go(step what);
  order next_segment();
  order go_on();
  order again_after_backoff(steady_time now);
  order split_or_park(std::string why);
  bool forget(const std::vector<partition_id>& lost);

  turn_config config_;
  std::deque<std::vector<turn_item>> segments_; ///< front: the one under way, in order
  std::vector<partition_id> dropped_;
  bool named_ = false; ///< whatever is begun again is named again, under the epoch of then
  int failures_ = 0;
  int duplicates_ = 0;
};

} // namespace recado::cluster
