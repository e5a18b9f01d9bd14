#include "chaos/check/figures.hpp"

#include "chaos/check/timeline.hpp"

#include <algorithm>
#include <map>

namespace recado::chaos {
namespace {

constexpr micros bucket = 100'000;
constexpr micros second = 1'000'000;
constexpr micros aftermath = 2'000'000; ///< what begins so soon after a fault's end is "during" it

/// The longest wait of each conversation among those that touch the fault. What is open when the
/// next fault begins is the next one's, unless it began during this one.
std::map<conversation_id, micros> waits_in(const std::vector<wait>& all, const span& fault,
                                           micros until) {
  std::map<conversation_id, micros> out;
  for (const auto& one : all) {
    if (!one.alone() || one.begun > until || (one.accepted && *one.accepted < fault.begin))
      continue;
    bool of_the_next = one.accepted && *one.accepted > until && one.begun > fault.end + aftermath;
    if (of_the_next) continue;
    auto& longest = out[one.conversation];
    if (one.accepted) longest = std::max(longest, *one.accepted - one.begun);
  }
  return out;
}

spread spread_of_waits(const std::map<conversation_id, micros>& all, const auto& wanted) {
  std::vector<micros> out;
  for (const auto& [where, longest] : all)
    if (wanted(where)) out.push_back(longest);
  return spread_of(std::move(out));
}

spread handoffs_in(const std::vector<handoff>& all, micros from, micros to) {
  std::vector<micros> out;
  for (const auto& one : all)
    if (one.at >= from && one.at <= to) out.push_back(one.pause);
  return spread_of(std::move(out));
}

fault_figures figures_of_fault(const span& fault, micros until, const std::vector<wait>& waits,
                               const std::vector<handoff>& handoffs, const ownership& owners) {
  fault_figures out;
  out.fault = fault.fault;
  out.target = fault.target;
  out.detail = fault.detail;
  out.begin = fault.begin;
  out.end = fault.end;
  auto touched = waits_in(waits, fault, until);
  out.gaps = spread_of_waits(touched, [](const auto&) { return true; });
  auto owned = owners.of(fault.target, fault.begin);
  out.owned = spread_of_waits(touched, [&](const auto& where) { return owned.contains(where); });
  out.handoffs = handoffs_in(handoffs, fault.begin, until);
  std::set<conversation_id> never;
  for (const auto& one : waits)
    if (!one.accepted && one.begun <= until) never.insert(one.conversation);
  out.never = never.size();
  return out;
}

/// Until what follows it: the next fault, or some time after its end.
micros end_of(const std::vector<span>& all, std::size_t which) {
  auto until = all[which].end + 10 * second;
  for (const auto& other : all)
    if (other.begin > all[which].end) until = std::min(until, other.begin);
  return until;
}

void count(const history& seen, figures& out) {
  out.sent = seen.messages.size();
  for (const auto& [id, sent] : seen.messages) {
    out.tries += sent.tries.size();
    const auto* accepted = sent.accepted();
    accepted ? ++out.accepted : ++out.unknown;
    if (accepted && accepted->status == 202) ++out.stored;
    for (const auto& one : sent.answers)
      if (one.status / 100 == 2 && one.replayed) ++out.replayed;
  }
  for (const auto& [key, events] : seen.streams)
    out.heard += static_cast<std::size_t>(std::ranges::count_if(
      events, [](const auto& one) { return one.what == stream_event::kind::message; }));
}

void draw(const std::vector<wait>& waits, figures& out) {
  auto length = static_cast<std::size_t>(std::max<micros>(out.ended - out.began, 0));
  out.accepted_per_100ms.assign(length / bucket + 1, 0);
  std::vector<std::vector<micros>> per_second(length / second + 1);
  for (const auto& one : waits) {
    if (!one.accepted || *one.accepted < out.began || *one.accepted > out.ended) continue;
    auto at = static_cast<std::size_t>(*one.accepted - out.began);
    ++out.accepted_per_100ms[at / bucket];
    per_second[at / second].push_back(*one.accepted - one.begun);
  }
  for (auto& one : per_second)
    out.p95_per_second.push_back(spread_of(std::move(one)).p95);
}

} // namespace

spread spread_of(std::vector<micros> all) {
  if (all.empty()) return {};
  std::ranges::sort(all);
  auto part = [&](std::size_t percent) { // the smallest that so many are not above
    return all[(all.size() * percent + 99) / 100 - 1];
  };
  return {all.size(), all.front(), part(50), part(95), part(99), all.back()};
}

figures figures_of(const history& seen, const database* held) {
  figures out;
  count(seen, out);
  auto waits = waits_of(seen);
  auto spans = spans_of(seen.faults);
  ownership owners{seen, held};
  auto handoffs = owners.handoffs();
  for (const auto& mark : seen.marks) {
    if (mark.what == "sending") out.began = mark.at;
    if (mark.what == "stopped") out.ended = mark.at;
  }
  for (const auto& one : waits)
    if (!seen.marked("stopped")) out.ended = std::max(out.ended, one.accepted.value_or(0));
  for (std::size_t i = 0; i < spans.size(); ++i)
    out.faults.push_back(figures_of_fault(spans[i], end_of(spans, i), waits, handoffs, owners));
  std::vector<micros> inside, outside, pauses;
  for (const auto& one : waits) {
    if (!one.post() || !one.accepted) continue;
    bool during = std::ranges::any_of(spans, [&](const span& fault) {
      return *one.accepted >= fault.begin && one.begun <= fault.end + aftermath;
    });
    (during ? inside : outside).push_back(*one.accepted - one.begun);
  }
  for (const auto& one : handoffs)
    pauses.push_back(one.pause);
  out.post_inside = spread_of(std::move(inside));
  out.post_outside = spread_of(std::move(outside));
  out.handoffs = spread_of(std::move(pauses));
  draw(waits, out);
  return out;
}

} // namespace recado::chaos
