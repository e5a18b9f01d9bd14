/// The window of a connector onto the database: what it takes in, and what it leaves there.
#include <algorithm>

#include "channels/connector/connector_core.hpp"

namespace recado::channels {
namespace {

/// A row that waits longer than this may be left to the database when others need its place.
constexpr std::chrono::seconds long_wait{30};
/// More than can end while a window is on its way.
constexpr std::size_t ends_max = 4'096;

} // namespace

connector_core::actions connector_core::start(instant now) {
  pump(now);
  return take();
}

connector_core::actions connector_core::offered(const open_delivery_ptr& fresh, instant now) {
  auto known = entries_.find(fresh->id);
  if (known != entries_.end() && !known->second.parting) return {};
  bool whole = complete_.contains(fresh->part) && known == entries_.end();
  // Behind a row that was refused, or may lie in the database, none may overtake.
  if (whole && !holds_rows_back())
    insert(fresh, now);
  else
    miss(fresh->part, now);
  pump(now);
  return take();
}

connector_core::actions connector_core::loaded(std::span<const open_delivery_ptr> rows,
                                               std::span<const partition_id> complete,
                                               steady_time as_of, instant now) {
  asked_ = false;
  if (as_of == steady_time{}) as_of = asked_at_;
  auto held_before = entries_.size();
  std::set<partition_id> whole{complete.begin(), complete.end()};
  gaps left;
  for (const auto& row : rows) {
    take_row(row, as_of, left, now);
    if (!whole.contains(row->part)) left.parts.insert(row->part);
  }
  for (auto part : whole) {
    auto refused = missed_.find(part);
    bool newer = refused != missed_.end() && refused->second >= as_of;
    if (left.parts.contains(part) || newer) continue;
    if (refused != missed_.end()) missed_.erase(refused);
    complete_.insert(part);
  }
  for (auto part : left.parts)
    complete_.erase(part);
  backlog_ = !left.parts.empty() || !missed_.empty();
  bool grew = entries_.size() > held_before;
  ask_again_ = now.steady + (grew ? std::chrono::nanoseconds{0} : config_.window_pause);
  pump(now);
  return take();
}

void connector_core::take_row(const open_delivery_ptr& row, steady_time as_of, gaps& left,
                              instant now) {
  auto known = entries_.find(row->id);
  if (known != entries_.end()) {
    if (known->second.parting) left.parts.insert(row->part); // until its last try has ended
    return;
  }
  if (ended_since(row->id, as_of)) return; // it was still open when the window was read
  if (holds_rows_back()) make_room(left, now);
  auto key = key_of(*row);
  if (!holds_rows_back() && !(config_.ordered && left.keys.contains(key))) return insert(row, now);
  left.parts.insert(row->part);
  left.keys.insert(std::move(key));
}

void connector_core::miss(partition_id part, instant now) {
  complete_.erase(part);
  missed_[part] = now.steady;
  if (!std::exchange(backlog_, true)) ask_again_ = now.steady;
}

void connector_core::remember_end(const uuid& id, instant now) {
  if (!ended_.insert_or_assign(id, now.steady).second) return;
  ended_order_.push_back(id);
  if (ended_order_.size() <= ends_max) return;
  ended_.erase(ended_order_.front());
  ended_order_.pop_front();
}

bool connector_core::ended_since(const uuid& id, steady_time as_of) const {
  auto found = ended_.find(id);
  return found != ended_.end() && found->second >= as_of;
}

void connector_core::ask(instant now) {
  asked_ = true;
  asked_at_ = now.steady;
  ask_again_ = now.steady + config_.window_timeout;
  out_.push_back(load_more{});
}

/// Is there room for rows that could go at once? Those that wait for their next try give way, and
/// with them those behind them.
bool connector_core::wants_rows() const {
  if (!backlog_ || paused_) return false;
  // Half of a window: so the next one brings more than it repeats.
  auto enough = config_.rows_max / 4;
  if (entries_.size() <= enough) return true;
  auto waits = [this](const uuid& id) { return entries_.at(id).at == stage::waiting; };
  std::size_t idle = 0;
  for (const auto& [key, queue] : order_)
    if (waits(queue.front())) idle += queue.size();
  for (const auto& [id, one] : entries_)
    if (!config_.ordered && one.at == stage::waiting) ++idle;
  return entries_.size() - idle <= enough;
}

/// Lets go of the row that waits longest, with those behind it, for one that could go now.
void connector_core::make_room(gaps& left, instant now) {
  for (auto at = wakes_.rbegin(); at != wakes_.rend(); ++at) {
    const auto& one = entries_.at(at->second);
    if (one.at != stage::waiting || one.due - now.wall < long_wait) continue;
    auto key = key_of(*one.what);
    std::deque<uuid> all{one.what->id};
    left.parts.insert(one.what->part);
    if (config_.ordered) all = order_.extract(key).mapped();
    left.keys.insert(std::move(key));
    for (const auto& id : all) {
      set_wake(entries_.at(id), std::nullopt);
      entries_.erase(id);
    }
    return;
  }
}

connector_core::actions connector_core::dropped(partition_id part, instant now) {
  for (auto& [id, one] : entries_)
    if (one.what->part == part) one.dropped = true;
  return parting(part, now);
}

bool connector_core::under_way(partition_id part) const {
  return std::any_of(entries_.begin(), entries_.end(), [part](const auto& each) {
    return each.second.what->part == part && each.second.at > stage::ready;
  });
}

connector_core::actions connector_core::parting(partition_id part, instant now) {
  complete_.erase(part);
  missed_.erase(part);
  std::vector<uuid> idle;
  for (auto& [id, one] : entries_) {
    if (one.what->part != part) continue;
    one.parting = true;
    if (one.at <= stage::ready) idle.push_back(id);
  }
  for (const auto& id : idle) {
    leave_lane(id);
    set_wake(entries_.at(id), std::nullopt);
    auto what = entries_.at(id).what;
    entries_.erase(id);
    if (!config_.ordered) continue;
    auto queue = order_.find(key_of(*what)); // all of a conversation are of one partition
    std::erase(queue->second, id);
    if (queue->second.empty()) order_.erase(queue);
  }
  pump(now);
  return take();
}

} // namespace recado::channels
