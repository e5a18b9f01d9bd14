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
  auto old = [&](const auto& sign) { return now - sign.second > config_.sign_age_max; };
  std::erase_if(no_responders_, old);
  std::erase_if(idle_, old);
}

bool silence::dead(const node_key& who, steady_time now) {
  const auto& one = seen_.try_emplace(who, counter{no_row, false, true, 0, now}).first->second;
  return one.left || silent(one, now) || killed(who, one, now) || gave_up(who, one, now);
}

bool silence::fresh(const signs& of, const node_key& who, steady_time now) const {
  auto sign = of.find(who);
  return sign != of.end() && now - sign->second <= config_.sign_age_max;
}

bool silence::killed(const node_key& who, const counter& one, steady_time now) const {
  return !one.locked && fresh(no_responders_, who, now);
}

bool silence::gave_up(const node_key& who, const counter& one, steady_time now) const {
  return one.unchanged >= config_.idle_polls && now - one.since >= config_.idle_age &&
         fresh(idle_, who, now);
}

bool silence::stands_still(const node_key& who) const {
  auto found = seen_.find(who);
  return found != seen_.end() && found->second.unchanged > 0;
}

bool silence::suspicious(steady_time now) const {
  return std::any_of(seen_.begin(), seen_.end(), [&](const auto& one) {
    return !one.second.left && one.second.unchanged > 0 &&
           now - one.second.since >= config_.suspicious && !silent(one.second, now);
  });
}

} // namespace recado::cluster
