#include "gateway/realtime/hub_core.hpp"
#include "runtime/observe/log.hpp"

#include <algorithm>

namespace recado::realtime {
namespace {
constexpr std::size_t watch_items_max = 1000, watch_calls_max = 16, receipts_known_max = 1024;
} // namespace

// Rooms: conversations that somebody online here is in.

hub_core::room& hub_core::room_of(const item& what, std::int64_t seq, std::int64_t rev) {
  auto [at, fresh] = rooms_.try_emplace(what);
  if (fresh) {
    at->second.what = what;
    at->second.seq = seq;
    at->second.rev = rev;
    to_watch_.insert(what);
  }
  return at->second;
}

void hub_core::close_if_empty(room& in) {
  if (!in.people.empty()) return;
  to_watch_.erase(in.what);
  failed_rooms_.erase(in.what);
  read_calls_.erase(in.call);
  to_unwatch_.push_back(in.what);
  rooms_.erase(item{in.what});
}

/// Who is in it first: what that makes a room read again is then all of this commit, or nothing.
/// What is told to all comes to those who watch once more, in its place among the other events.
void hub_core::on_events(const event_batch& batch) {
  auto number = ++last_batch_;
  for (const auto& each : batch.events)
    if (const auto* joined = std::get_if<joined_event>(&each.body))
      on_joined(each, *joined);
    else if (const auto* left = std::get_if<left_event>(&each.body))
      on_left(each, *left);
  for (const auto& each : batch.events) {
    auto at = rooms_.find({each.client, each.conversation});
    if (at == rooms_.end()) continue;
    if (!batch.for_all) take(at->second, each, number);
    close_if_empty(at->second);
  }
  flush();
}

void hub_core::take(room& in, const event& what, std::uint64_t batch) {
  if (in.at == stage::live)
    apply(in, what, batch);
  else
    hold(in, what, batch);
}

void hub_core::hold(room& in, const event& what, std::uint64_t batch) {
  if (in.held.size() >= config_.held_events_max)
    return rewatch(in); // the answer covers what is dropped
  in.held.push_back({what, batch});
}

/// Every commit of a conversation raises its revision by one: a jump tells of events that were
/// lost. Joined and left were dealt with already.
void hub_core::apply(room& in, const event& what, std::uint64_t batch) {
  const auto* message = std::get_if<message_event>(&what.body);
  const auto* receipt = std::get_if<receipt_event>(&what.body);
  const auto* moved = std::get_if<status_event>(&what.body);
  bool gap = what.rev > in.rev + 1 || (message && message->message.seq > in.seq + 1);
  if (gap) {
    observe::log_warn("watch-gap", "conversation {}: revision {} came after {}",
                      in.what.conversation.str(), what.rev, in.rev);
    return doubt(in);
  }
  if (message && message->message.seq == in.seq + 1) hand_on(in, message->message, message->origin);
  if (receipt && what.rev >= in.rev)
    hand_on(in, {receipt->user, receipt->kind, receipt->up_to_seq, receipt->at});
  if (what.rev > in.rev) {
    in.rev = what.rev;
    in.batch = batch;
  }
  if (moved && what.rev == in.rev && batch == in.batch) hand_on(in, *moved, what.rev);
}

void hub_core::hand_on(room& in, const message_view& what, const uuid& origin) {
  in.seq = what.seq;
  frame out;
  for (auto* who : in.people) {
    auto& own = who->stays.at(in.what.conversation);
    if (what.seq <= own.start_seq || (own.left_seq && what.seq > *own.left_seq)) continue;
    own.start_seq = what.seq;
    if (!out.text) out = frame_of(what, origin);
    for (const auto& session : who->sessions)
      port_.deliver(session, out);
  }
  settle_leavers(in);
}

void hub_core::hand_on(room& in, const receipt_position& what) {
  auto& known = in.receipts[{what.user, what.kind}];
  if (what.up_to_seq <= known) return;
  known = what.up_to_seq;
  if (in.receipts.size() > receipts_known_max) in.receipts.clear(); // at worst one comes again
  frame out{in.what.conversation,
            0,
            {},
            {},
            {},
            std::make_shared<const std::string>(receipt_frame(in.what.conversation, what))};
  for (auto* who : in.people)
    for (const auto& session : who->sessions)
      port_.deliver(session, out);
}

/// To the sender of the message, and to the client.
void hub_core::hand_on(room& in, const status_event& what, std::int64_t rev) {
  frame out{in.what.conversation, 0, {}, {}, {}, nullptr};
  for (auto* who : in.people) {
    if (!who->key.user.empty() && who->key.user != what.sender) continue;
    const auto& own = who->stays.at(in.what.conversation);
    if (rev <= own.status_rev || what.seq <= own.joined_seq) continue;
    if (!out.text)
      out.text = std::make_shared<const std::string>(status_frame(in.what.conversation, what));
    for (const auto& session : who->sessions)
      port_.deliver(session, out);
  }
}

/// Something of this conversation was lost: perhaps a change of its members, too.
void hub_core::doubt(room& in) {
  for (auto* who : in.people)
    to_load_.insert(who->key);
  rewatch(in);
}

void hub_core::rewatch(room& in) {
  in.at = stage::unwatched;
  in.held.clear();
  read_calls_.erase(in.call);
  in.call = 0;
  to_watch_.insert(in.what);
}

void hub_core::on_doubt() {
  for (auto& [what, in] : rooms_)
    rewatch(in);
  for (auto& [key, who] : people_)
    to_load_.insert(key);
  flush();
}

void hub_core::on_watched(std::uint64_t call,
                          const result<std::vector<watch_service::position>>& got) {
  auto asked = watch_calls_.extract(call);
  if (asked.empty()) return;
  if (got) {
    for (const auto& position : *got) {
      auto at = rooms_.find(position.what);
      if (at == rooms_.end() || at->second.call != call) continue;
      auto& in = at->second;
      in.call = 0;
      in.at = stage::filling;
      in.target_seq = position.last_seq;
      in.target_rev = position.rev;
      in.empty_reads = 0;
      in.checked = in.receipts_read = false;
      fill(in);
      close_if_empty(in);
    }
  }
  bool all = true;
  for (const auto& what : asked.mapped()) {
    auto at = rooms_.find(what);
    if (at == rooms_.end() || at->second.call != call) continue;
    at->second.call = 0; // its owner did not answer
    at->second.at = stage::unwatched;
    failed_rooms_.insert(what);
    all = false;
  }
  if (all) backoff_ = {};
  flush();
}

void hub_core::on_wake() {
  waking_ = false;
  presence_failed_ = false;
  for (const auto& what : std::exchange(failed_rooms_, {})) {
    auto at = rooms_.find(what);
    if (at == rooms_.end()) continue;
    if (at->second.at == stage::filling)
      read_soon(at->second);
    else if (at->second.at == stage::unwatched)
      to_watch_.insert(what);
  }
  to_load_.merge(failed_people_);
  failed_people_.clear();
  flush();
}

// The work that came together while one input was handled.

void hub_core::flush() {
  if (!to_unwatch_.empty()) {
    // Whoever came back meanwhile is watched again after this.
    port_.unwatch(std::exchange(to_unwatch_, {}));
  }
  flush_watches();
  flush_reads();
  flush_presence();
  if (!failed_rooms_.empty() || !failed_people_.empty() || presence_failed_) back_off();
}

void hub_core::flush_watches() {
  while (!to_watch_.empty() && watch_calls_.size() < watch_calls_max) {
    auto call = ++last_call_;
    std::vector<item> items;
    while (!to_watch_.empty() && items.size() < watch_items_max) {
      auto what = to_watch_.extract(to_watch_.begin()).value();
      auto& in = rooms_.at(what);
      in.at = stage::watching;
      in.call = call;
      items.push_back(what);
    }
    watch_calls_.emplace(call, items);
    port_.watch(call, std::move(items));
  }
}

void hub_core::flush_reads() {
  while (!to_load_.empty() && membership_calls_.size() < config_.reads_max) {
    auto key = to_load_.extract(to_load_.begin()).value();
    auto call = ++last_call_;
    people_.at(key).call = call; // an earlier read is outdated
    membership_calls_.emplace(call, key);
    port_.read_memberships(call, key.client, key.user);
  }
  while (!to_read_.empty() && read_calls_.size() < config_.reads_max) {
    auto what = to_read_.front();
    to_read_.pop_front();
    auto at = rooms_.find(what);
    if (at == rooms_.end() || at->second.at != stage::filling || at->second.call != 0) continue;
    auto& in = at->second;
    in.call = ++last_call_;
    read_calls_.emplace(in.call, what);
    if (!in.checked)
      port_.read_conversation(in.call, what);
    else if (in.target_seq > in.seq)
      port_.read_messages(in.call, what, in.seq, config_.fill_page);
    else if (!in.receipts_read)
      port_.read_receipts(in.call, what, in.rev);
    else
      port_.read_statuses(in.call, what, {in.rev, in.target_rev, config_.fill_page});
  }
}

void hub_core::back_off() {
  if (waking_) return;
  waking_ = true;
  backoff_ =
    backoff_.count() == 0 ? config_.retry_first : std::min(backoff_ * 2, config_.retry_max);
  port_.wake_in(backoff_);
}

} // namespace recado::realtime
