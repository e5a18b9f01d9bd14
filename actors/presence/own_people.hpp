#pragma once
/// The people who are connected to this gateway. Pure.
#include "actors/presence/people.hpp"

#include <optional>
#include <unordered_map>

namespace recado::presence {

class own_people {
public:
  explicit own_people(gateway_key self) : self_(std::move(self)) {}

  /// What it changes about the person as a whole: online if any connection is, away if all are.
  std::optional<stance> set(const uuid& connection, const person& who, presence_status now,
                            wall_time at);
  std::optional<stance> end(const uuid& connection, wall_time at);

  /// The next delta, of this change.
  delta next(stance change);
  digest sum(bool curious = false) const;
  page_of_people page(const page_request& asked, std::size_t limit) const;
  std::optional<stance> of(const person& who) const;
  std::size_t size() const noexcept { return people_.size(); }
  const gateway_key& self() const noexcept { return self_; }

private:
  struct seat {
    std::map<uuid, presence_status> connections;
    presence_status now = presence_status::offline;
    wall_time at{};
  };
  std::optional<stance> settle(std::map<person, seat>::iterator at, wall_time when);

  gateway_key self_;
  std::uint64_t number_ = 0;
  std::uint64_t sum_ = 0;
  std::map<person, seat> people_;
  std::unordered_map<uuid, person> connections_;
};

} // namespace recado::presence
