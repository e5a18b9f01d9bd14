#include "actors/history/trail_queries.hpp"

#include "actors/history/message_rows.hpp"

#include <fmt/format.h>

namespace recado::history {
namespace {

// A read that no delivered went before is both. No step is shown before the message itself: the
// clocks of two owners may differ a little. Steps of a recipient are numbered by their rank, those
// of an external delivery from 100 on.
constexpr std::string_view trail_sql = R"(
select t.at, t.key, t.step, t.recipient, t.address, t.channel, t.state, t.attempt,
       nullif(t.provider_code, ''), nullif(t.detail, '') from (
  select greatest(m.created_at, step.at) as at, r.user_id as key, step.rank::int8 as step,
         r.user_id as recipient, ''::text as address, 'in_app'::text as channel,
         step.rank + 1 as state, 1 as attempt, ''::text as provider_code, ''::text as detail
  from message m
  join member r on r.client_id = m.client_id and r.conversation_id = m.conversation_id
               and {is_recipient}
  left join lateral ({delivered}) delivered on true
  left join lateral ({read}) read on true
  cross join lateral (values (m.created_at, 3), (least(delivered.at, read.at), 4),
                             (read.at, 5)) step (at, rank)
  where m.client_id = $1 and m.message_id = $2 and m.in_app > 0 and step.at is not null
  union all
  select e.at, e.delivery_id::text, 100 + e.number::int8, d.recipient, d.address, d.channel,
         e.state, e.attempt, e.provider_code, e.detail
  from delivery_event e
  join delivery d on d.client_id = e.client_id and d.message_id = e.message_id
                 and d.delivery_id = e.delivery_id
  where e.client_id = $1 and e.message_id = $2) t
where (t.at, t.key, t.step) > ($3, $4, $5::int8)
order by t.at, t.key, t.step limit $6)";

constexpr std::string_view receipt_sql = R"(
    select x.at from receipt x
    where x.client_id = m.client_id and x.conversation_id = m.conversation_id
      and x.user_id = r.user_id and x.kind = {}
      and x.up_to_seq >= m.seq and x.from_seq < m.seq
    order by x.up_to_seq limit 1)";

std::string text() {
  return fmt::format(fmt::runtime(trail_sql), fmt::arg("is_recipient", is_recipient),
                     fmt::arg("delivered", fmt::format(receipt_sql, 0)),
                     fmt::arg("read", fmt::format(receipt_sql, 1)));
}

} // namespace

store::statement trail_of(const client_id& client, const message_id& id,
                          const trail_position& after, std::size_t limit) {
  static const std::string sql = text();
  return {"history_trail", sql,
          store::params{}
            .add_uuid(client)
            .add_uuid(id)
            .add_time(after.at)
            .add_text(after.key)
            .add_int8(after.step)
            .add_int8(static_cast<std::int64_t>(limit))};
}

history_record line_of(const store::rows& rows, std::size_t row) {
  history_record out;
  out.at = rows.get_time(row, 0);
  out.place =
    encode(trail_position{out.at, rows.get_int(row, 2), std::string{rows.get_text(row, 1)}});
  out.recipient = user_id{std::string{rows.get_text(row, 3)}};
  if (out.recipient.empty()) out.address = rows.get_text(row, 4);
  out.channel = rows.get_text(row, 5);
  out.state = static_cast<status>(rows.get_int(row, 6));
  out.attempt = static_cast<std::int32_t>(rows.get_int(row, 7));
  if (auto code = rows.maybe_text(row, 8)) out.provider_code = std::string{*code};
  if (auto detail = rows.maybe_text(row, 9)) out.detail = std::string{*detail};
  return out;
}

history_record only_line_of(const message_record& message, wall_time at) {
  history_record out;
  out.at = at;
  out.state = message.state;
  if (!message.failure.empty()) out.detail = message.failure;
  return out;
}

} // namespace recado::history
