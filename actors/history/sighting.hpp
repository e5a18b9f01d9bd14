#pragma once
/// Finding one message wherever it is: its row, the inbox, the dead letters.
#include "actors/query/query.hpp"

namespace recado::history {

struct sighting {
  message_record message;  ///< without deliveries
  bool sequenced = false;  ///< it has a seq, and so recipients
  bool in_inbox = false;   ///< it waits there
  wall_time at{};          ///< without a seq: since when it is what it is
  std::string traceparent; ///< of the command, if the message has no row
  std::optional<std::int64_t> part;
  /// Set: only for a viewer who is a member of this conversation now; to be asked for.
  std::optional<conversation_id> if_member_of;
};

/// All places in one snapshot, so that a message is not missed while it moves from one to the
/// other. `details` is asked for along with them; its rows are details_in(answers).
query::question where_is(std::string_view what, const client_id& client, const message_id& id,
                         const user_id& viewer, store::statement details);
const store::rows& details_in(const query::answers& got);

/// ec::message_not_found if it is nowhere or not for this viewer.
result<sighting> sighting_in(const query::answers& got, const message_id& id,
                             const user_id& viewer);

} // namespace recado::history
