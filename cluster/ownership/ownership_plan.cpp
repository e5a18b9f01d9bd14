/// ownership_machine, second half: who should own what, and the claims and hand-overs that follow.
#include "cluster/ownership/ownership_machine.hpp"
#include "cluster/ownership/placement.hpp"

#include <algorithm>

namespace recado::cluster {

// --- who should own what -----------------------------------------------------------------------

/// Nodes that may own something: alive and not draining; of these, if there are any, those with
/// NATS, and of these those that have been well for a while.
std::set<std::string> ownership_machine::eligible(const std::vector<node_row>& nodes,
                                                  steady_time now) {
  std::set<std::string> alive, linked, well;
  for (const auto& row : nodes) {
    bool self = row.who == config_.self;
    if (row.left || row.draining || (self && phase_ != phase::active)) continue;
    if (!self && silence_.dead(row.who, now)) continue;
    bool cut_off = health_.cut_off(row.who, now);
    alive.insert(row.who.node);
    if (!cut_off) linked.insert(row.who.node);
    if (!cut_off && health_.proven(row.who, now)) well.insert(row.who.node);
  }
  if (!well.empty()) return well;
  return linked.empty() ? alive : linked;
}

void ownership_machine::plan(const std::vector<node_row>& nodes,
                             const std::vector<partition_row>& rows, steady_time now) {
  health_.observe(nodes, rows, now);
  std::map<partition_id, std::string> owners;
  for (const auto& row : rows) {
    if (row.quarantined) continue;
    auto& owner = owners[row.id];
    if (row.owner && (row.owner == config_.self || !silence_.dead(*row.owner, now)))
      owner = row.owner->node;
    else if (!row.owner)
      owner = row.target; // on its way
  }
  plan_ = place(eligible(nodes, now), owners);
}

std::string ownership_machine::target_of(partition_id id) const {
  auto found = plan_.find(id);
  return found == plan_.end() || found->second == config_.self.node ? "" : found->second;
}

/// Hands over what the plan gives to others, a few at a time in the whole cluster.
void ownership_machine::plan_moves(const std::vector<partition_row>& rows) {
  if (!serving_ || phase_ != phase::active) return;
  auto under_way = moving_.size();
  for (const auto& row : rows)
    under_way += row.owner || row.quarantined || releasing_.contains(row.id) ? 0 : 1;
  for (const auto& [id, _] : held_) {
    if (under_way >= config_.moves_max) return;
    auto target = target_of(id);
    if (target.empty() || moving_.contains(id)) continue;
    moving_.emplace(id, std::move(target));
    say(order::hand_over{id});
    ++under_way;
  }
}

/// One claim for each owner before, so that a hung one stands in nobody's way. False: something has
/// no living owner.
bool ownership_machine::plan_claims(const std::vector<partition_row>& rows, steady_time now) {
  claims_.clear();
  bool all_owned = true;
  std::map<std::optional<node_key>, std::vector<held_partition>> wanted;
  for (const auto& row : rows) {
    if (row.quarantined) orphan_since_.erase(row.id); // waits for a person, not for an owner
    if (row.quarantined || held_.contains(row.id) || releasing_.contains(row.id)) continue;
    bool orphan = orphaned(row, now);
    all_owned = all_owned && (!orphan || !row.target.empty());
    if (orphan && serving_ && phase_ == phase::active && may_take(row, now))
      wanted[row.owner].emplace_back(row.id, row.at);
  }
  for (auto& [from, ids] : wanted)
    claims_.push_back({from, std::move(ids), died(from, now)});
  return all_owned;
}

/// We have not: what names us was released, and PostgreSQL has forgotten it. Nor has one that is
/// only cut off, and says so.
bool ownership_machine::died(const std::optional<node_key>& owner, steady_time now) const {
  return owner && owner != config_.self && !silence_.speaks(*owner, now);
}

bool ownership_machine::orphaned(const partition_row& row, steady_time now) {
  bool owned = row.owner && row.owner != config_.self && row.owner->node != config_.self.node &&
               !silence_.dead(*row.owner, now);
  if (owned)
    orphan_since_.erase(row.id);
  else
    orphan_since_.try_emplace(row.id, now);
  return !owned;
}

/// What has no owner is for its target first, or for the one that the plan names; after a while it
/// is for anyone. What an earlier life of ours had is ours.
bool ownership_machine::may_take(const partition_row& row, steady_time now) const {
  if (row.owner && row.owner->node == config_.self.node) return true;
  if (row.target == config_.self.node) return true;
  auto planned = plan_.find(row.id);
  bool for_us = planned != plan_.end() && planned->second == config_.self.node;
  bool meant_for_another = !row.target.empty() || given_away_.contains(row.id) || !for_us;
  return !meant_for_another || now - orphan_since_.at(row.id) >= config_.hold_off;
}

// --- claiming --------------------------------------------------------------------------------

void ownership_machine::on(const seen::claimed& event, steady_time now) {
  busy_ = false;
  auto from = std::exchange(claiming_, std::nullopt);
  for (auto row : event.rows) {
    row.adoption = from && from->died;
    orphan_since_.erase(row.id);
    given_away_.erase(row.id);
    // It came too late: it goes back as it is.
    if (phase_ == phase::stopping) {
      releasing_[row.id] = {row.at, row.cursors, target_of(row.id)};
      continue;
    }
    held_[row.id] = row.at;
    say(order::own{std::move(row)});
  }
  if (from && event.rows.size() < from->rows.size())
    poll_at_ = std::min(poll_at_, now + config_.poll_fast);
}

void ownership_machine::on(const seen::claim_failed& event, steady_time now) {
  busy_ = false;
  auto from = std::exchange(claiming_, std::nullopt);
  // A backend of the dead one hangs with our rows locked. Our own locks end by themselves.
  if (event.blocked && from && from->from && from->from != config_.self) to_terminate_ = from->from;
  poll_at_ = now + (to_terminate_ ? std::chrono::milliseconds{0} : config_.retry);
}

void ownership_machine::on(const seen::terminated&, steady_time) {
  busy_ = false;
}

} // namespace recado::cluster
