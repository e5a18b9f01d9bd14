#include "cluster/ownership/cluster_table.hpp"

namespace recado::cluster::sql {

namespace {

// The age of a heartbeat is that of the row's last version.
store::statement nodes() {
  return {"view_nodes",
          "select distinct on (n.node_id) n.node_id, n.incarnation, n.address, n.version, "
          "n.left_at is not null, exists (select from node_drain d where d.node_id = n.node_id), "
          "case when current_setting('track_commit_timestamp') = 'on' then (extract(epoch from "
          "clock_timestamp() - pg_xact_commit_timestamp(n.xmin)) * 1000)::int8 end, "
          "(select count(*) from partition p where p.owner_node = n.node_id "
          "and p.owner_incarnation = n.incarnation) "
          "from node n where n.left_at is null or n.left_at > now() - interval '10 minutes' "
          "order by n.node_id, n.incarnation desc",
          {}};
}

} // namespace

// Dead letters are kept until somebody has looked at them: a long table is not counted to its end.
std::vector<store::statement> alarms() {
  store::statement counts{
    "view_alarms",
    "select coalesce(sum(n), 0)::int8, coalesce(max(n), 0)::int8, "
    "coalesce(extract(epoch from now() - min(since)) * 1000, 0)::int8, "
    "(select count(*) from (select from dead_letter limit 10000) parked) "
    "from (select count(*) n, min(received_at) since from inbox group by part) i",
    {}};
  return {std::move(counts), nodes()};
}

alarm_count alarm_counts(const store::rows& rows) {
  return {rows.get_int(0, 0), rows.get_int(0, 1), std::chrono::milliseconds{rows.get_int(0, 2)},
          rows.get_int(0, 3)};
}

std::vector<store::statement> view() {
  store::statement partitions{"view_partitions",
                              "select p.id, p.owner_node, p.target, p.epoch, p.since, "
                              "(select count(*) from inbox i where i.part = p.id), p.released_by, "
                              "p.quarantined_at is not null from partition p order by p.id",
                              {}};
  return {nodes(), std::move(partitions)};
}

std::vector<node_view> node_views(const store::rows& rows) {
  std::vector<node_view> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& one = out.emplace_back();
    one.who = {std::string{rows.get_text(i, 0)}, rows.get_int(i, 1)};
    one.address = rows.get_text(i, 2);
    one.version = rows.get_text(i, 3);
    one.left = rows.get_bool(i, 4);
    one.draining = rows.get_bool(i, 5);
    if (auto age = rows.maybe_int(i, 6)) one.heartbeat_age = std::chrono::milliseconds{*age};
    one.partitions = rows.get_int(i, 7);
  }
  return out;
}

std::vector<partition_view> partition_views(const store::rows& rows) {
  std::vector<partition_view> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& one = out.emplace_back();
    one.id = static_cast<partition_id>(rows.get_int(i, 0));
    one.owner = rows.maybe_text(i, 1).value_or("");
    one.target = rows.maybe_text(i, 2).value_or("");
    one.at = rows.get_int(i, 3);
    one.since = rows.maybe_time(i, 4);
    one.inbox = rows.get_int(i, 5);
    one.released_by = rows.maybe_text(i, 6).value_or("");
    one.quarantined = rows.get_bool(i, 7);
  }
  return out;
}

store::statement fence_all() {
  return {"fence_all",
          "update partition set epoch = epoch + 1, owner_node = null, owner_incarnation = null, "
          "target = null, since = now() returning id",
          {}};
}

store::statement drain(const std::string& node) {
  return {"node_drain", "insert into node_drain (node_id) values ($1) on conflict do nothing",
          store::params{}.add_text(node), store::expect::none};
}

store::statement undrain(const std::string& node) {
  return {"node_undrain", "delete from node_drain where node_id = $1",
          store::params{}.add_text(node), store::expect::none};
}

// What it knows of suspects stays: its next owner decides them one by one.
store::statement end_quarantine(partition_id part) {
  return {"end_quarantine",
          "update partition set quarantined_at = null, deaths_without_commit = 0 "
          "where id = $1 and quarantined_at is not null",
          store::params{}.add_int2(static_cast<std::int16_t>(part)), store::expect::none};
}

} // namespace recado::cluster::sql
