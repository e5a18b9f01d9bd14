#include "cluster/ownership/health.hpp"

#include <algorithm>

namespace recado::cluster {

void health::observe(const std::vector<node_row>& nodes,
                     const std::vector<partition_row>& partitions, steady_time now) {
  std::map<node_key, acquaintance> still;
  std::vector<node_key> fresh;
  for (const auto& row : nodes) {
    if (row.left) continue;
    auto [one, _] = still.emplace(row.who, acquaintance{now, std::nullopt});
    if (auto old = known_.find(row.who); old != known_.end())
      one->second = old->second;
    else
      fresh.push_back(row.who);
    if (row.nats_ok)
      one->second.without_nats.reset();
    else if (!one->second.without_nats)
      one->second.without_nats = now;
  }
  known_ = std::move(still);
  note_deaths(fresh, now);
  owners_.clear();
  for (const auto& row : partitions)
    if (row.owner) owners_.insert(*row.owner);
}

/// A new life of a node that owned something a moment ago: the one before did not end in order.
void health::note_deaths(const std::vector<node_key>& fresh, steady_time now) {
  for (const auto& who : fresh) {
    bool died = std::any_of(owners_.begin(), owners_.end(), [&](const node_key& before) {
      return before.node == who.node && before.incarnation < who.incarnation;
    });
    if (died) deaths_[who.node].push_back(now);
  }
  for (auto& [_, times] : deaths_)
    while (!times.empty() && now - times.front() > config_.remembered)
      times.pop_front();
}

bool health::cut_off(const node_key& who, steady_time now) const {
  const auto& one = known_.at(who);
  return one.without_nats && now - *one.without_nats >= config_.nats_grace;
}

bool health::proven(const node_key& who, steady_time now) const {
  auto found = deaths_.find(who.node);
  auto deaths = found == deaths_.end() ? 0 : std::min(found->second.size(), doublings_max);
  return now - known_.at(who).since >= config_.proof * (1 << deaths);
}

} // namespace recado::cluster
