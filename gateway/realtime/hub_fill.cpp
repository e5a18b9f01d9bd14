#include "gateway/realtime/hub_core.hpp"
#include "runtime/observe/log.hpp"

#include <algorithm>

namespace recado::realtime {
namespace {
constexpr unsigned empty_reads_max = 5;
} // namespace

// Filling a room: what was committed between the last event handed on and the beginning of the
// watch is read from the history, while later events are held back.

/// Reads what lies between what was handed on and where the watch began.
void hub_core::fill(room& in) {
  if (in.target_seq > in.seq || in.target_rev > in.rev)
    read_soon(in);
  else
    go_live(in);
}

void hub_core::read_soon(room& in) {
  to_read_.push_back(in.what);
}

hub_core::room* hub_core::find_room(std::uint64_t call) {
  auto asked = read_calls_.extract(call);
  if (asked.empty()) return nullptr;
  auto at = rooms_.find(asked.mapped());
  if (at == rooms_.end() || at->second.call != call) return nullptr;
  at->second.call = 0;
  return &at->second;
}

void hub_core::on_conversation(std::uint64_t call, const result<conversation_record>& got) {
  if (auto* in = find_room(call)) {
    if (got) {
      check_people(*in, *got);
      fill(*in);
      close_if_empty(*in);
    } else {
      failed_rooms_.insert(in->what);
    }
  }
  flush();
}

/// Members and last_seq were read in one statement: whoever is no member there may not see what
/// was said since, and who is, may see all up to there. Later changes come as events.
void hub_core::check_people(room& in, const conversation_record& got) {
  std::unordered_map<user_id, std::int64_t> members;
  for (const auto& each : got.members)
    members.emplace(each.user, each.joined_seq);
  for (auto* who : in.people) {
    auto& own = who->stays.at(in.what.conversation);
    if (who->key.user.empty() || got.rev < own.rev) continue;
    auto found = members.find(who->key.user);
    if (found == members.end()) {
      if (!own.left_seq) own.left_seq = in.seq; // its left_event was lost
    } else {
      own.left_seq.reset();
      own.joined_seq = found->second;
      own.start_seq = std::max(own.start_seq, found->second);
    }
    own.rev = got.rev;
  }
  in.checked = true;
  in.target_seq = std::max(in.target_seq, got.last_seq);
  settle_leavers(in);
}

void hub_core::on_messages(std::uint64_t call, const result<page<message_record>>& got) {
  if (auto* in = find_room(call)) {
    if (got)
      take_page(*in, *got);
    else
      failed_rooms_.insert(in->what);
  }
  flush();
}

void hub_core::take_page(room& in, const page<message_record>& got) {
  auto before = in.seq;
  for (const auto& each : got.items)
    if (each.view.seq > in.seq && each.view.seq <= in.target_seq) hand_on(in, each.view, uuid{});
  if (in.seq == before && ++in.empty_reads < empty_reads_max) {
    failed_rooms_.insert(in.what); // perhaps it is read from a copy that lags
  } else {
    if (in.seq == before) {
      observe::log_error("watch-fill-empty",
                         "conversation {}: nothing between {} and {} in the history",
                         in.what.conversation.str(), in.seq, in.target_seq);
      in.seq = in.target_seq;
    }
    in.empty_reads = 0;
    fill(in);
  }
  close_if_empty(in);
}

void hub_core::on_receipts(std::uint64_t call, const result<std::vector<receipt_position>>& got) {
  if (auto* in = find_room(call)) {
    if (got) {
      for (const auto& each : *got)
        hand_on(*in, each);
      in->receipts_read = true;
      fill(*in);
      close_if_empty(*in);
    } else {
      failed_rooms_.insert(in->what);
    }
  }
  flush();
}

void hub_core::on_statuses(std::uint64_t call, const result<std::vector<status_record>>& got) {
  if (auto* in = find_room(call)) {
    if (got) {
      take_statuses(*in, *got);
      fill(*in);
      close_if_empty(*in);
    } else {
      failed_rooms_.insert(in->what);
    }
  }
  flush();
}

/// They come by whole revisions: the last one is handed on, and perhaps more were asked for.
void hub_core::take_statuses(room& in, const std::vector<status_record>& got) {
  for (const auto& each : got)
    hand_on(in, each.what, each.rev);
  bool all = got.size() < config_.fill_page;
  in.rev = std::max(in.rev, all ? in.target_rev : got.back().rev);
  in.batch = 0;
}

void hub_core::go_live(room& in) {
  in.at = stage::live;
  auto held = std::exchange(in.held, {});
  for (const auto& each : held)
    take(in, each.what, each.batch);
}

} // namespace recado::realtime
