#include "chaos/nemesis/fault.hpp"

#include <array>

namespace recado::chaos {

namespace {

struct row {
  fault what;
  std::string_view name;
  std::array<std::uint32_t, 3> lasts_ms;
};

// Milliseconds without a meaning of their own (a restart lasts as long as it lasts) are a pause.
constexpr std::array<row, faults_count> rows{{
  {fault::kill, "kill", {2'000, 3'000, 4'000}},
  {fault::kill_twice, "kill_twice", {500, 1'000, 2'000}},
  {fault::kill_all, "kill_all", {200, 1'000, 2'000}},
  {fault::kill_joining, "kill_joining", {500, 1'500, 3'000}},
  {fault::kill_draining, "kill_draining", {500, 1'500, 3'000}},
  {fault::kill_receiver, "kill_receiver", {500, 1'500, 3'000}},
  {fault::pause, "pause", {1'000, 3'000, 10'000}},
  {fault::cut_nats, "cut_nats", {1'000, 4'000, 8'000}},
  {fault::cut_postgres, "cut_postgres", {1'000, 4'000, 8'000}},
  {fault::cut_both, "cut_both", {1'000, 4'000, 8'000}},
  {fault::deaf_to_nats, "deaf_to_nats", {1'000, 4'000, 8'000}},
  {fault::dumb_to_nats, "dumb_to_nats", {1'000, 4'000, 8'000}},
  {fault::deaf_to_postgres, "deaf_to_postgres", {1'000, 4'000, 8'000}},
  {fault::flap, "flap", {2'000, 4'000, 6'000}},
  {fault::slow_links, "slow_links", {2'000, 4'000, 6'000}},
  {fault::reset, "reset", {100, 200, 300}},
  {fault::lost_commit, "lost_commit", {1'000, 2'000, 3'000}},
  {fault::nats_kill, "nats_kill", {500, 2'000, 5'000}},
  {fault::nats_pause, "nats_pause", {1'000, 3'000, 6'000}},
  {fault::nats_delete, "nats_delete", {500, 2'000, 4'000}},
  {fault::nats_truncate, "nats_truncate", {500, 2'000, 4'000}},
  {fault::nats_leader, "nats_leader", {1'000, 3'000, 5'000}},
  {fault::postgres_kill, "postgres_kill", {200, 1'000, 3'000}},
  {fault::postgres_kill_committing, "postgres_kill_committing", {200, 1'000, 3'000}},
  {fault::postgres_pause, "postgres_pause", {1'000, 3'000, 5'000}},
  {fault::slow_disk, "slow_disk", {2'000, 4'000, 6'000}},
  {fault::full_disk, "full_disk", {2'000, 4'000, 6'000}},
  {fault::clock_ahead, "clock_ahead", {2'000, 4'000, 6'000}},
  {fault::clock_behind, "clock_behind", {2'000, 4'000, 6'000}},
  {fault::scale, "scale", {500, 1'000, 2'000}},
  {fault::restart, "restart", {200, 500, 1'000}},
  {fault::rolling, "rolling", {200, 500, 1'000}},
  {fault::drain, "drain", {500, 1'000, 2'000}},
  {fault::poison, "poison", {500, 1'000, 2'000}},
  {fault::upgrade, "upgrade", {500, 1'000, 2'000}},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].what != static_cast<fault>(i)) return false;
  return true;
}
static_assert(in_order());

} // namespace

std::string_view to_string(fault what) noexcept {
  return rows[static_cast<std::size_t>(what)].name;
}

std::optional<fault> fault_named(std::string_view name) noexcept {
  for (const auto& one : rows)
    if (one.name == name) return one.what;
  return std::nullopt;
}

std::span<const std::uint32_t> durations_of(fault what) noexcept {
  return rows[static_cast<std::size_t>(what)].lasts_ms;
}

} // namespace recado::chaos
