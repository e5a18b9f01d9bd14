#include "actors/writer/gather.hpp"

#include <algorithm>

namespace recado {
namespace {

std::size_t size_of(const undecided& item) {
  const auto* send = std::get_if<send_message>(&item.what.body);
  return 256 + (send ? send->payload.size() + send->metadata.size() : 0);
}

} // namespace

gather::gather(gather_limits limits) : limits_(limits), lanes_(limits.queue_max) {}

void gather::take(partition_id part, epoch owned) {
  held_[part] = owned;
}

void gather::leave(partition_id part) {
  held_.erase(part); // what waits in the lanes is dropped when its turn comes
  inbox_busy_.erase(part);
  sole_.erase(part);
  auto of_part = [part](const waiting& next) { return next.command.item->part == part; };
  std::erase_if(inbox_, of_part);
  std::erase_if(deferred_, of_part);
  std::erase_if(known_rows_, [part](const auto& row) { return row.first == part; });
}

void gather::enqueue(work command) {
  if (!held(*command.item)) return;
  auto priority = command.item->what.priority;
  lanes_.push(priority, waiting{std::move(command), next_serial_++});
}

bool gather::enqueue_inbox(const std::vector<undecided_ptr>& rows) {
  bool any = false;
  for (const auto& row : rows) {
    if (!held(*row) || !known_rows_.emplace(row->part, row->inbox_id).second) continue;
    inbox_busy_.insert(row->part);
    inbox_.push_back({{row, true}, next_serial_++});
    any = true;
  }
  return any;
}

void gather::inbox_empty(partition_id part) {
  auto waits = [part](const waiting& next) { return next.command.item->part == part; };
  if (std::ranges::none_of(inbox_, waits)) inbox_busy_.erase(part);
}

void gather::all_cold(partition_id part) {
  cold_before_[part] = next_serial_;
}

bool gather::full(const closing& to) const {
  return to.sole || to.batch.size() >= limits_.commands_max || to.bytes >= limits_.bytes_max;
}

void gather::add(closing& to, waiting next) const {
  auto cold = cold_before_.find(next.command.item->part);
  if (cold != cold_before_.end() && next.serial < cold->second) next.command.cold = true;
  to.bytes += size_of(*next.command.item);
  to.sole = sole_.contains(next.command.item->part);
  to.batch.push_back(std::move(next.command));
}

void gather::close_inbox(closing& to) {
  std::deque<waiting> still;
  for (auto& next : inbox_)
    if (fits(to, next))
      add(to, std::move(next));
    else
      still.push_back(std::move(next));
  inbox_ = std::move(still);
}

void gather::close_deferred(closing& to) {
  std::deque<waiting> still;
  for (auto& next : deferred_)
    if (!fits(to, next) || inbox_busy_.contains(next.command.item->part))
      still.push_back(std::move(next));
    else
      add(to, std::move(next));
  deferred_ = std::move(still);
}

void gather::close_lanes(closing& to) {
  while (!full(to)) {
    auto next = lanes_.pop();
    if (!next) return;
    if (!held(*next->command.item)) continue;
    if (!fits(to, *next) || inbox_busy_.contains(next->command.item->part))
      deferred_.push_back(std::move(*next));
    else
      add(to, std::move(*next));
  }
}

gather::closing gather::collect(bool alone) {
  closing to;
  to.alone = alone;
  close_inbox(to);
  close_deferred(to);
  close_lanes(to);
  return to;
}

std::vector<work> gather::close(bool alone) {
  auto out = collect(alone && !was_sole_);
  if (out.batch.empty() && alone && was_sole_) out = collect(true);
  was_sole_ = out.sole;
  return std::move(out.batch);
}

void gather::put_back(std::vector<work> commands) {
  for (auto at = commands.rbegin(); at != commands.rend(); ++at)
    if (held(*at->item)) deferred_.push_front({std::move(*at), next_serial_++});
}

bool gather::empty() const noexcept {
  return size() == 0;
}

std::size_t gather::size() const noexcept {
  return inbox_.size() + deferred_.size() + lanes_.size();
}

} // namespace recado
