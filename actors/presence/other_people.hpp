#pragma once
/// The people of one other gateway, as far as it was heard: a copy that repairs itself. Pure.
///
/// Deltas keep the copy fresh. One that was lost shows by the numbers, or at the latest by the next
/// digest; then all is read again, page by page. Every word carries the number of the delta that it
/// is as new as, and an older one never replaces a newer one.
#include "actors/presence/people.hpp"

#include <functional>
#include <optional>

namespace recado::presence {

class other_people {
public:
  /// Called for every word that is new here; whoever hears it compares and merges.
  using on_word = std::function<void(const stance&)>;
  struct limits {
    std::size_t people_max = 500'000; ///< of one gateway; those above are not known here
  };
  explicit other_people(limits with) : limits_(with) {}

  void take(const delta& what, const on_word& tell);
  void take(const digest& what);
  /// The answer to request(); nothing: there was none.
  void take(const std::optional<page_of_people>& got, wall_time now, const on_word& tell);
  /// What to ask this gateway for now, if anything; asked once.
  std::optional<page_request> request();
  /// All of them are gone.
  void forget(wall_time now, const on_word& tell);
  /// Forgets those who have been gone since before that.
  void sweep(wall_time gone_before);

  /// Nothing: never heard of, or long gone. Offline: gone a moment ago.
  std::optional<stance> of(const person& who) const;
  std::size_t size() const noexcept { return words_.size(); }

private:
  struct word {
    presence_status now = presence_status::offline;
    wall_time at{};
    std::uint64_t number = 0; ///< as new as this delta
  };
  void hear(const stance& what, std::uint64_t number, const on_word& tell);
  void leave_out(const page_of_people& got, wall_time now, const on_word& tell);
  void count(const person& who, presence_status now, bool in);

  limits limits_;
  std::map<person, word> words_;
  std::uint64_t number_ = 0; ///< of the last delta: all up to it were heard, or are being read
  std::uint64_t count_ = 0, sum_ = 0;
  bool reading_ = false, asked_ = false;
  std::optional<person> after_; ///< where the next page begins
};

} // namespace recado::presence
