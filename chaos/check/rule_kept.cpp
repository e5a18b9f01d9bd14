#include "chaos/check/rules.hpp"

#include <fmt/format.h>
#include <unordered_set>

namespace recado::chaos {
namespace {

std::string seconds(micros at) {
  return fmt::format("{:.3f} s", static_cast<double>(at) / 1e6);
}

void compare(const stored_message& row, const sent_message& sent, findings& into) {
  auto id = row.message.str();
  if (row.conversation != sent.conversation)
    into.add(broken::wrong_content, fmt::format("{} is in conversation {} and was sent to {}", id,
                                                row.conversation.str(), sent.conversation.str()));
  if (row.text_hash != sent.text_hash)
    into.add(broken::wrong_content,
             fmt::format("{} (seq {}) holds another text than was sent", id, row.seq.value_or(0)));
  const auto* accepted = sent.accepted();
  if (!accepted) return;
  if (!row.seq)
    into.add(broken::failed_after_accept,
             fmt::format("{} was answered {} at {} and then refused: {}", id, accepted->status,
                         seconds(accepted->at), row.failure),
             accepted->at);
  else if (auto told = sent.told_seq(); told && *told != *row.seq)
    into.add(broken::wrong_seq,
             fmt::format("{} was answered seq {} and has {}", id, *told, *row.seq), accepted->at);
}

} // namespace

placement placement_of(const history& seen, const database* held) {
  placement out;
  if (held) {
    for (const auto& row : held->messages)
      if (row.seq) out[row.message] = *row.seq;
    return out;
  }
  for (const auto& [id, sent] : seen.messages)
    if (auto told = sent.told_seq()) out[id] = *told;
  for (const auto& [key, events] : seen.streams)
    for (const auto& event : events)
      if (!event.message.nil()) out.try_emplace(event.message, event.seq);
  return out;
}

void check_kept(const history& seen, const database& held, findings& into) {
  std::unordered_set<message_id> there;
  for (const auto& row : held.messages) {
    there.insert(row.message);
    auto sent = seen.messages.find(row.message);
    if (sent == seen.messages.end() || sent->second.begun < 0)
      into.add(broken::nobody_sent_it,
               fmt::format("{} (conversation {}, seq {})", row.message.str(),
                           row.conversation.str(), row.seq.value_or(0)));
    else
      compare(row, sent->second, into);
  }
  std::unordered_set<message_id> waiting{held.inbox.begin(), held.inbox.end()};
  for (const auto& [id, sent] : seen.messages) {
    const auto* accepted = sent.accepted();
    if (!accepted || there.contains(id)) continue;
    auto answered =
      fmt::format("{} was answered {} at {}", id.str(), accepted->status, seconds(accepted->at));
    if (auto parked = held.dead_letters.find(id); parked != held.dead_letters.end())
      into.add(broken::failed_after_accept, answered + " and is parked: " + parked->second,
               accepted->at);
    else if (waiting.contains(id))
      into.add(broken::never_numbered, answered + " and is still in the inbox", accepted->at);
    else
      into.add(broken::lost,
               fmt::format("{} by {} and is not in the database (conversation {}, seq {})",
                           answered, accepted->by, sent.conversation.str(),
                           accepted->seq.value_or(0)),
               accepted->at);
  }
}

} // namespace recado::chaos
