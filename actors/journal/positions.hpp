#pragma once
/// Where conversations stand, for gateways that begin to watch them.
#include "runtime/store/statement.hpp"
#include "schemas/uuid.hpp"

namespace recado::journal {

struct position_row {
  client_id client;
  conversation_id conversation;
  std::int64_t last_seq = 0;
  std::int64_t rev = 0;
};

store::statement positions(const std::vector<std::pair<client_id, conversation_id>>& of);
/// One per conversation asked for, in that order; 0, 0 for those that do not exist.
std::vector<position_row> parse_positions(const store::rows& found);

} // namespace recado::journal
