#include "actors/conversation/draft.hpp"

#include <algorithm>

namespace recado {
namespace {

/// The conversation's own row: everything but the members, which may be many.
conversation_state head_of(const conversation_state& state) {
  conversation_state head;
  head.key = state.key;
  head.exists = state.exists;
  head.type = state.type;
  head.title = state.title;
  head.metadata = state.metadata;
  head.last_seq = state.last_seq;
  head.rev = state.rev;
  head.last_at = state.last_at;
  head.created_at = state.created_at;
  head.hash = state.hash;
  return head;
}

} // namespace

draft::draft(const conversation_state& state, effects& out) : base_(state), out_(out) {
  out_.key = state.key;
  out_.head = head_of(state);
  active_count_ = static_cast<std::size_t>(
    std::ranges::count_if(state.members, [](const auto& entry) { return entry.second.active(); }));
}

const member_state* draft::member(const user_id& user) const {
  if (auto changed = changed_.find(user); changed != changed_.end())
    return &out_.members[changed->second].state;
  auto found = base_.members.find(user);
  return found == base_.members.end() ? nullptr : &found->second;
}

const member_state* draft::active(const user_id& user) const {
  const auto* state = member(user);
  return state && state->active() ? state : nullptr;
}

void draft::touch() {
  if (!out_.changed) ++out_.head.rev;
  out_.changed = true;
}

void draft::create(const conversation_key& key, const create_conversation& from, wall_time now) {
  auto& head = out_.head;
  head.key = out_.key = key;
  head.exists = true;
  head.type = from.type;
  head.title = from.title;
  head.metadata = from.metadata;
  head.created_at = head.last_at = now;
  head.hash = from.hash;
  touch();
  for (const auto& member : from.members) {
    if (active(member.user)) continue; // named twice
    put_member(member.user, {member.role, now, 0, std::nullopt, 0, 0});
    out_.bare_users.push_back(member.user);
  }
}

void draft::put_member(const user_id& user, member_state state) {
  touch();
  const auto* before = member(user);
  bool was_active = before && before->active();
  if (state.active() && !was_active) ++active_count_;
  if (!state.active() && was_active) --active_count_;
  auto [at, fresh] = changed_.emplace(user, out_.members.size());
  if (fresh)
    out_.members.push_back({user, state});
  else
    out_.members[at->second].state = state;
}

void draft::put_receipt(const receipt_row& row) {
  for (auto& pending : out_.receipts) {
    if (pending.user != row.user || pending.kind != row.kind) continue;
    pending.up_to_seq = row.up_to_seq;
    pending.at = row.at;
    return;
  }
  out_.receipts.push_back(row);
}

std::int64_t draft::next_message(wall_time now, wall_time& created_at) {
  touch();
  created_at = out_.head.last_at = std::max(now, out_.head.last_at);
  return ++out_.head.last_seq;
}

void draft::add_usage(wall_time at, std::string_view channel, status state, std::int64_t count) {
  if (count == 0) return;
  constexpr std::int64_t minute_us = 60'000'000;
  auto minute = micros(at) / minute_us * minute_us;
  for (auto& row : out_.usage)
    if (row.minute == minute && row.channel == channel && row.state == state) {
      row.count += count;
      return;
    }
  out_.usage.push_back({minute, std::string{channel}, state, count});
}

const delivery_state* draft::delivery(const delivery_id& id) const {
  auto found = deliveries_.find(id);
  return found == deliveries_.end() ? nullptr : &out_.deliveries[found->second].state;
}

void draft::put_delivery(delivery_state state, bool fresh) {
  touch();
  auto [at, first] = deliveries_.emplace(state.id, out_.deliveries.size());
  if (first)
    out_.deliveries.push_back({std::move(state), fresh});
  else
    out_.deliveries[at->second].state = std::move(state);
}

} // namespace recado
