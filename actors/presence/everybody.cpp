#include "actors/presence/everybody.hpp"

#include <algorithm>
#include <utility>

namespace recado::presence {
namespace {

constexpr auto offline = presence_status::offline;

/// The higher one; of two that are alike, the later.
void merge(stance& into, const stance& other) {
  if (std::pair{other.now, other.at} > std::pair{into.now, into.at}) into = other;
}

} // namespace

// --- this gateway

void everybody::set(const uuid& connection, const person& who, presence_status now, wall_time at) {
  answer_own(own_.set(connection, who, now, at));
}

void everybody::end(const uuid& connection, wall_time at) {
  answer_own(own_.end(connection, at));
}

void everybody::answer_own(const std::optional<stance>& change) {
  if (!change) return;
  if (change->now == offline) gone_[change->who] = change->at;
  see(change->who, change->at);
  results_.deltas.push_back(own_.next(*change));
  tell(change->who);
}

farewell everybody::leave(wall_time at) {
  page_request next;
  for (bool more = true; more;) {
    constexpr std::size_t some = 1'000;
    auto page = own_.page(next, some);
    for (const auto& each : page.people)
      see(each.who, at);
    more = page.more;
    if (more) next.after = page.people.back().who;
  }
  return {own_.self()};
}

// --- other gateways

everybody::neighbour* everybody::known(const gateway_key& from, wall_time now, steady_time heard) {
  if (from == own_.self()) return nullptr;
  for (auto at = others_.begin(); at != others_.end();) {
    auto other = at++;
    if (other->first.node != from.node || other->first == from) continue;
    if (other->first.incarnation > from.incarnation) return nullptr; // from the dead
    gone(gateway_key{other->first}, now);
  }
  auto found = others_.find(from);
  if (found == others_.end()) {
    if (others_.size() >= config_.gateways_max) return nullptr;
    found = others_.emplace(from, neighbour{other_people{config_.others}, heard}).first;
  }
  found->second.heard = heard;
  return &found->second;
}

void everybody::hear(const delta& what, wall_time now, steady_time heard) {
  auto* from = known(what.from, now, heard);
  if (!from) return;
  from->people.take(what, [this](const stance& word) { tell(word.who); });
  ask(what.from, from->people);
}

void everybody::hear(const digest& what, wall_time now, steady_time heard) {
  auto* from = known(what.from, now, heard);
  if (!from) return;
  if (what.curious) results_.sum = own_.sum();
  from->people.take(what);
  ask(what.from, from->people);
}

void everybody::hear_page(const gateway_key& from, const std::optional<page_of_people>& got,
                          wall_time now) {
  auto found = others_.find(from);
  if (found == others_.end()) return;
  auto& people = found->second.people;
  people.take(got, now, [this](const stance& word) { tell(word.who); });
  ask(from, people);
}

void everybody::ask(const gateway_key& whom, other_people& people) {
  if (auto asked = people.request()) results_.asking.emplace_back(whom, std::move(*asked));
}

void everybody::gone(const gateway_key& who, wall_time now) {
  auto left = others_.extract(who);
  if (left.empty()) return;
  bool ours = keeps_for_the_dead();
  left.mapped().people.forget(now, [&](const stance& word) {
    gone_[word.who] = now;
    if (ours) see(word.who, now);
    tell(word.who);
  });
}

/// One of those who are left is enough.
bool everybody::keeps_for_the_dead() const {
  return others_.empty() || own_.self() < others_.begin()->first;
}

void everybody::on_link(steady_time now) {
  for (auto& [who, each] : others_)
    each.heard = now;
  digest_at_ = now;
  results_.sum = own_.sum(true);
}

void everybody::tick(wall_time now, steady_time at, bool linked) {
  std::vector<gateway_key> silent;
  for (auto& [who, each] : others_) {
    if (!linked) each.heard = at; // it is us who do not hear
    if (at - each.heard > config_.silence) silent.push_back(who);
  }
  for (const auto& who : silent)
    gone(who, now);
  if (digest_at_ && at - *digest_at_ < config_.digest_interval) return;
  auto gone_before = now - config_.remembered;
  std::erase_if(gone_, [&](const auto& each) { return each.second < gone_before; });
  for (auto& [who, each] : others_)
    each.people.sweep(gone_before);
  results_.sum = own_.sum(!digest_at_.has_value());
  digest_at_ = at;
}

// --- all of them

stance everybody::of(const person& who) const {
  stance out{who, offline, wall_time::min()};
  if (auto own = own_.of(who)) merge(out, *own);
  if (auto left = gone_.find(who); left != gone_.end()) merge(out, {who, offline, left->second});
  for (const auto& [gateway, each] : others_)
    if (auto word = each.people.of(who)) merge(out, *word);
  return out;
}

void everybody::tell(const person& who) {
  auto now = of(who);
  auto shown = shown_.find(who);
  if (now.now == (shown == shown_.end() ? offline : shown->second)) return;
  if (now.now == offline)
    shown_.erase(shown);
  else
    shown_[who] = now.now;
  results_.changes.push_back(std::move(now));
}

everybody::results everybody::take_results() {
  return std::exchange(results_, {});
}

void everybody::see(const person& who, wall_time at) {
  auto known = unkept_.find(who);
  if (known != unkept_.end())
    known->second = std::max(known->second, at);
  else if (unkept_.size() < config_.unkept_max)
    unkept_.emplace(who, at);
}

std::vector<std::pair<person, wall_time>> everybody::take_seen(std::size_t limit) {
  std::vector<std::pair<person, wall_time>> out;
  while (!unkept_.empty() && out.size() < limit) {
    auto first = unkept_.extract(unkept_.begin());
    out.emplace_back(std::move(first.key()), first.mapped());
  }
  return out;
}

void everybody::put_back(std::vector<std::pair<person, wall_time>> seen) {
  for (const auto& [who, at] : seen)
    see(who, at);
}

std::size_t everybody::others_size() const {
  std::size_t out = 0;
  for (const auto& [who, each] : others_)
    out += each.people.size();
  return out;
}

} // namespace recado::presence
