#pragma once
/// What one client may still send on its day (UTC), as one node knows it: a portion that the store
/// granted, spent message by message. Pure; not thread-safe.
#include "actors/service/services.hpp"

#include <optional>
#include <unordered_set>

namespace recado::admission {

using utc_day = std::chrono::sys_days;

utc_day day_of(wall_time at);
/// Whole seconds, at least one.
std::chrono::seconds until_midnight(wall_time at);

/// What a message on its way was charged to.
struct charge {
  utc_day day;
  bool again = false; ///< its earlier try was charged, and nobody knows how that ended
};

class day_account {
public:
  /// Messages whose end is unknown and whose retry is therefore free; of more, a retry may be
  /// charged again.
  static constexpr std::size_t unsure_max = 1'000;

  explicit day_account(std::int64_t quota) : quota_(quota) {}

  /// Charges a message; nothing if the portion is spent. A new day begins with none.
  std::optional<charge> take(const message_id& message, utc_day today);
  /// A portion of a day that is over is void.
  void add(utc_day of, const quota_service::portion& got, utc_day today);
  /// What came of a message: one that was refused, or was there already, is not charged.
  void settle(const message_id& message, const charge& what, const reply& said);

  /// All that is unspent, which is no longer ours.
  std::int64_t give_back(utc_day today);
  /// As the store knew when it was asked last; nothing if it was not asked today.
  std::optional<std::int64_t> remaining(utc_day today) const;
  std::int64_t quota() const { return quota_; }

private:
  void turn_to(utc_day today);

  const std::int64_t quota_;
  utc_day day_{};
  std::int64_t unspent_ = 0;
  std::optional<std::int64_t> taken_; ///< by all nodes
  std::unordered_set<message_id> unsure_;
};

} // namespace recado::admission
