#include "cluster/router/presence.hpp"

namespace recado::cluster {

presence::presence(presence_config config) : config_(config), seats_(config.partitions) {}

void presence::link(bool up, steady_time now) {
  if (!up)
    link_since_.reset();
  else if (!link_since_)
    link_since_ = now;
}

void presence::heard(const beacon& from, steady_time now) {
  for (auto part : from.partitions)
    if (part < seats_.size()) seats_[part].heard = now;
}

void presence::set_local(const std::vector<partition_id>& owned) {
  for (auto& one : seats_)
    one.local = false;
  for (auto part : owned)
    if (part < seats_.size()) seats_[part].local = true;
}

void presence::local_refused(partition_id part, steady_time now) {
  seats_.at(part).distrusted_until = now + config_.distrust;
}

bool presence::local(partition_id part, steady_time now) const {
  const auto& here = seats_.at(part);
  return here.local && now >= here.distrusted_until;
}

bool presence::owner_alive(partition_id part, steady_time now) const {
  if (local(part, now)) return true;
  if (!link_since_) return false;
  const auto& heard = seats_.at(part).heard;
  return now - *link_since_ < config_.link_grace ||
         (heard && now - *heard < config_.beacon_age_max);
}

} // namespace recado::cluster
