#include "schemas/status.hpp"

#include <algorithm>
#include <array>

namespace recado {
namespace {
constexpr std::array<std::string_view, statuses> names{
  "scheduled", "queued", "sending", "retrying", "sent", "delivered",
  "read",      "failed", "expired", "canceled", "dead", "suppressed"};
constexpr std::array<int, statuses> ranks{0, 1, 2, 2, 3, 4, 5, 6, 6, 6, 6, 6};
constexpr int sent_rank = 3;
} // namespace

std::string_view to_string(status value) noexcept {
  return names[static_cast<std::size_t>(value)];
}

std::optional<status> status_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<status>(i);
  return std::nullopt;
}

int rank(status value) noexcept {
  return ranks[static_cast<std::size_t>(value)];
}

bool final(status value) noexcept {
  return value >= status::failed;
}

bool may_move(status from, status to) noexcept {
  if (from == to || final(from)) return false;
  if (final(to)) return rank(from) <= sent_rank;
  if (rank(from) == rank(to)) return true; // sending <-> retrying
  return rank(to) > rank(from);
}

status advance(status from, status to) noexcept {
  return may_move(from, to) ? to : from;
}

namespace {
/// The end of a whole whose parts have all ended.
void add_end(std::optional<status>& whole, status part) noexcept {
  whole = !whole || *whole == part ? part : status::failed;
}
} // namespace

// Within a rank (sending, retrying) the order of the enumerators decides, as it does in SQL.

void least_advanced::add(status part) noexcept {
  if (final(part))
    add_end(ended_, part);
  else
    open_ = open_ ? std::min(*open_, part) : part;
}

std::optional<status> least_advanced::value() const noexcept {
  return open_ ? open_ : ended_;
}

void most_advanced::add(status now, status reached) noexcept {
  if (final(now)) {
    add_end(ended_, now);
  } else {
    open_ = true;
    reached = now;
  }
  furthest_ = furthest_ ? std::max(*furthest_, reached) : reached;
}

std::optional<status> most_advanced::value() const noexcept {
  return open_ ? furthest_ : ended_;
}

} // namespace recado
