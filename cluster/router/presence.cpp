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

void presence::set_local(const std::vector<partition_id>& owned, steady_time now) {
  std::vector<std::optional<steady_time>> since(seats_.size());
  for (auto part : owned)
    if (part < seats_.size()) since[part] = seats_[part].local_since.value_or(now);
  for (std::size_t part = 0; part < seats_.size(); ++part)
    seats_[part].local_since = since[part];
}

void presence::local_refused(partition_id part, steady_time now) {
  seats_.at(part).distrusted_until = now + config_.distrust;
}

bool presence::local(partition_id part, steady_time now) const {
  const auto& here = seats_.at(part);
  return here.local_since && now >= here.distrusted_until;
}

bool presence::read_from_stream(partition_id part, steady_time now) const {
  if (!link_since_) return false;
  const auto& at = seats_.at(part);
  auto recent = [now](const auto& then, auto limit) { return then && now - *then < limit; };
  return recent(link_since_, config_.link_grace) || recent(at.local_since, config_.link_grace) ||
         recent(at.heard, config_.beacon_age_max);
}

} // namespace recado::cluster
