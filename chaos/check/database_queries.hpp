#pragma once
/// The SQL of the check: plain reads of plain tables, none of the product's own code.
#include <string_view>

namespace recado::chaos::sql {

/// client, conversation → its messages, first those without a seq.
inline constexpr std::string_view messages = R"(
  select message_id, seq, command_id, coalesce(payload::json->>'text', ''), coalesce(failure, ''), node,
         part::int8, epoch, (extract(epoch from created_at) * 1000000)::int8
  from message
  where conversation_id = $2 and client_id = $1
  order by seq nulls first)";

/// client → what waits in the inbox.
inline constexpr std::string_view inbox = "select message_id from inbox where client_id = $1";

/// client → what was parked.
inline constexpr std::string_view dead_letters =
  "select message_id, code from dead_letter where client_id = $1 and message_id is not null";

/// client, conversation → its last seq.
inline constexpr std::string_view last_seq =
  "select last_seq from conversation where conversation_id = $2 and client_id = $1";

/// client, conversation → how far its members have it.
inline constexpr std::string_view members = "select user_id, delivered_seq, read_seq from member "
                                            "where conversation_id = $2 and client_id = $1";

} // namespace recado::chaos::sql
