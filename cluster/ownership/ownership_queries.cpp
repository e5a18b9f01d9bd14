#include "cluster/ownership/ownership_queries.hpp"

#include "runtime/store/fence.hpp"

namespace recado::cluster::sql {

namespace {

constexpr auto no_rows = store::expect::none;

store::params of_node(const node_key& self) {
  store::params out;
  out.add_text(self.node).add_int8(self.incarnation);
  return out;
}

store::int2_array ids_of(std::span<const held_partition> held) {
  store::int2_array out;
  for (const auto& [id, at] : held)
    out.push(static_cast<std::int16_t>(id));
  return out;
}

/// Nobody waits for the disk: what a crash of PostgreSQL loses is made again.
store::statement commit_lazily() {
  return {"commit_lazily", "select set_config('synchronous_commit', 'off', true)", {}, no_rows};
}

/// The same, unless something is named in this partition: who claims it after a crash of
/// PostgreSQL must see that it was given back, and blame nothing.
store::statement commit_lazily_unless_named(partition_id part, epoch at) {
  return {"commit_lazily_unless_named",
          "select set_config('synchronous_commit', case when exists "
          "(select from suspect where part = $1 and epoch = $2) "
          "then current_setting('synchronous_commit') else 'off' end, true)",
          store::params{}.add_int2(static_cast<std::int16_t>(part)).add_int8(at), no_rows};
}

stream_cursor cursor_of(const store::rows& rows, std::size_t row, std::size_t col) {
  return {static_cast<std::int32_t>(rows.get_int(row, col)), rows.get_int(row, col + 1),
          command_id{rows.maybe_uuid(row, col + 2).value_or(uuid{})}};
}

} // namespace

store::statement take_node_lock(const std::string& node) {
  return {"node_lock", "select pg_try_advisory_lock(hashtext('recado-node'), hashtext($1))",
          store::params{}.add_text(node)};
}

store::statement end_backend(int pid, const std::string& session) {
  return {"end_backend",
          "select pg_terminate_backend(pid) from pg_stat_activity "
          "where pid = $1 and application_name = $2",
          store::params{}.add_int4(pid).add_text(session), no_rows};
}

store::statement end_stuck_backends(const std::string& session) {
  return {"end_stuck_backends",
          "select pg_terminate_backend(pid) from pg_stat_activity "
          "where application_name = $1 and pid <> pg_backend_pid() "
          "and wait_event_type = 'Client' and xact_start < clock_timestamp() - interval '2 s'",
          store::params{}.add_text(session), no_rows};
}

store::statement end_backends(const std::string& session) {
  return {
    "end_backends",
    "select count(pg_terminate_backend(pid)) from pg_stat_activity "
    "where application_name = $1 and pid <> pg_backend_pid() and datname = current_database()",
    store::params{}.add_text(session)};
}

std::vector<store::statement> enroll(const node_key& self, const std::string& address,
                                     const std::string& version) {
  // Whoever has the lock knows that the other lives of this node are over.
  store::statement others{"node_others_left",
                          "update node set left_at = now() "
                          "where node_id = $1 and incarnation <> $2 and left_at is null",
                          of_node(self), no_rows};
  store::statement mine{"node_enroll",
                        "insert into node (node_id, incarnation, address, version) "
                        "values ($1, $2, $3, $4) on conflict (node_id, incarnation) do nothing",
                        of_node(self).add_text(address).add_text(version), no_rows};
  store::statement old{
    "node_old", "delete from node where left_at < now() - interval '7 days'", {}, no_rows};
  return {std::move(others), std::move(mine), std::move(old)};
}

std::vector<store::statement> heartbeat(const node_key& self, bool nats_ok) {
  store::statement beat{"node_heartbeat",
                        "update node set heartbeat = heartbeat + 1, nats_ok = $3 "
                        "where node_id = $1 and incarnation = $2 and left_at is null",
                        of_node(self).add_bool(nats_ok), no_rows};
  return {commit_lazily(), std::move(beat)};
}

store::statement leave(const node_key& self) {
  return {"node_leave",
          "update node set left_at = now() "
          "where node_id = $1 and incarnation = $2 and left_at is null",
          of_node(self), no_rows};
}

store::statement next_incarnation(const std::string& node, std::int64_t least) {
  return {"node_incarnation",
          "select greatest($2, 1 + coalesce(max(incarnation), 0)) from node where node_id = $1",
          store::params{}.add_text(node).add_int8(least)};
}

std::vector<store::statement> poll() {
  store::statement nodes{
    "poll_nodes",
    "select n.node_id, n.incarnation, n.heartbeat, n.left_at is not null, n.nats_ok, "
    "exists (select from node_drain d where d.node_id = n.node_id), "
    "exists (select from pg_locks l where l.locktype = 'advisory' "
    "and l.classid = hashtext('recado-node')::oid and l.objid = hashtext(n.node_id)::oid "
    "and l.objsubid = 2 and l.granted) "
    "from node n "
    "where n.left_at is null or n.left_at > now() - interval '1 minute'",
    {}};
  store::statement partitions{"poll_partitions",
                              "select id, epoch, owner_node, owner_incarnation, target, "
                              "quarantined_at is not null from partition order by id",
                              {}};
  store::statement clock{"poll_clock", "select clock_timestamp()", {}};
  return {std::move(nodes), std::move(partitions), std::move(clock)};
}

std::vector<node_row> nodes_of(const store::rows& rows) {
  std::vector<node_row> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back({{std::string{rows.get_text(i, 0)}, rows.get_int(i, 1)},
                   rows.get_int(i, 2),
                   rows.get_bool(i, 3),
                   rows.get_bool(i, 4),
                   rows.get_bool(i, 5),
                   rows.get_bool(i, 6)});
  return out;
}

std::vector<partition_row> partitions_of(const store::rows& rows) {
  std::vector<partition_row> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& row = out.emplace_back();
    row.id = static_cast<partition_id>(rows.get_int(i, 0));
    row.at = rows.get_int(i, 1);
    if (auto node = rows.maybe_text(i, 2))
      row.owner = node_key{std::string{*node}, rows.maybe_int(i, 3).value_or(0)};
    row.target = rows.maybe_text(i, 4).value_or("");
    row.quarantined = rows.get_bool(i, 5);
  }
  return out;
}

