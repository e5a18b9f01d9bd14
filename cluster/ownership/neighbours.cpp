#include "cluster/ownership/neighbours.hpp"

#include <algorithm>

namespace recado::cluster {

void neighbours::link(bool up, steady_time now) {
  if (up) {
    if (!linked_since_) linked_since_ = now;
    return;
  }
  lost_before_ = true;
  linked_since_.reset();
  known_.clear();
}

void neighbours::heard(const node_key& who, steady_time now) {
  known_[who].heard = now;
}

bool neighbours::any(steady_time now) const {
  return std::any_of(known_.begin(), known_.end(),
                     [&](const auto& one) { return now - one.second.heard < 2 * config_.quiet; });
}

std::vector<node_key> neighbours::quiet(steady_time now) {
  std::vector<node_key> out;
  std::erase_if(known_, [&](const auto& one) { return now - one.second.heard > config_.forget; });
  if (!linked_since_ || (lost_before_ && now - *linked_since_ < config_.link_grace)) return out;
  for (auto& [who, one] : known_) {
    if (now - one.heard < config_.quiet || now - one.asked < config_.ask_again) continue;
    one.asked = now;
    out.push_back(who);
  }
  return out;
}

} // namespace recado::cluster
