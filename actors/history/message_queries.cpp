#include "actors/history/message_queries.hpp"

#include "actors/history/message_rows.hpp"

#include <fmt/format.h>

namespace recado::history {
namespace {

constexpr std::string_view message_sql = R"(
select {columns}, coalesce(whole.rank, 3), whole.people
from message m cross join lateral (
  select min({rank}) as rank, count(*) as people from member r
  where r.client_id = m.client_id and r.conversation_id = m.conversation_id
    and {is_recipient}) whole
where m.client_id = $1 and m.message_id = $2
  and ($3 = '' or (m.seq is null and m.from_user = $3) or exists (
    select from member v
    where v.client_id = m.client_id and v.conversation_id = m.conversation_id and v.user_id = $3
      and v.joined_seq < m.seq and v.left_seq is null)))";

// Ranks 4 and 5 come from the receipts of kind 0 and 1: (from_seq, up_to_seq] holds the message.
constexpr std::string_view deliveries_sql = R"(
select r.user_id, {rank}, coalesce((
  select x.at from receipt x
  where x.client_id = m.client_id and x.conversation_id = m.conversation_id
    and x.user_id = r.user_id and x.kind = ({rank}) - 4
    and x.up_to_seq >= m.seq and x.from_seq < m.seq
  order by x.up_to_seq limit 1), m.created_at)
from message m
join member r on r.client_id = m.client_id and r.conversation_id = m.conversation_id
             and {is_recipient}
where m.client_id = $1 and m.message_id = $2
order by r.user_id limit $3)";

std::string text(std::string_view sql) {
  return fmt::format(fmt::runtime(sql), fmt::arg("columns", message_columns),
                     fmt::arg("rank", delivery_rank), fmt::arg("is_recipient", is_recipient));
}

} // namespace

store::statement message_by_id(const client_id& client, const message_id& id,
                               const user_id& viewer) {
  static const std::string sql = text(message_sql);
  return {"history_message", sql,
          store::params{}.add_uuid(client).add_uuid(id).add_text(viewer.value)};
}

message_record counted_message_of(const store::rows& rows, std::size_t row) {
  auto out = message_of(rows, row);
  out.deliveries_total = static_cast<std::int32_t>(rows.get_int(row, 11));
  return out;
}

store::statement deliveries_of(const client_id& client, const message_id& id, std::size_t limit) {
  static const std::string sql = text(deliveries_sql);
  return {"history_deliveries", sql,
          store::params{}.add_uuid(client).add_uuid(id).add_int8(static_cast<std::int64_t>(limit))};
}

delivery_record delivery_of(const message_id& message, const store::rows& rows, std::size_t row) {
  delivery_record out;
  out.recipient = user_id{std::string{rows.get_text(row, 0)}};
  out.id = delivery_id{uuid::v5(message.value, out.recipient.value)};
  out.state = status_of_rank(rows.get_int(row, 1));
  out.updated_at = rows.get_time(row, 2);
  return out;
}

} // namespace recado::history
