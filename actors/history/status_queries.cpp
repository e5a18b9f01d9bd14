#include "actors/history/status_queries.hpp"

namespace recado::history {
namespace {

// A delivery's own revision is that of its last line: whatever has a line above $3 has moved since.
// That a delivery is queued is told by the answer to its message, not by an event.
constexpr std::string_view statuses_sql = R"(
select * from (
  select e.rev, e.delivery_id, e.number, e.message_id, d.seq, d.sender, d.recipient, d.channel,
         d.address, e.state, e.attempt, e.provider_code, e.at
  from delivery d
  join delivery_event e on e.message_id = d.message_id and e.delivery_id = d.delivery_id
                       and e.client_id = d.client_id
  where d.conversation_id = $2 and d.client_id = $1 and d.rev > $3
    and e.rev > $3 and e.rev <= $4 and e.state <> $6
  order by e.rev fetch first $5 rows with ties) t
order by rev, delivery_id, number)";

} // namespace

store::statement statuses_in(const client_id& client, const conversation_id& id,
                             const history_service::revisions& which) {
  return {"history_statuses", statuses_sql,
          store::params{}
            .add_uuid(client)
            .add_uuid(id)
            .add_int8(which.since_rev)
            .add_int8(which.up_to_rev)
            .add_int8(static_cast<std::int64_t>(which.limit))
            .add_int2(static_cast<std::int16_t>(status::queued))};
}

status_record status_of(const store::rows& rows, std::size_t row) {
  status_record out;
  out.rev = rows.get_int(row, 0);
  auto& what = out.what;
  what.message = message_id{rows.get_uuid(row, 3)};
  what.seq = rows.get_int(row, 4);
  what.sender = user_id{std::string{rows.get_text(row, 5)}};
  what.recipient = user_id{std::string{rows.get_text(row, 6)}};
  what.channel = rows.get_text(row, 7);
  what.address = rows.get_text(row, 8);
  what.state = static_cast<status>(rows.get_int(row, 9));
  what.attempt = static_cast<std::int32_t>(rows.get_int(row, 10));
  what.provider_code = rows.get_text(row, 11);
  what.at = rows.get_time(row, 12);
  return out;
}

} // namespace recado::history
