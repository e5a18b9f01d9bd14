#pragma once
/// Who is here: words of presence that travel between the gateways. Plain values.
#include "actors/service/presence.hpp"

#include <map>
#include <string>
#include <vector>

namespace recado::presence {

/// A gateway process: one life of a node.
struct gateway_key {
  std::string node;
  std::int64_t incarnation = 0;
  auto operator<=>(const gateway_key&) const = default;
};

struct person {
  client_id client;
  user_id user;
  auto operator<=>(const person&) const = default;
};

/// What one gateway says about one person.
struct stance {
  person who;
  presence_status now = presence_status::offline;
  wall_time at{}; ///< since when
  bool operator==(const stance&) const = default;
};

/// What changed at a gateway, in one go. Numbered 1, 2, 3 … within its life, so that a loss shows.
struct delta {
  gateway_key from;
  std::uint64_t number = 0;
  std::vector<stance> changes;
};

/// Everybody who is online or away at one gateway, in a few bytes. Told every 10 s.
struct digest {
  gateway_key from;
  std::uint64_t number = 0; ///< of its last delta
  std::uint64_t count = 0, sum = 0;
  bool curious = false; ///< it has just come and wants to hear everybody's digest
};

/// The gateway ends: nobody is there any more.
struct farewell {
  gateway_key from;
};

/// Asks one gateway for those who come after this person, in their order.
struct page_request {
  std::optional<person> after;
};

/// All who are online or away in (page_request::after, the last of them], or to the end.
struct page_of_people {
  std::uint64_t number = 0; ///< of the last delta when it was made
  std::vector<stance> people;
  bool more = false;
};

/// Those of `people` whose word counts in a digest; independent of their order.
std::uint64_t weight_of(const person& who, presence_status now);

} // namespace recado::presence
