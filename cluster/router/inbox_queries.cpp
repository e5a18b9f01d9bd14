#include "cluster/router/inbox_queries.hpp"

#include "schemas/wire.hpp"

namespace recado::cluster {

namespace {

// The rows of a full inbox are counted to its limit only. ORDER BY n gives the ids in our order.
constexpr std::string_view insert_sql = R"(
with wanted as (
  select * from unnest($1::int2[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int2[],
                       $6::timestamptz[], $7::bytea[])
           with ordinality as w(part, command_id, client_id, message_id, lane, received_at,
                                envelope, n)),
held as materialized (
  select p.part, (select count(*) from (select 1 from inbox i where i.part = p.part limit $8) few)
                   as rows
  from (select distinct part from wanted) p),
numbered as (
  select w.*, h.rows + row_number() over (partition by w.part order by w.n) <= $8 as fits
  from wanted w join held h using (part)),
stored as (
  insert into inbox (part, command_id, client_id, message_id, lane, received_at, envelope)
  select part, command_id, client_id, message_id, lane, received_at, envelope
  from numbered where fits order by n
  on conflict (part, command_id) do nothing)
select n, fits from numbered order by n)";

/// Nobody waits for a stored command any more, its sender gets the message as an event like
/// everybody, and the inbox is decided in the order of its ids.
std::string envelope_of(const command& what) {
  auto bare = what;
  bare.reply_to.clear();
  bare.origin = {};
  bare.after.reset();
  return encode(bare);
}

} // namespace

store::statement insert_into_inbox(std::span<const inbox_item> items, std::int64_t rows_max) {
  store::int2_array parts, lanes;
  store::uuid_array commands, clients, messages;
  store::time_array received;
  store::bytea_array envelopes;
  for (const auto& item : items) {
    const auto& what = *item.what;
    parts.push(static_cast<std::int16_t>(item.part));
    commands.push(what.id);
    clients.push(what.client);
    messages.push(std::get<send_message>(what.body).message);
    lanes.push(static_cast<std::int16_t>(what.priority));
    received.push(what.received_at);
    auto bytes = envelope_of(what);
    envelopes.push(store::bytea{bytes});
  }
  store::params values;
  values.add_array(parts).add_array(commands).add_array(clients).add_array(messages);
  values.add_array(lanes).add_array(received).add_array(envelopes).add_int8(rows_max);
  return {"inbox_insert", insert_sql, std::move(values)};
}

} // namespace recado::cluster
