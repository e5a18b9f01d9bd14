#include "actors/partition/watchers.hpp"

#include <algorithm>

namespace recado {

void watchers::add(const conversation_key& key, const gateway_subject& who) {
  auto& list = by_conversation_[key];
  if (std::ranges::find(list, who) == list.end()) list.push_back(who);
}

void watchers::remove(const conversation_key& key, const gateway_subject& who) {
  auto found = by_conversation_.find(key);
  if (found == by_conversation_.end()) return;
  std::erase(found->second, who);
  if (found->second.empty()) by_conversation_.erase(found);
}

void watchers::forget(const gateway_subject& who) {
  for (auto at = by_conversation_.begin(); at != by_conversation_.end();) {
    std::erase(at->second, who);
    at = at->second.empty() ? by_conversation_.erase(at) : std::next(at);
  }
}

void watchers::sort(const effects& committed, std::map<gateway_subject, event_batch>& into) const {
  if (committed.events.empty()) return;
  auto found = by_conversation_.find(committed.key);
  if (found == by_conversation_.end()) return;
  for (const auto& who : found->second) {
    auto& events = into[who].events;
    events.insert(events.end(), committed.events.begin(), committed.events.end());
  }
}

event_batch membership_events(const effects& committed) {
  event_batch out;
  for (const auto& event : committed.events)
    if (std::holds_alternative<joined_event>(event.body) ||
        std::holds_alternative<left_event>(event.body))
      out.events.push_back(event);
  return out;
}

} // namespace recado
