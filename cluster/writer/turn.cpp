#include "cluster/writer/turn.hpp"

#include <algorithm>

namespace recado::cluster {

turn::order turn::begin(std::vector<turn_item> items, bool named) {
  dropped_.clear();
  duplicates_ = 0;
  segments_.push_back(std::move(items));
  named_ = named;
  return go(start());
}

/// Naming twice changes nothing, so an unknown outcome is no more than a failure.
turn::order turn::name_done(outcome how, const std::vector<partition_id>& lost, steady_time now) {
  for (auto part : lost)
    drop(part);
  if (how == outcome::fenced) return go(start());
  if (how != outcome::done) return again_after_backoff(now);
  return go(step::read);
}

turn::order turn::condemn(std::string why) {
  return split_or_park(std::move(why));
}

/// A step of the segment under way. If that has gone with its partitions, the next one begins: it
/// was not read yet, let alone decided.
turn::order turn::go(step what) {
  if (forget(dropped_)) return go_on();
  if (segments_.empty()) return {};
  return {what, segments_.front(), {}, {}};
}

turn::order turn::next_segment() {
  segments_.pop_front();
  return go_on();
}

/// With the segment that is the first one now.
turn::order turn::go_on() {
  duplicates_ = 0;
  return go(start());
}

void turn::drop(partition_id part) {
  dropped_.push_back(part);
}

std::vector<item_number> turn::items_of(partition_id part) const {
  std::vector<item_number> out;
  for (const auto& segment : segments_)
    for (const auto& item : segment)
      if (item.part == part) out.push_back(item.number);
  return out;
}

/// True: nothing is left of the segment under way.
bool turn::forget(const std::vector<partition_id>& lost) {
  if (lost.empty() || segments_.empty()) return false;
  for (auto& segment : segments_)
    std::erase_if(segment,
                  [&](const turn_item& item) { return std::ranges::count(lost, item.part) > 0; });
  bool front_gone = segments_.front().empty();
  std::erase_if(segments_, [](const auto& segment) { return segment.empty(); });
  return front_gone;
}

turn::order turn::read_done(outcome how, steady_time now) {
  if (how != outcome::done) return again_after_backoff(now);
  return go(step::decide);
}

turn::order turn::decide_done() {
  return go(step::commit);
}

turn::order turn::decide_failed(std::string why) {
  return split_or_park(std::move(why));
}

turn::order turn::commit_done(outcome how, const std::vector<partition_id>& lost, std::string why,
                              steady_time now) {
  switch (how) {
  case outcome::done:
    failures_ = 0;
    // Not go(): what is committed is settled even if its partition was dropped meanwhile.
    return {step::settle, segments_.front(), {}, {}};
  case outcome::fenced:
    for (auto part : lost)
      drop(part);
    return go(step::commit); // the others' effects still follow from committed state
  case outcome::duplicate:
    if (++duplicates_ >= config_.duplicates_before_split && segments_.front().size() > 1)
      return split_or_park(std::move(why));
    if (duplicates_ > config_.duplicates_before_split) return again_after_backoff(now);
    return go(step::read);
  case outcome::poison:
    return split_or_park(std::move(why));
  case outcome::transient:
    return again_after_backoff(now);
  case outcome::unknown:
    ++failures_;
    return {step::resolve, segments_.front(), std::move(why), {}};
  }
  return {};
}

turn::order turn::settled() {
  return next_segment();
}

turn::order turn::parked() {
  return next_segment();
}

turn::order turn::waited() {
  return go(start());
}

turn::order turn::resolved(const std::vector<partition_id>& lost) {
  for (auto part : lost)
    drop(part);
  return go(start()); // if it was committed after all, the pre-read finds its rows
}

turn::order turn::again_after_backoff(steady_time now) {
  auto shift = std::min(failures_++, 10);
  auto pause = std::min(config_.backoff_first * (1 << shift), config_.backoff_max);
  return {step::wait, segments_.front(), {}, now + pause};
}

turn::order turn::split_or_park(std::string why) {
  // What failed together with items that have gone meanwhile may be without fault, and what stands
  // behind it certainly is.
  auto failed = segments_.front().size();
  if (forget(dropped_) || segments_.front().size() < failed) return go_on();
  auto& whole = segments_.front();
  if (whole.size() == 1) return {step::park, whole, std::move(why), {}};
  auto middle = whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2);
  std::vector<turn_item> first(whole.begin(), middle), second(middle, whole.end());
  segments_.pop_front();
  segments_.push_front(std::move(second));
  segments_.push_front(std::move(first));
  duplicates_ = 0;
  return go(start());
}

} // namespace recado::cluster
