#include "actors/history/message_rows.hpp"

#include <fmt/format.h>

namespace recado::history {

std::string message_rank() {
  return fmt::format("coalesce((select min({}) from member r where r.client_id = m.client_id "
                     "and r.conversation_id = m.conversation_id and {}), 3)",
                     delivery_rank, is_recipient);
}

status status_of_rank(std::int64_t rank) {
  switch (rank) {
  case 4:
    return status::delivered;
  case 5:
    return status::read;
  default:
    return status::sent;
  }
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
  out.state = out.failure.empty() ? status_of_rank(rows.get_int(row, first + 10)) : status::failed;
  return out;
}

} // namespace recado::history
