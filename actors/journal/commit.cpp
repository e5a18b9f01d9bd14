#include "actors/journal/commit.hpp"

#include "actors/journal/conversation_rows.hpp"
#include "actors/journal/delivery_rows.hpp"
#include "actors/journal/message_rows.hpp"
#include "actors/journal/rows.hpp"
#include "actors/journal/suspects.hpp"
#include "runtime/fault/fault.hpp"
#include "schemas/wire.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace recado::journal {
namespace {

using store::expect;
using store::params;
using store::statement;

struct applied_rows {
  store::int2_array parts;
  store::uuid_array commands;
  store::bytea_array outcomes;

  void add(partition_id part, const answer& given) {
    parts.push(small(part));
    commands.push(given.to->what.id);
    auto encoded = encode(given.what);
    outcomes.push(store::bytea{encoded});
  }
  statement insert(wall_time now) const {
    return write("commit_applied",
                 "insert into applied (part, command_id, outcome, at) "
                 "select unnest($1::int2[]), unnest($2::uuid[]), unnest($3::bytea[]), $4",
                 params{}.add_array(parts).add_array(commands).add_array(outcomes).add_time(now));
  }
};

/// client, minute, channel, status
using usage_key = std::tuple<client_id, std::int64_t, std::string, status>;
/// Under one partition of the batch, whichever: it is there so that no two writers count in one
/// row. A row per partition and client would be half as many rows as messages.
struct usage_count {
  partition_id part = 0;
  std::int64_t count = 0;
};

statement usage(const std::map<usage_key, usage_count>& counts) {
  store::uuid_array clients;
  store::time_array minutes;
  store::text_array channels;
  store::int2_array states, parts;
  store::int8_array values;
  for (const auto& [key, counted] : counts) {
    const auto& [client, minute, channel, state] = key;
    clients.push(client);
    minutes.push(from_micros(minute));
    channels.push(std::string_view{channel});
    states.push(small(state));
    parts.push(small(counted.part));
    values.push(counted.count);
  }
  return write("commit_usage",
               "insert into usage_minute as u (client_id, minute, channel, status, part, count) "
               "select unnest($1::uuid[]), unnest($2::timestamptz[]), unnest($3::text[]), "
               "unnest($4::int2[]), unnest($5::int2[]), unnest($6::int8[]) "
               "on conflict (client_id, minute, channel, status, part) do update "
               "set count = u.count + excluded.count",
               params{}
                 .add_array(clients)
                 .add_array(minutes)
                 .add_array(channels)
                 .add_array(states)
                 .add_array(parts)
                 .add_array(values));
}

/// Sorted: two writers that make the same users lock them in the same order.
statement bare_users(const std::set<std::pair<client_id, user_id>>& users, wall_time now) {
  store::uuid_array clients;
  store::text_array names;
  for (const auto& [client, user] : users) {
    clients.push(client);
    names.push(std::string_view{user.value});
  }
  return write("commit_bare_user",
               "insert into app_user (client_id, user_id, created_at, updated_at) "
               "select unnest($1::uuid[]), unnest($2::text[]), $3, $3 on conflict do nothing",
               params{}.add_array(clients).add_array(names).add_time(now));
}

statement delete_inbox(const std::vector<inbox_key>& keys) {
  store::int2_array parts;
  store::int8_array ids;
  for (const auto& key : keys) {
    parts.push(small(key.part));
    ids.push(key.id);
  }
  return write(
    "commit_inbox",
    "delete from inbox i using (select unnest($1::int2[]) part, unnest($2::int8[]) id) k "
    "where i.part = k.part and i.id = k.id",
    params{}.add_array(parts).add_array(ids));
}

statement cursors(const std::vector<cursor_row>& rows) {
  store::int2_array parts;
  std::array<store::int4_array, lanes> generations;
  std::array<store::int8_array, lanes> seqs;
  std::array<store::uuid_array, lanes> commands;
  for (const auto& row : rows) {
    parts.push(small(row.part));
    for (std::size_t i = 0; i < lanes; ++i) {
      generations[i].push(row.at[i].generation);
      seqs[i].push(row.at[i].seq);
      commands[i].push(row.at[i].command);
    }
  }
  params values;
  values.add_array(parts);
  for (std::size_t i = 0; i < lanes; ++i)
    values.add_array(generations[i]).add_array(seqs[i]).add_array(commands[i]);
  return write(
    "commit_cursor",
    "update partition p set express_generation = k.eg, express_seq = k.es, express_command = k.ec, "
    "standard_generation = k.sg, standard_seq = k.ss, standard_command = k.sc, "
    "bulk_generation = k.bg, bulk_seq = k.bs, bulk_command = k.bc "
    "from (select unnest($1::int2[]) id, unnest($2::int4[]) eg, unnest($3::int8[]) es, "
    "unnest($4::uuid[]) ec, unnest($5::int4[]) sg, unnest($6::int8[]) ss, unnest($7::uuid[]) sc, "
    "unnest($8::int4[]) bg, unnest($9::int8[]) bs, unnest($10::uuid[]) bc) k "
    "where p.id = k.id",
    std::move(values));
}

/// Of a mutant: lets everybody pass.
statement open_fence() {
  return {"open_fence", "SELECT 1", {}, expect::none};
}

epoch epoch_of(const std::vector<store::held_epoch>& held, partition_id part) {
  auto found = std::ranges::find(held, part, &store::held_epoch::first);
  return found == held.end() ? 0 : found->second;
}

} // namespace

