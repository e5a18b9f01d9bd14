#include "actors/presence/own_people.hpp"

#include <algorithm>

namespace recado::presence {

std::uint64_t weight_of(const person& who, presence_status now) {
  // FNV-1a, and then mixed: the sum of many must not lose the high bits of any.
  std::uint64_t hash = 0xcbf29ce484222325ull;
  auto add = [&](std::string_view bytes) {
    for (auto c : bytes)
      hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ull;
  };
  add(who.client.value.raw());
  add(who.user.value);
  add(std::string_view{"\0\1\2", 3}.substr(static_cast<std::size_t>(now), 1));
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdull;
  return hash ^ hash >> 33;
}

std::optional<stance> own_people::set(const uuid& connection, const person& who,
                                      presence_status now, wall_time at) {
  connections_.insert_or_assign(connection, who);
  auto seated = people_.try_emplace(who).first;
  seated->second.connections[connection] = now;
  return settle(seated, at);
}

std::optional<stance> own_people::end(const uuid& connection, wall_time at) {
  auto known = connections_.extract(connection);
  if (known.empty()) return std::nullopt;
  auto seated = people_.find(known.mapped());
  seated->second.connections.erase(connection);
  return settle(seated, at);
}

std::optional<stance> own_people::settle(std::map<person, seat>::iterator at, wall_time when) {
  auto& [who, seated] = *at;
  auto now = presence_status::offline;
  for (const auto& [connection, each] : seated.connections)
    now = std::max(now, each);
  if (now == seated.now) return std::nullopt;
  if (seated.now != presence_status::offline) sum_ -= weight_of(who, seated.now);
  seated.now = now;
  seated.at = when;
  stance out{who, now, when};
  if (now == presence_status::offline)
    people_.erase(at);
  else
    sum_ += weight_of(who, now);
  return out;
}

delta own_people::next(stance change) {
  return {self_, ++number_, {std::move(change)}};
}

digest own_people::sum(bool curious) const {
  return {self_, number_, people_.size(), sum_, curious};
}

page_of_people own_people::page(const page_request& asked, std::size_t limit) const {
  page_of_people out{number_, {}, false};
  auto at = asked.after ? people_.upper_bound(*asked.after) : people_.begin();
  for (; at != people_.end() && out.people.size() < limit; ++at)
    out.people.push_back({at->first, at->second.now, at->second.at});
  out.more = at != people_.end();
  return out;
}

std::optional<stance> own_people::of(const person& who) const {
  auto found = people_.find(who);
  if (found == people_.end()) return std::nullopt;
  return stance{who, found->second.now, found->second.at};
}

} // namespace recado::presence
