#include "actors/history/range_queries.hpp"

#include "actors/history/message_rows.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace recado::history {
namespace {

constexpr auto seq_max = std::numeric_limits<std::int64_t>::max();

// Members that stand at the same place are counted as one: a stretch of a large group costs its few
// different positions per message, not its members. A place that only the sender takes is none.
constexpr std::string_view range_sql = R"(
with reach as materialized (
  select greatest($4::int8, coalesce(v.joined_seq, 0)) as low, $5::int8 as high
  from conversation c
  left join member v on v.client_id = c.client_id and v.conversation_id = c.conversation_id
                    and v.user_id = $3 and v.left_seq is null
  where c.client_id = $1 and c.conversation_id = $2 and ($3 = '' or v.user_id is not null)),
place as materialized (
  select joined_seq, left_seq, delivered_seq, read_seq, count(*) as people, min(user_id) as one
  from member where client_id = $1 and conversation_id = $2
  group by joined_seq, left_seq, delivered_seq, read_seq)
select {columns},
       {status}
from reach left join lateral (
  select * from message
  where client_id = $1 and conversation_id = $2 and seq > reach.low and seq <= reach.high
  order by seq {order} limit $6) m on true
order by m.seq {order})";

constexpr std::string_view lowest_rank_sql = R"(
  (select min({}) from place r
   where r.joined_seq < m.seq and (r.left_seq is null or r.left_seq >= m.seq)
     and (r.people > 1 or r.one <> m.from_user)))";

std::string text(std::string_view order) {
  auto lowest = fmt::format(fmt::runtime(lowest_rank_sql), delivery_rank);
  return fmt::format(fmt::runtime(range_sql), fmt::arg("columns", message_columns),
                     fmt::arg("status", message_status(lowest)), fmt::arg("order", order));
}

} // namespace

bool downwards(const history_service::range& which) noexcept {
  return which.before_seq && !which.since_seq;
}

store::statement messages_in(const client_id& client, const conversation_id& id,
                             const user_id& viewer, const history_service::range& which) {
  static const std::string upwards_sql = text("asc"), downwards_sql = text("desc");
  auto low = std::max<std::int64_t>(which.since_seq.value_or(0), 0);
  auto high = std::max<std::int64_t>(which.before_seq.value_or(seq_max), 1) - 1;
  bool down = downwards(which);
  return {down ? "history_range_down" : "history_range_up", down ? downwards_sql : upwards_sql,
          store::params{}
            .add_uuid(client)
            .add_uuid(id)
            .add_text(viewer.value)
            .add_int8(low)
            .add_int8(high)
            .add_int8(static_cast<std::int64_t>(which.limit) + 1)};
}

page<message_record> range_page_of(const store::rows& rows, const history_service::range& which) {
  page<message_record> out;
  if (rows.is_null(0, 0)) return out;
  for (std::size_t i = 0; i < std::min(rows.size(), which.limit); ++i)
    out.items.push_back(message_of(rows, i));
  if (rows.size() > which.limit) out.next = std::to_string(out.items.back().view.seq);
  if (downwards(which)) std::ranges::reverse(out.items);
  return out;
}

} // namespace recado::history
