#include "gateway/realtime/hub_core.hpp"

#include <algorithm>

namespace recado::realtime {
namespace {
constexpr std::size_t asked_at_once = 100;

/// After the last one it is the first one's turn again.
template <class Map>
auto next_after(Map& in, const typename Map::key_type& last) {
  auto next = in.upper_bound(last);
  return next == in.end() ? in.begin() : next;
}

} // namespace

// Somebody came, went away or left: those who share a conversation with them are told. Who that is
// is read, for many at a time; meanwhile the newest word about a person replaces older ones.
// Clients take turns, and so do the people of each; what waits is bounded for each client. Nobody
// waits for those who come and go all the time.

void hub_core::on_presence(const presence_change& what) {
  auto of_client = people_.lower_bound({what.client, {}});
  bool anybody = of_client != people_.end() && of_client->first.client == what.client;
  if (!anybody) return;
  auto& waiting = presence_news_[what.client].people;
  if (waiting.size() < config_.presence_waiting_max || waiting.contains(what.who.user))
    waiting[what.who.user] = what.who;
  flush();
}

void hub_core::flush_presence() {
  if (presence_call_ != 0 || presence_failed_ || presence_news_.empty()) return;
  presence_told_ = take_news();
  std::vector<user_id> users;
  for (const auto& [user, _] : presence_told_)
    users.push_back(user);
  presence_call_ = ++last_call_;
  port_.read_shared(presence_call_, presence_turn_, std::move(users));
}

hub_core::news hub_core::take_news() {
  auto next = next_after(presence_news_, presence_turn_);
  presence_turn_ = next->first;
  auto& [people, turn] = next->second;
  news out;
  while (!people.empty() && out.size() < asked_at_once) {
    auto who = next_after(people, turn);
    turn = who->first;
    out.insert(people.extract(who));
  }
  if (people.empty()) presence_news_.erase(next);
  return out;
}

void hub_core::on_shared(std::uint64_t call, const result<std::vector<shared_place>>& got) {
  if (call != presence_call_) return;
  presence_call_ = 0;
  auto told = std::exchange(presence_told_, {});
  if (!got) {
    presence_failed_ = true;
    presence_news_[presence_turn_].people.merge(told); // what came meanwhile is newer
    return flush();
  }
  std::map<user_id, std::set<person*>> audience;
  for (const auto& each : *got) {
    auto at = rooms_.find({presence_turn_, each.conversation});
    if (at == rooms_.end()) continue;
    for (auto* who : at->second.people)
      if (!who->stays.at(each.conversation).left_seq) audience[each.user].insert(who);
  }
  for (const auto& [user, those] : audience)
    if (auto found = told.find(user); found != told.end()) hand_on(found->second, those);
  flush();
}

void hub_core::hand_on(const presence_record& what, const std::set<person*>& to) {
  frame out{{}, 0, {}, {}, {}, std::make_shared<const std::string>(presence_frame(what))};
  for (auto* who : to)
    if (who->key.user != what.user)
      for (const auto& session : who->sessions)
        port_.deliver(session, out);
}

} // namespace recado::realtime
