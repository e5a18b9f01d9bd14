#include "chaos/check/rules.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <unordered_set>

namespace recado::chaos {
namespace {

using rows_of = std::map<conversation_id, std::vector<const stored_message*>>;

/// Numbered rows by conversation, in the order of seq.
rows_of numbered(const database& held) {
  rows_of out;
  for (const auto& row : held.messages)
    if (row.seq) out[row.conversation].push_back(&row);
  for (auto& [id, rows] : out)
    std::ranges::stable_sort(rows, {}, [](const auto* row) { return *row->seq; });
  return out;
}

void check_one(const conversation_id& where, const std::vector<const stored_message*>& rows,
               findings& into) {
  std::int64_t last = 0;
  for (const auto* row : rows) {
    if (*row->seq == last)
      into.add(broken::seq_twice, fmt::format("conversation {}: seq {} is also {}", where.str(),
                                              last, row->message.str()));
    else if (*row->seq != last + 1)
      into.add(broken::seq_missing,
               fmt::format("conversation {}: {} follows {}", where.str(), *row->seq, last));
    last = *row->seq;
  }
}

} // namespace

void check_numbering(const database& held, findings& into) {
  std::unordered_set<message_id> ids;
  std::unordered_set<uuid> commands;
  for (const auto& row : held.messages) {
    if (!ids.insert(row.message).second)
      into.add(broken::stored_twice, fmt::format("message {} has two rows", row.message.str()));
    if (!row.command.nil() && !commands.insert(row.command).second)
      into.add(broken::stored_twice, fmt::format("command {} made two rows, one is {}",
                                                 row.command.str(), row.message.str()));
  }
  auto all = numbered(held);
  for (const auto& [where, rows] : all)
    check_one(where, rows, into);
  for (const auto& [where, last] : held.last_seq) {
    auto rows = all.find(where);
    auto highest = rows == all.end() ? 0 : *rows->second.back()->seq;
    if (highest != last)
      into.add(broken::seq_missing,
               fmt::format("conversation {}: last_seq is {}, the last message {}", where.str(),
                           last, highest));
  }
}

void check_owners(const database& held, findings& into) {
  std::map<std::pair<int, std::int64_t>, std::string> owners;
  for (const auto& [where, rows] : numbered(held)) {
    const stored_message* before = nullptr;
    for (const auto* row : rows) {
      auto [owner, fresh] = owners.try_emplace({row->part, row->epoch}, row->node);
      if (!fresh && owner->second != row->node)
        into.add(broken::two_owners,
                 fmt::format("partition {}, epoch {}: {} and {} (message {})", row->part,
                             row->epoch, owner->second, row->node, row->message.str()));
      if (before && row->epoch < before->epoch)
        into.add(broken::epoch_went_back,
                 fmt::format("conversation {}: seq {} has epoch {}, seq {} has {}", where.str(),
                             *before->seq, before->epoch, *row->seq, row->epoch));
      if (before && row->created_at < before->created_at)
        into.add(broken::created_went_back,
                 fmt::format("conversation {}: seq {} is {} us older than seq {}", where.str(),
                             *row->seq, before->created_at - row->created_at, *before->seq));
      before = row;
    }
  }
}

} // namespace recado::chaos
