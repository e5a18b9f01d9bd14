#include "actors/history/trace_queries.hpp"

#include "actors/history/message_rows.hpp"
#include "runtime/observe/trace.hpp"
#include "schemas/deliveries.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace recado::history {
namespace {

// Of each try the line that ended it, or the one that began it; the next one is due, or has begun.
// A message's row is never changed, so that its xmin is the transaction that committed it; who
// keeps no commit timestamps knows none.
constexpr std::string_view trace_sql = R"(
select m.part, m.epoch, m.node, m.path, m.trace_id, m.received_at, m.sequenced_at, m.wire_us,
       m.mailbox_us, case when current_setting('track_commit_timestamp')::bool
                     then pg_xact_commit_timestamp(m.xmin) end,
       t.known, t.id, t.recipient, t.attempt, t.at, t.state, nullif(t.provider_code, ''), t.next_at
from message m left join lateral (
  (select true as known, null::uuid as id, r.user_id as recipient, 1 as attempt,
          m.created_at as at, {sent}::int2 as state, ''::text as provider_code,
          null::timestamptz as next_at
   from member r
   where r.client_id = m.client_id and r.conversation_id = m.conversation_id and m.in_app > 0
     and {is_recipient} order by r.user_id limit $3)
  union all
  select true, d.delivery_id, d.recipient, e.attempt, e.at, e.state, e.provider_code,
         case when e.state = {retrying} then coalesce((
           select min(b.at) from delivery_event b
           where b.message_id = m.message_id and b.delivery_id = d.delivery_id
             and b.client_id = m.client_id and b.attempt > e.attempt and b.state = {sending}),
           case when d.state = {retrying} then d.due_at end) end
  from (select o.delivery_id, o.recipient, o.state, o.due_at from delivery o
        where o.client_id = m.client_id and o.message_id = m.message_id
        order by o.delivery_id limit $3) d
  left join lateral (
    select distinct on (x.attempt) x.attempt, x.at, x.state, x.provider_code
    from delivery_event x
    where x.message_id = m.message_id and x.delivery_id = d.delivery_id
      and x.client_id = m.client_id and x.attempt > 0
    order by x.attempt, x.state = {sending}, x.number) e on true) t on true
where m.client_id = $1 and m.message_id = $2
order by t.id nulls first, t.recipient, t.attempt)";

std::string text() {
  return fmt::format(fmt::runtime(trace_sql), fmt::arg("is_recipient", is_recipient),
                     fmt::arg("sent", static_cast<int>(status::sent)),
                     fmt::arg("sending", static_cast<int>(status::sending)),
                     fmt::arg("retrying", static_cast<int>(status::retrying)));
}

double milliseconds_of(std::int64_t us) {
  return static_cast<double>(us) / 1'000;
}

/// What the message's own row says.
void take_account(trace_record& out, const store::rows& rows) {
  out.partition = rows.get_int(0, 0);
  out.epoch = rows.get_int(0, 1);
  out.node = std::string{rows.get_text(0, 2)};
  out.came_by = static_cast<path>(rows.get_int(0, 3));
  out.trace_id = rows.get_text(0, 4);
  out.received_at = rows.get_time(0, 5);
  out.sequenced_at = rows.get_time(0, 6);
  auto waited = rows.get_int(0, 8);
  out.wire_ms = milliseconds_of(rows.get_int(0, 7));
  out.mailbox_ms = milliseconds_of(waited);
  if (rows.is_null(0, 9)) return;
  out.committed_at = rows.get_time(0, 9);
  auto committing = micros(*out.committed_at) - micros(*out.sequenced_at) - waited;
  out.commit_ms = milliseconds_of(std::max<std::int64_t>(committing, 0)); // two clocks
}

trace_record::attempt attempt_of(const store::rows& rows, std::size_t row) {
  trace_record::attempt out;
  out.number = static_cast<std::int32_t>(rows.get_int(row, 13));
  out.at = rows.get_time(row, 14);
  out.state = static_cast<status>(rows.get_int(row, 15));
  if (auto code = rows.maybe_text(row, 16)) out.provider_code = std::string{*code};
  if (!rows.is_null(row, 17)) out.next_at = rows.get_time(row, 17);
  return out;
}

void take_tries(trace_record& out, const store::rows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.is_null(row, 10)) continue; // it has no recipients
    auto known = rows.maybe_uuid(row, 11);
    auto id = known ? delivery_id{*known}
                    : in_app_delivery(out.message, user_id{std::string{rows.get_text(row, 12)}});
    if (out.deliveries.empty() || out.deliveries.back().id != id)
      out.deliveries.push_back({id, {}});
    if (!rows.is_null(row, 13)) out.deliveries.back().attempts.push_back(attempt_of(rows, row));
  }
}

} // namespace

store::statement trace_of(const client_id& client, const message_id& id) {
  static const std::string sql = text();
  return {"history_trace", sql,
          store::params{}.add_uuid(client).add_uuid(id).add_int8(
            static_cast<std::int64_t>(trace_deliveries_max))};
}

trace_record trace_in(const sighting& seen, const store::rows& rows) {
  trace_record out;
  const auto& view = seen.message.view;
  out.message = view.id;
  out.conversation = view.conversation;
  out.seq = view.seq;
  if (!rows.empty()) {
    take_account(out, rows);
    take_tries(out, rows);
    return out;
  }
  out.partition = seen.part;
  if (seen.in_inbox) out.came_by = path::inbox; // one that was set aside may have come by any way
  if (auto context = observe::trace_context::parse(seen.traceparent))
    out.trace_id = context->trace_id_text();
  out.received_at = view.created_at;
  return out;
}

} // namespace recado::history
