#include "gateway/realtime/hub_core.hpp"

#include <algorithm>

namespace recado::realtime {
namespace {
constexpr std::size_t asked_at_once = 100;
} // namespace

// Somebody came, went away or left: those who share a conversation with them are told. Who that is
// is read, for many at a time; meanwhile the newest word about a person replaces older ones.

void hub_core::on_presence(const presence_change& what) {
  auto of_client = people_.lower_bound({what.client, {}});
  bool anybody = of_client != people_.end() && of_client->first.client == what.client;
  person_key who{what.client, what.who.user};
  bool fits = presence_news_.size() < config_.presence_waiting_max || presence_news_.contains(who);
  if (!anybody || !fits) return;
  presence_news_[who] = what.who;
  flush();
}

void hub_core::flush_presence() {
  if (presence_call_ != 0 || presence_failed_ || presence_news_.empty()) return;
  auto client = presence_news_.begin()->first.client;
  std::vector<user_id> users;
  while (!presence_news_.empty() && users.size() < asked_at_once) {
    auto first = presence_news_.begin();
    if (first->first.client != client) break;
    users.push_back(first->first.user);
    presence_told_.insert(presence_news_.extract(first));
  }
  presence_call_ = ++last_call_;
  port_.read_shared(presence_call_, client, std::move(users));
}

void hub_core::on_shared(std::uint64_t call, const result<std::vector<shared_place>>& got) {
  if (call != presence_call_) return;
  presence_call_ = 0;
  auto told = std::exchange(presence_told_, {});
  if (!got) {
    presence_failed_ = true;
    presence_news_.merge(told); // what came meanwhile is newer
    return flush();
  }
  std::map<person_key, std::set<person*>> audience;
  for (const auto& each : *got) {
    auto at = rooms_.find({told.begin()->first.client, each.conversation});
    if (at == rooms_.end()) continue;
    for (auto* who : at->second.people)
      if (!who->stays.at(each.conversation).left_seq)
        audience[{who->key.client, each.user}].insert(who);
  }
  for (const auto& [who, those] : audience)
    if (auto news = told.find(who); news != told.end()) hand_on(news->second, those);
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
