#include "chaos/recovery/recovery.hpp"

#include "chaos/recovery/percentile.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

namespace recado::chaos {

namespace {

constexpr micros slow_us = 100'000;
/// A conversation that writes nothing for so long after the fault tells nothing about it.
constexpr micros first_sign_us = 5'000'000;

constexpr std::array hand_offs{"drain", "restart", "rolling", "scale", "upgrade"};

bool is_hand_off(const std::string& fault) {
  return std::ranges::find(hand_offs, fault) != hand_offs.end();
}

} // namespace

void recovery_meter::take(const record& what) {
  if (const auto* sent = std::get_if<send_record>(&what)) home_[sent->message] = sent->conversation;
  if (const auto* tried = std::get_if<try_record>(&what)) {
    open_[{tried->message, tried->by}] = {tried->at, tried->node};
    first_tried_.try_emplace(tried->message, tried->at);
  }
  if (const auto* heard = std::get_if<frame_record>(&what)) {
    auto [first, fresh] = first_heard_.try_emplace(heard->message, heard->at);
    if (!fresh) first->second = std::min(first->second, heard->at);
  }
  const auto* got = std::get_if<answer_record>(&what);
  if (got == nullptr) return;
  auto begun = open_.find({got->message, got->by});
  if (begun == open_.end()) return;
  bool numbered = got->status >= 200 && got->status < 300 && got->seq.has_value();
  ended_[got->message].push_back({begun->second.begun, got->at, begun->second.node, numbered});
  open_.erase(begun);
}

std::map<conversation_id, recovery_meter::tries> recovery_meter::sorted() const {
  std::map<conversation_id, tries> out;
  for (const auto& [message, mine] : ended_)
    if (auto home = home_.find(message); home != home_.end())
      out[home->second].insert(out[home->second].end(), mine.begin(), mine.end());
  for (const auto& [message, at] : first_heard_)
    if (auto tried = first_tried_.find(message); tried != first_tried_.end())
      if (auto home = home_.find(message); home != home_.end())
        out[home->second].push_back({tried->second, at, 0, true, true});
  for (auto& [_, all] : out)
    std::ranges::sort(all, {}, &ended_try::begun);
  return out;
}

void recovery_meter::outage(const fault_record& by, micros end, const tries& all, sample& into) {
  auto victim = node_in(by.target);
  auto counts = [&](const ended_try& one) {
    return !one.heard && one.ended > by.at && one.begun < end && (!victim || one.node != *victim);
  };
  auto hit = std::ranges::find_if(all, [&](const ended_try& one) {
    return counts(one) && one.begun < by.at + first_sign_us &&
           (!one.numbered || one.ended - one.begun > slow_us);
  });
  if (hit == all.end()) return;
  std::optional<micros> first;
  for (const auto& one : all)
    if (one.numbered && one.begun >= hit->begun && one.ended > by.at && one.begun < end)
      first = std::min(first.value_or(one.ended), one.ended);
  into.waits.push_back((first ? *first : end) - std::max(hit->begun, by.at));
}

void recovery_meter::hand_off(const fault_record& by, micros end, const tries& all, sample& into) {
  micros worst = 0;
  for (const auto& one : all)
    if (!one.heard && one.ended > by.at && one.begun < end && one.numbered)
      worst = std::max(worst, one.ended - one.begun);
  if (worst > 0) into.waits.push_back(worst);
}

std::vector<recovery_row> recovery_meter::rows() const {
  auto by_room = sorted();
  std::map<std::string, sample> samples;
  for (auto one = faults_.begin(); one != faults_.end(); ++one) {
    if (!one->begin) continue;
    auto next = std::find_if(one + 1, faults_.end(), [](const auto& f) { return f.begin; });
    auto end = next == faults_.end() ? one->at + 60'000'000 : next->at;
    auto& into = samples[one->fault];
    ++into.faults;
    for (const auto& [_, all] : by_room)
      (is_hand_off(one->fault) ? hand_off : outage)(*one, end, all, into);
  }
  std::vector<recovery_row> out;
  for (auto& [name, found] : samples) {
    std::ranges::sort(found.waits);
    out.push_back({name, is_hand_off(name), found.faults, found.waits.size(),
                   found.waits.empty() ? 0 : found.waits.front(), percentile(found.waits, 0.50),
                   percentile(found.waits, 0.99), found.waits.empty() ? 0 : found.waits.back()});
  }
  return out;
}

std::string to_text(const std::vector<recovery_row>& rows) {
  if (rows.empty()) return {};
  auto out = fmt::format("  {:<26} {:>6} {:>13} {:>9} {:>9} {:>9} {:>9}\n", "fault", "faults",
                         "conversations", "min ms", "p50 ms", "p99 ms", "max ms");
  for (const auto& one : rows)
    out += fmt::format("  {:<26} {:>6} {:>13} {:>9.0f} {:>9.0f} {:>9.0f} {:>9.0f}\n",
                       one.fault + (one.hand_off ? " (slowest)" : " (waited)"), one.faults,
                       one.conversations, static_cast<double>(one.min) / 1e3,
                       static_cast<double>(one.p50) / 1e3, static_cast<double>(one.p99) / 1e3,
                       static_cast<double>(one.max) / 1e3);
  return out;
}

} // namespace recado::chaos
