#include "actors/journal/suspects.hpp"

#include <map>

namespace recado::journal {
namespace {

struct key_arrays {
  store::int2_array parts;
  store::uuid_array commands;
  void add(const suspect_key& key) {
    parts.push(static_cast<std::int16_t>(key.part));
    commands.push(key.command);
  }
};

} // namespace

command_id suspect_of(const command& cmd) {
  const auto* send = std::get_if<send_message>(&cmd.body);
  return send ? command_id{send->message.value} : cmd.id;
}

std::vector<store::statement> name_suspects(std::span<const store::held_epoch> held,
                                            std::span<const suspect_key> what, wall_time now) {
  std::map<partition_id, epoch> under{held.begin(), held.end()};
  key_arrays keys;
  store::int8_array epochs;
  for (const auto& key : what) {
    keys.add(key);
    epochs.push(under[key.part]);
  }
  // Of its batches a writer has one under way: what it had put aside again is not what it dies of.
  store::params those;
  those.add_array(keys.parts).add_array(keys.commands).add_array(epochs);
  store::statement spare{
    "spare_suspects",
    "update suspect s set epoch = 0 "
    "from (select distinct part, epoch from unnest($1::int2[], $3::int8[]) h(part, epoch)) h "
    "where s.part = h.part and s.epoch = h.epoch and not exists "
    "(select from (select unnest($1::int2[]) part, unnest($2::uuid[]) command_id) k "
    "where k.part = s.part and k.command_id = s.command_id)",
    std::move(those), store::expect::none};
  store::statement name{
    "name_suspects",
    "insert into suspect as s (part, command_id, attempts, epoch, at) "
    "select k.part, k.command_id, 0, k.epoch, $4 "
    "from (select unnest($1::int2[]) part, unnest($2::uuid[]) command_id, "
    "unnest($3::int8[]) epoch) k "
    "on conflict (part, command_id) do update set "
    "epoch = excluded.epoch, at = excluded.at "
    "returning part, command_id, attempts",
    store::params{}.add_array(keys.parts).add_array(keys.commands).add_array(epochs).add_time(now)};
  return {store::fence(held), std::move(spare), std::move(name)};
}

std::vector<suspect_row> parse_suspects(const store::rows& found) {
  std::vector<suspect_row> out;
  for (std::size_t i = 0; i < found.size(); ++i)
    out.push_back(
      {{static_cast<partition_id>(found.get_int(i, 0)), command_id{found.get_uuid(i, 1)}},
       static_cast<std::int32_t>(found.get_int(i, 2))});
  return out;
}

void append_cleared(std::span<const suspect_key> what, std::vector<store::statement>& to) {
  key_arrays keys;
  for (const auto& key : what)
    keys.add(key);
  to.push_back({"clear_suspects",
                "delete from suspect s "
                "using (select unnest($1::int2[]) part, unnest($2::uuid[]) command_id) k "
                "where s.part = k.part and s.command_id = k.command_id",
                store::params{}.add_array(keys.parts).add_array(keys.commands),
                store::expect::none});
}

void append_absolved(std::span<const partition_id> parts, std::vector<store::statement>& to) {
  store::int2_array ids;
  for (auto part : parts)
    ids.push(static_cast<std::int16_t>(part));
  to.push_back({"clear_deaths",
                "update partition set deaths_without_commit = 0 "
                "where id = any($1::int2[]) and deaths_without_commit <> 0",
                store::params{}.add_array(ids), store::expect::none});
}

void append_forgotten(std::span<const store::held_epoch> parts, std::vector<store::statement>& to) {
  store::int2_array ids;
  for (const auto& [part, _] : parts)
    ids.push(static_cast<std::int16_t>(part));
  to.push_back({"forget_suspects", "delete from suspect where part = any($1::int2[])",
                store::params{}.add_array(ids), store::expect::none});
}

} // namespace recado::journal
