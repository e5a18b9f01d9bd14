/// Rows of inboxes, as actors/writer/writer_inbox.cpp takes them.
#include "tests/simulation/writer_host.hpp"

namespace recado::simulation {

using namespace cluster;

void writer_host::take_inbox(const std::vector<inbox_entry>& found) {
  std::vector<undecided_ptr> rows;
  rows.reserve(found.size());
  for (const auto& row : found)
    rows.push_back(from_inbox(row));
  queue_.enqueue_inbox(rows);
  for (auto part : asked_) {
    if (queue_.inbox_busy(part)) defer(part);
    queue_.inbox_empty(part);
  }
}

void writer_host::defer(partition_id part) {
  std::vector<work> back;
  for (auto number : machine_.items_of(part)) {
    auto& entry = batch_.at(number);
    if (entry.item->came_by == path::inbox) return;
    back.push_back(entry);
  }
  if (back.empty()) return;
  queue_.put_back(std::move(back));
  machine_.drop(part);
}

undecided_ptr writer_host::from_inbox(const inbox_entry& row) const {
  undecided item;
  item.part = row.part;
  if (auto found = partitions_.find(row.part); found != partitions_.end())
    item.owned = found->second.since;
  item.inbox_id = row.id;
  item.came_by = path::inbox;
  item.sequenced_at = wall_of(at_, who_);
  item.what = *row.what;
  return std::make_shared<const undecided>(std::move(item));
}

// while idle

void writer_host::poll() {
  later(at_, who_.self.incarnation, 250ms, [this] { poll(); });
  if (!machine_.idle() || partitions_.empty()) return;
  std::vector<partition_id> parts;
  parts.reserve(partitions_.size());
  for (const auto& [part, _] : partitions_)
    parts.push_back(part);
  auto got = std::make_shared<std::vector<inbox_entry>>();
  at_.db.run({who_.self.incarnation,
              false,
              true,
              {},
              [&at = at_, parts, got] { *got = at.rows.inbox_of(parts); },
              [this, got](fate how) {
                std::vector<undecided_ptr> rows;
                if (how != fate::done) return;
                for (const auto& row : *got)
                  rows.push_back(from_inbox(row));
                if (queue_.enqueue_inbox(rows)) begin_if_free();
              }});
}

} // namespace recado::simulation
