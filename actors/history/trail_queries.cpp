#include "actors/history/trail_queries.hpp"

#include "actors/history/message_rows.hpp"

#include <fmt/format.h>

namespace recado::history {
namespace {

// A read that no delivered went before is both. No step is shown before the message itself: the
// clocks of two owners may differ a little.
constexpr std::string_view trail_sql = R"(
select t.at, t.recipient, t.rank from (
  select greatest(m.created_at, step.at) as at, r.user_id as recipient, step.rank
  from message m
  join member r on r.client_id = m.client_id and r.conversation_id = m.conversation_id
               and {is_recipient}
  left join lateral ({delivered}) delivered on true
  left join lateral ({read}) read on true
  cross join lateral (values (m.created_at, 3), (least(delivered.at, read.at), 4),
                             (read.at, 5)) step (at, rank)
  where m.client_id = $1 and m.message_id = $2 and step.at is not null) t
where (t.at, t.recipient, t.rank) > ($3, $4, $5::int8)
order by t.at, t.recipient, t.rank limit $6)";

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
            .add_text(after.recipient)
            .add_int8(after.rank)
            .add_int8(static_cast<std::int64_t>(limit))};
}

history_record line_of(const store::rows& rows, std::size_t row) {
  history_record out;
  out.at = rows.get_time(row, 0);
  out.recipient = user_id{std::string{rows.get_text(row, 1)}};
  out.state = status_of_rank(rows.get_int(row, 2));
  return out;
}

trail_position position_of(const history_record& line) {
  return {line.at, rank(line.state), line.recipient.value};
}

history_record only_line_of(const message_record& message, wall_time at) {
  history_record out;
  out.at = at;
  out.state = message.state;
  if (!message.failure.empty()) out.detail = message.failure;
  return out;
}

} // namespace recado::history