std::vector<store::statement> claim(std::span<const held_partition> seen, const node_key& self,
                                    bool adoption) {
  store::statement cursors{
    "claim_cursors",
    "select id, express_generation, express_seq, express_command, standard_generation, "
    "standard_seq, standard_command, bulk_generation, bulk_seq, bulk_command "
    "from partition where id = any($1)",
    store::params{}.add_array(ids_of(seen))};
  store::statement suspects{"claim_suspects",
                            "select part, command_id from suspect where part = any($1)",
                            store::params{}.add_array(ids_of(seen))};
  auto set = adoption ? store::adopt(seen, self.node, self.incarnation, deaths_max)
                      : store::claim(seen, self.node, self.incarnation);
  return {std::move(set), std::move(cursors), std::move(suspects)};
}

std::vector<owned_partition> claimed_of(const std::vector<store::rows>& answers) {
  const auto& claimed = answers.at(0);
  const auto& cursors = answers.at(1);
  const auto& suspects = answers.at(2);
  std::vector<owned_partition> out;
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    auto& one = out.emplace_back();
    one.id = static_cast<partition_id>(claimed.get_int(i, 0));
    one.at = claimed.get_int(i, 1);
    for (std::size_t j = 0; j < cursors.size(); ++j)
      if (cursors.get_int(j, 0) == one.id)
        for (std::size_t lane = 0; lane < lanes; ++lane)
          one.cursors[lane] = cursor_of(cursors, j, 1 + 3 * lane);
    for (std::size_t j = 0; j < suspects.size(); ++j)
      if (suspects.get_int(j, 0) == one.id)
        one.suspects.emplace_back(command_id{suspects.get_uuid(j, 1)});
  }
  return out;
}

std::vector<store::statement> release(partition_id part, epoch at, const lane_cursors& cursors,
                                      const std::string& target, const node_key& self) {
  store::params values;
  values.add_int2(static_cast<std::int16_t>(part)).add_int8(at);
  values.add_text(self.node).add_int8(self.incarnation);
  for (const auto& one : cursors) {
    values.add_int4(one.generation).add_int8(one.seq);
    values.add_uuid(one.command.nil() ? std::nullopt : std::optional{one.command.value});
  }
  values.add_text(target.empty() ? std::nullopt : std::optional<std::string_view>{target});
  store::statement give{
    "partition_release",
    "update partition set owner_node = null, owner_incarnation = null, target = $14, "
    "since = now(), released_by = $3, express_generation = $5, express_seq = $6, "
    "express_command = $7, "
    "standard_generation = $8, standard_seq = $9, standard_command = $10, "
    "bulk_generation = $11, bulk_seq = $12, bulk_command = $13 "
    "where id = $1 and epoch = $2 and owner_node = $3 and owner_incarnation = $4",
    std::move(values), no_rows};
  // A lost release leaves the row with us, who have nothing of it: it is free for whoever sees it.
  return {commit_lazily_unless_named(part, at), std::move(give)};
}

std::vector<store::statement> raise_epochs(std::span<const held_partition> seen,
                                           const node_key& self) {
  store::int8_array epochs;
  for (const auto& [_, at] : seen)
    epochs.push(at);
  // Two statements: the second one sees what the first has waited for.
  store::statement lock{"raise_lock",
                        "select id from partition where owner_node = $1 and owner_incarnation = $2 "
                        "and id = any($3) order by id for no key update",
                        of_node(self).add_array(ids_of(seen)), no_rows};
  // However often it is made, and however late it arrives, it raises an epoch that was seen once.
  store::statement raise{"raise_epochs",
                         "update partition p set epoch = greatest(p.epoch, k.epoch + 1) from "
                         "unnest($3::int2[], $4::int8[]) k(id, epoch) where p.owner_node = $1 and "
                         "p.owner_incarnation = $2 and p.id = k.id returning p.id, p.epoch",
                         of_node(self).add_array(ids_of(seen)).add_array(epochs)};
  return {std::move(lock), std::move(raise)};
}

std::vector<held_partition> raised_of(const store::rows& rows) {
  std::vector<held_partition> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.emplace_back(static_cast<partition_id>(rows.get_int(i, 0)), rows.get_int(i, 1));
  return out;
}

} // namespace recado::cluster::sql
