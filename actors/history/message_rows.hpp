#pragma once
/// Messages as they come from PostgreSQL: the columns every query of messages selects, the rule
/// that gives their status, and the codec of the rows.
///
/// The recipients of message s of a conversation are its members with joined_seq < s, that had not
/// left before s, except the sender. Each one's delivery is read, delivered or sent by its
/// positions; the message's status is the least advanced of them, sent if there is none.
#include "actors/service/views.hpp"
#include "runtime/store/value.hpp"

#include <string>
#include <string_view>

namespace recado::history {

/// Of a row `m` of message (or of a query that passes these columns on). The rank follows them.
inline constexpr std::string_view message_columns =
  "m.message_id, m.conversation_id, m.seq, m.from_user, m.payload, m.metadata, m.priority, "
  "m.created_at, m.expires_at, m.failure";

/// Is a row `r` of member a recipient of `m`?
inline constexpr std::string_view is_recipient =
  "r.joined_seq < m.seq and (r.left_seq is null or r.left_seq >= m.seq) "
  "and r.user_id <> m.from_user";

/// The rank (schemas/status.hpp) of the delivery of `m` to a row `r` with positions.
inline constexpr std::string_view delivery_rank =
  "case when r.read_seq >= m.seq then 5 when r.delivered_seq >= m.seq then 4 else 3 end";

/// The rank of the message: a scalar subquery over member.
std::string message_rank();

/// Columns from `first` on: message_columns, then the rank as an integer.
message_record message_of(const store::rows& rows, std::size_t row, std::size_t first = 0);

/// 3 sent, 4 delivered, 5 read.
status status_of_rank(std::int64_t rank);

} // namespace recado::history
