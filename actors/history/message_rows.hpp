#pragma once
/// Messages as they come from PostgreSQL: the columns every query of messages selects, the rule
/// that gives their status, and the codec of the rows.
///
/// The recipients of message s of a conversation are its members with joined_seq < s, that had not
/// left before s, except the sender. Each one's delivery is read, delivered or sent by its
/// positions. External deliveries have rows of their own. The message's status is the least
/// advanced over recipients of each recipient's most advanced delivery, as schemas/status.hpp says
/// it in C++; sent if there is no recipient. In SQL a status is its enumerator's number.
#include "actors/service/views.hpp"
#include "runtime/store/value.hpp"

#include <string>
#include <string_view>

namespace recado::history {

/// Of a row `m` of message (or of a query that passes these columns on). The status
/// follows them.
inline constexpr std::string_view message_columns =
  "m.message_id, m.conversation_id, m.seq, m.from_user, m.payload, m.metadata, m.priority, "
  "m.created_at, m.expires_at, m.failure";

/// Does a row `r` of member get `m` in the application?
inline constexpr std::string_view is_recipient =
  "r.joined_seq < m.seq and (r.left_seq is null or r.left_seq >= m.seq) "
  "and r.user_id <> m.from_user and (m.in_app = 1 or (m.in_app = 2 and not exists ("
  "select from delivery o where o.client_id = m.client_id and o.message_id = m.message_id "
  "and o.recipient = r.user_id)))";

/// The rank (schemas/status.hpp) of the delivery of `m` to a row `r` with positions.
inline constexpr std::string_view delivery_rank =
  "case when r.read_seq >= m.seq then 5 when r.delivered_seq >= m.seq then 4 else 3 end";

/// The status of the message `m`: an expression over member and, for those that have some, over
/// delivery. `lowest_rank` is a scalar subquery for messages that are in the application only.
std::string message_status(std::string_view lowest_rank);
std::string message_status();

/// Columns from `first` on: message_columns, then the status as an integer.
message_record message_of(const store::rows& rows, std::size_t row, std::size_t first = 0);

} // namespace recado::history
