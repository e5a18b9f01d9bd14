#pragma once
/// Messages without a row of their own: still in the inbox, or set aside as dead letters.
#include "actors/service/views.hpp"
#include "runtime/store/statement.hpp"

namespace recado::history {

struct unsequenced {
  message_record message;             ///< seq 0; queued, or dead with its code in `failure`
  wall_time at{};                     ///< since when it is so
  std::vector<user_id> members_to_be; ///< of the implicit conversation it would make
  std::string traceparent;
  std::int64_t part = 0;
};

/// At most one row each.
store::statement waiting(const client_id& client, const message_id& id);
store::statement dead(const client_id& client, const message_id& id);

unsequenced waiting_of(const store::rows& rows);
/// What made it a dead letter may be its bytes: then only what the row itself says is known.
unsequenced dead_of(const message_id& id, const store::rows& rows);

} // namespace recado::history
