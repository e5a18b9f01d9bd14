/// Rows of inboxes come with the pre-read, and go before everything else of their partition.
#include <algorithm>

#include "actors/writer/writer_state.hpp"
#include "schemas/wire.hpp"

namespace recado {

/// The inbox goes first: a partition of the batch with further rows waits for them to be decided.
void writer_state::take_inbox(const journal::preread_result& found) {
  auto look = enqueue_inbox(found.inbox, found.inbox_complete);
  for (auto part : asked.inboxes) {
    if (queue.inbox_busy(part) || !look.has_seen_all_of(part)) defer(part);
    if (look.has_seen_all_of(part)) queue.inbox_empty(part);
  }
}

writer_state::inbox_look writer_state::enqueue_inbox(const std::vector<journal::inbox_row>& found,
                                                     bool complete) {
  std::vector<undecided_ptr> rows;
  rows.reserve(found.size());
  for (const auto& row : found)
    rows.push_back(from_inbox(row));
  queue.enqueue_inbox(rows);
  return {complete, rows.empty() ? partition_id{0} : rows.back()->part};
}

/// Stream and direct commands of the partition leave the batch, also those that a split has put
/// behind the segment under way; rows of its inbox stay.
void writer_state::defer(partition_id part) {
  std::vector<work> back;
  for (auto number : machine.items_of(part)) {
    auto& entry = batch.at(number);
    if (entry.item->came_by == path::inbox) return; // a batch has one kind of a partition only
    back.push_back(entry);
  }
  if (back.empty()) return;
  queue.put_back(std::move(back));
  machine.drop(part);
}

undecided_ptr writer_state::from_inbox(const journal::inbox_row& row) const {
  undecided item;
  item.part = row.part;
  if (auto found = partitions.find(row.part); found != partitions.end())
    item.owned = found->second.since;
  item.inbox_id = row.id;
  item.came_by = path::inbox;
  item.sequenced_at = ports.now();
  if (auto cmd = decode_command(row.envelope))
    item.what = std::move(*cmd);
  else
    item.undecodable = row.envelope;
  auto on_the_way = (item.sequenced_at - row.received_at).count();
  item.wire_us = static_cast<std::int32_t>(std::clamp<std::int64_t>(on_the_way, 0, INT32_MAX));
  return std::make_shared<const undecided>(std::move(item));
}

} // namespace recado