std::vector<statement> commit(const commit_request& request) {
  conversation_rows fresh, changed;
  member_rows members;
  message_rows messages;
  receipt_rows receipts;
  applied_rows applied;
  delivery_rows deliveries;
  std::map<usage_key, usage_count> counts;
  std::set<std::pair<client_id, user_id>> users;
  for (const auto* one : request.all) {
    auto held = epoch_of(request.held, one->part);
    // A conversation's first revision is 1: its row does not exist yet.
    if (one->changed) (one->head.rev == 1 ? fresh : changed).add(*one);
    for (const auto& row : one->members)
      members.add(*one, row);
    for (const auto& row : one->messages)
      messages.add(*one, row, held, request.now);
    for (const auto& row : one->receipts)
      receipts.add(*one, row);
    for (const auto& given : one->answers)
      if (given.remember) applied.add(one->part, given);
    for (const auto& row : one->usage) {
      usage_key key{one->key.client, row.minute, row.channel, row.state};
      counts.try_emplace(std::move(key), usage_count{one->part}).first->second.count += row.count;
    }
    deliveries.add(*one);
    for (const auto& user : one->bare_users)
      users.emplace(one->key.client, user);
  }

  std::vector<statement> out{fault::mutant("no_fence") ? open_fence() : store::fence(request.held)};
  if (!fresh.ids.empty()) out.push_back(fresh.insert());
  if (!changed.ids.empty()) out.push_back(changed.update());
  if (!members.users.empty()) out.push_back(members.upsert());
  if (!messages.ids.empty()) out.push_back(messages.insert(request.node));
  if (!receipts.users.empty()) out.push_back(receipts.insert());
  deliveries.append_to(out);
  if (!applied.commands.empty()) out.push_back(applied.insert(request.now));
  if (!counts.empty()) out.push_back(usage(counts));
  if (!users.empty()) out.push_back(bare_users(users, request.now));
  if (!request.decided_inbox.empty()) out.push_back(delete_inbox(request.decided_inbox));
  if (!request.cursors.empty()) out.push_back(cursors(request.cursors));
  if (!request.cleared.empty()) append_cleared(request.cleared, out);
  if (!request.absolved.empty()) append_absolved(request.absolved, out);
  if (!request.relieved.empty()) append_forgotten(request.relieved, out);
  return out;
}

namespace {

/// It may come once more, by another path: it is not to be begun again.
statement remember_parked(partition_id part, const command_id& id, const std::string& detail,
                          wall_time now) {
  auto outcome = encode(refuse(id, ec::poison, detail));
  return write("park_applied",
               "insert into applied (part, command_id, outcome, at) values ($1, $2, $3, $4) "
               "on conflict do nothing",
               params{}.add_int2(small(part)).add_uuid(id).add_bytes(outcome).add_time(now));
}

} // namespace

std::vector<statement> park(const store::held_epoch& held, const parked_command& what,
                            wall_time now) {
  const auto& cmd = what.item->what;
  const auto* send = std::get_if<send_message>(&cmd.body);
  auto envelope = what.envelope.empty() ? encode(cmd) : what.envelope;
  std::array one{held};
  std::vector<statement> out{store::fence(one)};
  out.push_back(
    write("park_command",
          "insert into dead_letter (id, part, client_id, conversation_id, message_id, command_id, "
          "code, detail, attempts, envelope, at) "
          "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
          params{}
            .add_uuid(uuid::v7())
            .add_int2(small(held.first))
            .add_uuid(cmd.client)
            .add_uuid(cmd.conversation)
            .add_uuid(send ? std::optional{send->message.value} : std::nullopt)
            .add_uuid(cmd.id)
            .add_text(what.code)
            .add_text(what.detail)
            .add_int4(what.attempts)
            .add_bytes(envelope)
            .add_time(now)));
  if (what.envelope.empty()) out.push_back(remember_parked(held.first, cmd.id, what.detail, now));
  if (what.item->came_by == path::inbox)
    out.push_back(delete_inbox({{held.first, what.item->inbox_id}}));
  if (what.suspected) {
    append_cleared(std::array{suspect_key{held.first, suspect_of(cmd)}}, out);
    append_absolved(std::array{held.first}, out);
  }
  return out;
}

statement purge_applied(wall_time older_than) {
  return write("purge_applied", "delete from applied where at < $1", params{}.add_time(older_than));
}

std::vector<statement> write_cursors(const store::held_epoch& held, const cursor_row& row) {
  std::array one{held};
  return {store::fence(one), cursors({row})};
}

} // namespace recado::journal
