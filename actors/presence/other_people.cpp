#include "actors/presence/other_people.hpp"

#include <algorithm>

namespace recado::presence {

void other_people::count(const person& who, presence_status now, bool in) {
  if (now == presence_status::offline) return;
  in ? ++count_ : --count_;
  auto weight = weight_of(who, now);
  in ? sum_ += weight : sum_ -= weight;
}

void other_people::hear(const stance& what, std::uint64_t number, const on_word& tell) {
  auto found = words_.find(what.who);
  if (found == words_.end()) {
    if (words_.size() >= limits_.people_max) return;
    found = words_.emplace(what.who, word{}).first;
  } else if (found->second.number > number) {
    return;
  }
  auto& known = found->second;
  count(what.who, known.now, false);
  known = {what.now, what.at, number};
  count(what.who, known.now, true);
  tell(what);
}

void other_people::take(const delta& what, const on_word& tell) {
  if (what.number <= number_) return; // came twice, or too late: the reading covers it
  if (what.number > number_ + 1 && !reading_) {
    reading_ = true;
    after_.reset();
  }
  number_ = what.number;
  for (const auto& each : what.changes)
    hear(each, what.number, tell);
}

void other_people::take(const digest& what) {
  if (reading_ || what.number < number_) return; // as of a moment ago
  bool same = what.number == number_ && what.count == count_ && what.sum == sum_;
  bool full = words_.size() >= limits_.people_max; // reading would not help
  if (same || full) return;
  reading_ = true;
  after_.reset();
}

std::optional<page_request> other_people::request() {
  if (!reading_ || asked_) return std::nullopt;
  asked_ = true;
  return page_request{after_};
}

void other_people::take(const std::optional<page_of_people>& got, wall_time now,
                        const on_word& tell) {
  if (!asked_) return;
  asked_ = false;
  if (!got) {
    reading_ = false; // the next digest shows that it is still needed
    return;
  }
  // What happens during the reading comes as deltas; one that is lost shows by its number.
  if (!after_) number_ = std::max(number_, got->number);
  leave_out(*got, now, tell);
  for (const auto& each : got->people)
    hear(each, got->number, tell);
  reading_ = got->more && !got->people.empty();
  if (reading_) after_ = got->people.back().who;
}

/// Whoever is known in the range of the page and not on it has gone.
void other_people::leave_out(const page_of_people& got, wall_time now, const on_word& tell) {
  auto at = after_ ? words_.upper_bound(*after_) : words_.begin();
  auto end =
    got.more && !got.people.empty() ? words_.upper_bound(got.people.back().who) : words_.end();
  auto on_page = got.people.begin();
  for (; at != end; ++at) {
    while (on_page != got.people.end() && on_page->who < at->first)
      ++on_page;
    bool there = on_page != got.people.end() && on_page->who == at->first;
    if (!there && at->second.now != presence_status::offline)
      hear({at->first, presence_status::offline, now}, got.number, tell);
  }
}

void other_people::forget(wall_time now, const on_word& tell) {
  for (auto& [who, known] : words_) {
    if (known.now == presence_status::offline) continue;
    count(who, known.now, false);
    known.now = presence_status::offline;
    known.at = now;
    tell({who, known.now, now});
  }
}

void other_people::sweep(wall_time gone_before) {
  std::erase_if(words_, [&](const auto& entry) {
    const auto& known = entry.second;
    return known.now == presence_status::offline && known.at < gone_before;
  });
}

std::optional<stance> other_people::of(const person& who) const {
  auto found = words_.find(who);
  if (found == words_.end()) return std::nullopt;
  return stance{who, found->second.now, found->second.at};
}

} // namespace recado::presence
