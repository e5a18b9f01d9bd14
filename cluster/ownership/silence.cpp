#include "cluster/ownership/silence.hpp"

#include <algorithm>

namespace recado::cluster {

void silence::observe(const std::vector<node_row>& nodes, std::chrono::milliseconds planned,
                      steady_time now) {
  if (last_ && now - *last_ > planned + config_.own_gap) restart();
  last_ = now;
  std::map<node_key, counter> next;
  for (const auto& row : nodes) {
    counter fresh{row.heartbeat, row.left, row.locked, 0, now};
    if (auto old = seen_.find(row.who); old != seen_.end() && old->second.value == row.heartbeat)
      fresh.unchanged = old->second.unchanged + 1, fresh.since = old->second.since;
    next.emplace(row.who, fresh);
  }
  // Those without a row were added by dead(): they stand still as long as they have none.
  for (auto& [who, old] : seen_)
    if (old.value == no_row && !next.contains(who))
      next.emplace(who, counter{no_row, false, true, old.unchanged + 1, old.since});
  seen_ = std::move(next);
  std::erase_if(no_responders_,
                [&](const auto& sign) { return now - sign.second > config_.sign_age_max; });
}

bool silence::dead(const node_key& who, steady_time now) {
  const auto& one = seen_.try_emplace(who, counter{no_row, false, true, 0, now}).first->second;
  return one.left || silent(one, now) || killed(who, one, now);
}

bool silence::killed(const node_key& who, const counter& one, steady_time now) const {
  if (one.locked) return false;
  auto sign = no_responders_.find(who);
  return sign != no_responders_.end() && now - sign->second <= config_.sign_age_max;
}

bool silence::suspicious(steady_time now) const {
  return std::any_of(seen_.begin(), seen_.end(), [&](const auto& one) {
    return !one.second.left && one.second.unchanged > 0 &&
           now - one.second.since >= config_.suspicious && !silent(one.second, now);
  });
}

} // namespace recado::cluster
