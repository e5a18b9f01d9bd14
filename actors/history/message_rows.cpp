#include "actors/history/message_rows.hpp"

#include <fmt/format.h>

namespace recado::history {

namespace {

constexpr std::string_view lowest_rank_sql =
  "(select min({}) from member r where r.client_id = m.client_id "
  "and r.conversation_id = m.conversation_id and {})";

// Per recipient: is a delivery open, how far is the most advanced one, how did they end. Ends that
// differ make `failed`.
constexpr std::string_view status_sql = R"(
case when m.deliveries = 0 and m.in_app = 1 then coalesce({lowest_rank}, 3) + 1 else (
  select coalesce(min(w.furthest) filter (where w.open),
                  case when min(w.ended) = max(w.ended) then min(w.ended)
                       when count(w.ended) > 0 then 7 end,
                  4)
  from (
    select bool_or(x.open) as open, max(x.reached) as furthest,
           case when min(x.ended) = max(x.ended) then min(x.ended)
                when count(x.ended) > 0 then 7 end as ended
    from (
      select case when d.recipient = '' then d.channel || chr(10) || d.address
                  else d.recipient end as who,
             d.state < 7 as open,
             case when d.state < 7 then d.state else d.reached end::int4 as reached,
             case when d.state >= 7 then d.state end::int4 as ended
      from delivery d where d.client_id = m.client_id and d.message_id = m.message_id
      union all
      select r.user_id, true, {rank} + 1, null::int4
      from member r
      where m.in_app > 0 and r.client_id = m.client_id and r.conversation_id = m.conversation_id
        and {is_recipient}) x
    group by x.who) w) end)";

} // namespace

std::string message_status(std::string_view lowest_rank) {
  return fmt::format(fmt::runtime(status_sql), fmt::arg("lowest_rank", lowest_rank),
                     fmt::arg("rank", delivery_rank), fmt::arg("is_recipient", is_recipient));
}

std::string message_status() {
  return message_status(fmt::format(fmt::runtime(lowest_rank_sql), delivery_rank, is_recipient));
}

message_record message_of(const store::rows& rows, std::size_t row, std::size_t first) {
  message_record out;
  auto& view = out.view;
  view.id = message_id{rows.get_uuid(row, first)};
  view.conversation = conversation_id{rows.get_uuid(row, first + 1)};
  view.seq = rows.maybe_int(row, first + 2).value_or(0);
  view.from = user_id{std::string{rows.get_text(row, first + 3)}};
  view.payload = rows.get_text(row, first + 4);
  view.metadata = rows.get_text(row, first + 5);
  view.priority = static_cast<lane>(rows.get_int(row, first + 6));
  view.created_at = rows.get_time(row, first + 7);
  view.expires_at = rows.maybe_time(row, first + 8);
  if (auto failure = rows.maybe_text(row, first + 9)) out.failure = *failure;
  out.state =
    out.failure.empty() ? static_cast<status>(rows.get_int(row, first + 10)) : status::failed;
  return out;
}

} // namespace recado::history
