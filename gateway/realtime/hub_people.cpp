#include "gateway/realtime/hub_core.hpp"

#include <algorithm>

namespace recado::realtime {

// Who is online here and which conversations they are in.

void hub_core::open(const session_id& session, const client_id& client, const user_id& user) {
  auto [at, fresh] = people_.try_emplace(person_key{client, user});
  auto& who = at->second;
  who.key = at->first;
  sessions_[session] = &who;
  if (who.known) {
    attach(who, session);
  } else {
    who.waiting.push_back(session);
    if (fresh) to_load_.insert(who.key);
  }
  flush();
}

void hub_core::attach(person& who, const session_id& session) {
  who.sessions.insert(session);
  port_.opened(session, {});
}

void hub_core::close(const session_id& session) {
  auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  auto& who = *found->second;
  sessions_.erase(found);
  who.sessions.erase(session);
  std::erase(who.waiting, session);
  if (who.sessions.empty() && who.waiting.empty()) forget(who);
  flush();
}

void hub_core::forget(person& who) {
  std::vector<conversation_id> all;
  all.reserve(who.stays.size());
  for (const auto& [conversation, own] : who.stays)
    all.push_back(conversation);
  for (const auto& conversation : all)
    drop_stay(who, conversation);
  to_load_.erase(who.key);
  failed_people_.erase(who.key);
  people_.erase(person_key{who.key});
}

/// A person who has just come is told nothing up to the seq that was read with its memberships; a
/// room that others look at may not have heard of that one yet.
std::vector<standing> hub_core::standings(const session_id& session) const {
  std::vector<standing> out;
  auto found = sessions_.find(session);
  if (found == sessions_.end()) return out;
  const auto& who = *found->second;
  out.reserve(who.stays.size());
  for (const auto& [conversation, own] : who.stays) {
    auto handed_on = rooms_.at({who.key.client, conversation}).seq;
    out.push_back({conversation, own.joined_seq, std::max(own.start_seq, handed_on)});
  }
  return out;
}

bool hub_core::type(const session_id& session, const typing& what) {
  auto at = rooms_.find({what.client, what.conversation});
  if (!session.nil()) {
    auto found = sessions_.find(session);
    if (found == sessions_.end()) return false;
    const auto& stays = found->second->stays;
    auto own = stays.find(what.conversation);
    if (own == stays.end() || own->second.left_seq) return false;
  }
  if (at == rooms_.end()) return true; // nobody looks
  frame out{
    what.conversation, 0, {}, {}, {}, std::make_shared<const std::string>(typing_frame(what))};
  for (auto* who : at->second.people)
    if (who->key.user != what.user)
      for (const auto& each : who->sessions)
        if (each != session) port_.deliver(each, out);
  return true;
}

void hub_core::on_memberships(std::uint64_t call, const result<std::vector<membership>>& got) {
  auto asked = membership_calls_.extract(call);
  if (asked.empty()) return;
  auto at = people_.find(asked.mapped());
  if (at != people_.end() && at->second.call == call) {
    auto& who = at->second;
    who.call = 0;
    if (!got)
      failed_people_.insert(who.key);
    else if (!take_memberships(who, *got))
      refuse(who, problem{ec::overloaded});
    else
      backoff_ = {};
  }
  flush();
}

/// False if there is no room for so many conversations.
bool hub_core::take_memberships(person& who, const std::vector<membership>& all) {
  if (!who.known && rooms_.size() + all.size() > config_.watches_max) return false;
  bool first = !who.known;
  if (!first && !who.key.user.empty()) leave_others(who, all); // a client's list may be cut off
  for (const auto& each : all)
    enter(who, each, first);
  who.known = true;
  for (const auto& session : std::exchange(who.waiting, {}))
    attach(who, session);
  return true;
}

/// At first, what was said before is not handed on: only `resume` brings it. Later, a conversation
/// that is new to us is one whose joined_event was lost: all since then is due.
void hub_core::enter(person& who, const membership& in, bool first) {
  if (in.left_seq) return;
  auto [at, fresh] = who.stays.try_emplace(in.conversation);
  auto& own = at->second;
  if (!fresh && in.rev < own.rev) return; // an event told us something newer
  auto start = first ? in.last_seq : in.joined_seq;
  auto rev = first ? in.rev : 0;
  if (fresh)
    own = {in.joined_seq, std::max(start, in.joined_seq), std::nullopt, in.rev, rev};
  else
    own = {in.joined_seq, std::max(own.start_seq, in.joined_seq), std::nullopt, in.rev,
           own.status_rev};
  auto& in_room = room_of({who.key.client, in.conversation}, own.start_seq, rev);
  if (fresh) in_room.people.push_back(&who);
  catch_up(in_room, own, fresh);
}

void hub_core::leave_others(person& who, const std::vector<membership>& all) {
  std::unordered_set<conversation_id> still;
  for (const auto& each : all)
    if (!each.left_seq) still.insert(each.conversation);
  std::vector<conversation_id> gone;
  for (const auto& [conversation, own] : who.stays)
    if (!still.contains(conversation)) gone.push_back(conversation);
  for (const auto& each : gone)
    drop_stay(who, each);
}

void hub_core::drop_stay(person& who, const conversation_id& from) {
  who.stays.erase(from);
  auto at = rooms_.find({who.key.client, from});
  if (at == rooms_.end()) return;
  std::erase(at->second.people, &who);
  close_if_empty(at->second);
}

void hub_core::refuse(person& who, const problem& why) {
  auto turned_away = who.waiting;
  for (const auto& session : turned_away) {
    port_.opened(session, failure{why});
    sessions_.erase(session);
  }
  who.waiting.clear();
  if (who.sessions.empty()) forget(who);
}

hub_core::person* hub_core::find_person(const client_id& client, const user_id& user) {
  auto at = people_.find({client, user});
  return at == people_.end() ? nullptr : &at->second;
}

// Joined and left carry the seq from which, and up to which, messages are the member's: so they
// need not come in order with the messages.

void hub_core::on_joined(const event& what, const joined_event& body) {
  if (auto* who = find_person(what.client, body.user); who && who->known)
    join(*who, what, body.joined_seq);
  auto* all = find_person(what.client, {});
  if (all && all->known && !all->stays.contains(what.conversation))
    join(*all, what, body.joined_seq);
}

void hub_core::join(person& who, const event& what, std::int64_t joined_seq) {
  auto [at, fresh] = who.stays.try_emplace(what.conversation);
  auto& own = at->second;
  if (!fresh && (what.rev < own.rev || !own.left_seq)) return;
  auto status_rev = fresh ? what.rev - 1 : own.status_rev;
  own = {joined_seq, std::max(own.start_seq, joined_seq), std::nullopt, what.rev, status_rev};
  auto& in_room = room_of({who.key.client, what.conversation}, joined_seq, what.rev - 1);
  if (fresh) in_room.people.push_back(&who);
  catch_up(in_room, own, fresh);
}

/// Others may be further on in this room than a member whose joined_event came late: it goes back,
/// and hands on to each person only what that person has not had.
void hub_core::catch_up(room& in, const stay& own, bool fresh) {
  bool misses_statuses = fresh && own.status_rev < in.rev;
  if (own.start_seq >= in.seq && !misses_statuses) return;
  in.seq = std::min(in.seq, own.start_seq);
  if (misses_statuses) {
    for (auto* who : in.people) {
      auto& each = who->stays.at(in.what.conversation);
      if (&each != &own) each.status_rev = std::max(each.status_rev, in.rev);
    }
    in.rev = own.status_rev;
  }
  rewatch(in);
}

void hub_core::on_left(const event& what, const left_event& body) {
  auto* who = find_person(what.client, body.user);
  if (!who) return;
  auto own = who->stays.find(what.conversation);
  if (own == who->stays.end() || what.rev < own->second.rev) return;
  own->second.left_seq = body.left_seq;
  own->second.rev = what.rev;
  settle_leavers(rooms_.at({what.client, what.conversation}));
}

/// Those who have had all that was theirs go.
void hub_core::settle_leavers(room& in) {
  std::vector<person*> gone;
  for (auto* who : in.people) {
    const auto& own = who->stays.at(in.what.conversation);
    if (own.left_seq && *own.left_seq <= in.seq) gone.push_back(who);
  }
  for (auto* who : gone) {
    who->stays.erase(in.what.conversation);
    std::erase(in.people, who);
  }
}

} // namespace recado::realtime
