#include "actors/history/message_queries.hpp"

#include "actors/history/message_rows.hpp"
#include "schemas/deliveries.hpp"

#include <fmt/format.h>

namespace recado::history {
namespace {

constexpr std::string_view message_sql = R"(
select {columns}, {status}, m.deliveries + case when m.in_app = 0 then 0 else (
  select count(*) from member r
  where r.client_id = m.client_id and r.conversation_id = m.conversation_id
    and {is_recipient}) end
from message m
where m.client_id = $1 and m.message_id = $2
  and ($3 = '' or (m.seq is null and m.from_user = $3) or exists (
    select from member v
    where v.client_id = m.client_id and v.conversation_id = m.conversation_id and v.user_id = $3
      and v.joined_seq < m.seq and v.left_seq is null)))";

// Ranks 4 and 5 come from the receipts of kind 0 and 1: (from_seq, up_to_seq] holds the message.
constexpr std::string_view deliveries_sql = R"(
select * from (
  select r.user_id as recipient, 'in_app' as channel, ''::text as address, null::uuid as id,
         null::text as account, {rank} + 1 as state, 1 as attempts, null::text as provider_id,
         null::text as provider_code, coalesce((
    select x.at from receipt x
    where x.client_id = m.client_id and x.conversation_id = m.conversation_id
      and x.user_id = r.user_id and x.kind = ({rank}) - 4
      and x.up_to_seq >= m.seq and x.from_seq < m.seq
    order by x.up_to_seq limit 1), m.created_at) as updated_at
  from message m
  join member r on r.client_id = m.client_id and r.conversation_id = m.conversation_id
               and {is_recipient}
  where m.client_id = $1 and m.message_id = $2 and m.in_app > 0
  union all
  select d.recipient, d.channel, d.address, d.delivery_id, nullif(d.account, ''), d.state,
         d.attempts, nullif(d.provider_id, ''), nullif(d.provider_code, ''), d.updated_at
  from delivery d where d.client_id = $1 and d.message_id = $2) t
order by recipient, channel, address limit $3)";

std::string text(std::string_view sql) {
  return fmt::format(fmt::runtime(sql), fmt::arg("columns", message_columns),
                     fmt::arg("status", message_status()), fmt::arg("rank", delivery_rank),
                     fmt::arg("is_recipient", is_recipient));
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

namespace {
std::optional<std::string> maybe(const store::rows& rows, std::size_t row, std::size_t col) {
  auto text = rows.maybe_text(row, col);
  return text ? std::optional{std::string{*text}} : std::nullopt;
}
} // namespace

delivery_record delivery_of(const message_id& message, const store::rows& rows, std::size_t row) {
  delivery_record out;
  out.recipient = user_id{std::string{rows.get_text(row, 0)}};
  out.channel = rows.get_text(row, 1);
  if (out.recipient.empty()) out.address = rows.get_text(row, 2);
  auto id = rows.maybe_uuid(row, 3);
  out.id = id ? delivery_id{*id} : in_app_delivery(message, out.recipient);
  out.account = maybe(rows, row, 4);
  out.state = static_cast<status>(rows.get_int(row, 5));
  out.attempt = static_cast<std::int32_t>(rows.get_int(row, 6));
  out.provider_id = maybe(rows, row, 7);
  out.provider_code = maybe(rows, row, 8);
  out.updated_at = rows.get_time(row, 9);
  return out;
}

} // namespace recado::history
