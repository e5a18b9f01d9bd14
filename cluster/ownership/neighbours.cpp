#include "cluster/ownership/neighbours.hpp"

#include <algorithm>

namespace recado::cluster {

void neighbours::link(bool up, steady_time now) {
  if (up) {
    if (linked_since_) return;
    linked_since_ = now;
    for (auto& [_, heard] : listed_)
      heard = now; // nobody could be heard meanwhile
    return;
  }
  lost_before_ = true;
  linked_since_.reset();
  known_.clear();
}

bool neighbours::heard(const node_key& who, steady_time now) {
  known_[who].heard = now;
  listed_[who] = now;
  bool back = gone_.contains(who);
  std::erase_if(gone_, [&](const auto& one) {
    return one.node == who.node && one.incarnation <= who.incarnation;
  });
  return back;
}

bool neighbours::any(steady_time now) const {
  return std::any_of(known_.begin(), known_.end(),
                     [&](const auto& one) { return now - one.second.heard < 2 * config_.quiet; });
}

std::vector<node_key> neighbours::quiet(steady_time now) {
  std::vector<node_key> out;
  if (!linked_since_ || (lost_before_ && now - *linked_since_ < config_.link_grace)) return out;
  for (auto& [who, one] : known_) {
    if (now - one.heard < config_.quiet || now - one.asked < config_.ask_again) continue;
    one.asked = now;
    out.push_back(who);
  }
  return out;
}

std::vector<node_key> neighbours::gone(steady_time now) {
  std::vector<node_key> out;
  if (!linked_since_) return out;
  std::erase_if(listed_, [&](const auto& one) {
    if (now - one.second <= config_.forget) return false;
    out.push_back(one.first);
    return true;
  });
  for (const auto& who : out) {
    known_.erase(who);
    gone_.insert(who);
  }
  return out;
}

} // namespace recado::cluster
