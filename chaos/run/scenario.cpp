#include "chaos/run/scenario.hpp"

#include <algorithm>

namespace recado::chaos {

std::span<const scenario> scenarios() {
  using enum fault;
  static const std::vector<scenario> all{
    {.name = "smoke",
     .what = "one kill, pause, death of NATS and death of PostgreSQL",
     .kinds = {kill, pause, nats_kill, postgres_kill},
     .seconds = 45,
     .in_order = true},
    {.name = "kill",
     .what =
       "nodes killed: once, twice, all at once, joining, draining, while they are handed work",
     .kinds = {kill, kill_twice, kill_joining, kill_draining, kill_receiver, kill_all}},
    {.name = "recovery", .what = "nothing but kill -9, for the figure", .kinds = {kill}},
    {.name = "pause", .what = "nodes stopped for 1, 3 and 10 s", .kinds = {pause}},
    {.name = "partition",
     .what = "nodes cut from NATS, PostgreSQL or both, one way, flapping, slow, reset, and commits "
             "whose answer is lost",
     .kinds = {cut_nats, cut_postgres, cut_both, deaf_to_nats, dumb_to_nats, deaf_to_postgres, flap,
               slow_links, reset, lost_commit},
     .seconds = 300},
    {.name = "severed",
     .what = "nodes that cannot reach PostgreSQL or hear NATS, for the figure",
     .kinds = {cut_postgres, deaf_to_nats, cut_both}},
    {.name = "nats",
     .what = "NATS killed, paused, its store deleted or cut in half",
     .kinds = {nats_kill, nats_pause, nats_delete, nats_truncate}},
    {.name = "nats3",
     .what = "three NATS servers: the leader killed, any of them killed or paused",
     .kinds = {nats_leader, nats_kill, nats_pause},
     .brokers = 3},
    {.name = "postgres",
     .what = "PostgreSQL killed, also while it commits, paused, commits whose answer is lost",
     .kinds = {postgres_kill, postgres_kill_committing, postgres_pause, lost_commit},
     .shim = true},
    {.name = "scale", .what = "between one and three nodes", .kinds = {scale}, .running = 1},
    {.name = "rolling", .what = "every node ended and started again, in turn", .kinds = {rolling}},
    {.name = "drain",
     .what = "nodes drained and taken back, single restarts, kills on the way",
     .kinds = {drain, restart, kill_draining, kill_receiver}},
    {.name = "handoff", .what = "nothing but drains, for the figure", .kinds = {drain}},
    {.name = "disk",
     .what = "PostgreSQL's disk slow and full",
     .kinds = {slow_disk, full_disk},
     .small_disk = true,
     .shim = true},
    {.name = "clock",
     .what = "the clock of a node an hour ahead or behind, and nodes killed meanwhile",
     .kinds = {clock_ahead, clock_behind, kill},
     .shim = true},
    {.name = "poison",
     .what = "commands that nobody can read, in the inbox and on the wire",
     .kinds = {poison},
     .seconds = 60},
    {.name = "upgrade",
     .what = "from another program (--old) to this one, node by node",
     .kinds = {upgrade, kill, rolling},
     .seconds = 120,
     .in_order = true,
     .old = true},
    {.name = "mix",
     .what = "everything that needs neither root nor a second program, in any order",
     .kinds = {kill,          kill_twice,    kill_joining,     kill_draining,
               kill_receiver, pause,         cut_nats,         cut_postgres,
               cut_both,      deaf_to_nats,  deaf_to_postgres, flap,
               reset,         lost_commit,   nats_kill,        nats_pause,
               nats_delete,   postgres_kill, postgres_pause,   restart,
               drain},
     .seconds = 600},
  };
  return all;
}

const scenario* scenario_named(std::string_view name) {
  auto all = scenarios();
  auto found = std::ranges::find(all, name, &scenario::name);
  return found == all.end() ? nullptr : &*found;
}

} // namespace recado::chaos
