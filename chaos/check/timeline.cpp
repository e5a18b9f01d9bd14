#include "chaos/check/timeline.hpp"

#include <algorithm>

namespace recado::chaos {

namespace {

/// When somebody first tried to send it: the first bytes, or the connection that was refused.
micros first_attempt(const sent_message& sent) {
  auto at = sent.first_try();
  bool refused_first = !sent.answers.empty() && (!at || sent.answers.front().at < *at);
  return refused_first ? sent.answers.front().at : at.value_or(sent.begun);
}

} // namespace

std::vector<wait> waits_of(const history& seen) {
  std::vector<wait> out;
  for (const auto& [id, sent] : seen.messages) {
    if (sent.begun < 0) continue;
    wait one{sent.conversation, first_attempt(sent)};
    if (const auto* accepted = sent.accepted()) one.accepted = accepted->at;
    if (!sent.tries.empty()) one.via = sent.tries.front().via;
    out.push_back(one);
  }
  return out;
}

std::vector<span> spans_of(const std::vector<fault_record>& faults) {
  std::vector<span> out;
  for (const auto& one : faults) {
    if (one.begin) {
      out.push_back({one.fault, one.target, one.detail, one.at, one.at});
      continue;
    }
    auto same = std::find_if(out.rbegin(), out.rend(), [&](const span& open) {
      return open.fault == one.fault && open.target == one.target && open.end == open.begin;
    });
    if (same != out.rend()) same->end = one.at;
  }
  return out;
}

ownership::ownership(const history& seen, const database* held) {
  if (!held) return;
  std::map<conversation_id, std::vector<const stored_message*>> rows;
  for (const auto& row : held->messages)
    if (row.seq) rows[row.conversation].push_back(&row);
  for (auto& [where, all] : rows) {
    std::ranges::sort(all, {}, [](const auto* row) { return *row->seq; });
    const stored_message* before = nullptr;
    for (const auto* row : all) {
      auto sent = seen.messages.find(row->message);
      const auto* accepted = sent == seen.messages.end() ? nullptr : sent->second.accepted();
      if (accepted) {
        steps_[where].push_back({accepted->at, row->node});
        auto tried = sent->second.first_try();
        bool changed = before && before->epoch != row->epoch;
        if (changed && tried) handoffs_.push_back({where, accepted->at, accepted->at - *tried});
      }
      before = row;
    }
  }
}

std::set<conversation_id> ownership::of(const std::string& node, micros at) const {
  std::set<conversation_id> out;
  for (const auto& [where, steps] : steps_) {
    const step* last = nullptr;
    for (const auto& one : steps)
      if (one.at <= at) last = &one;
    if (last && last->node == node) out.insert(where);
  }
  return out;
}

} // namespace recado::chaos
