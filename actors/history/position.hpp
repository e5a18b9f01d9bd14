#pragma once
/// Where a page ended, as text for page::next and back. Positions are keys of rows, so that a page
/// stays where it is while rows are added.
#include "schemas/problem.hpp"
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <string>
#include <string_view>

namespace recado::history {

/// Times that both PostgreSQL and RFC 3339 can say: the years 1 to 9999.
inline constexpr wall_time earliest{std::chrono::microseconds{-62'135'596'800'000'000}};
inline constexpr wall_time latest{std::chrono::microseconds{253'402'300'799'999'999}};

/// In a list of conversations, newest first.
struct conversation_position {
  wall_time at = latest;
  uuid conversation;
};

/// In a search, newest first; `seq` tells apart what one commit made.
struct message_position {
  wall_time at = latest;
  uuid conversation;
  std::int64_t seq = 0;
  uuid message;
};

/// In the history of one message, oldest first.
struct trail_position {
  wall_time at = earliest;
  std::int64_t step = -1; ///< of the recipient or of the delivery
  std::string key;        ///< user_id, or the id of an external delivery
};

std::string encode(const conversation_position& at);
std::string encode(const message_position& at);
std::string encode(const trail_position& at);

/// An empty text is the start of the list; what none of encode() gave is ec::invalid_cursor.
result<conversation_position> conversation_position_of(std::string_view text);
result<message_position> message_position_of(std::string_view text);
result<trail_position> trail_position_of(std::string_view text);

} // namespace recado::history
