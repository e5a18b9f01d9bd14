#pragma once
/// When somebody was last seen, and whom a viewer may ask about.
#include "actors/presence/people.hpp"
#include "runtime/store/statement.hpp"

namespace recado::presence {

using seen_list = std::vector<std::pair<person, wall_time>>;

struct known_user {
  user_id user;
  std::optional<wall_time> last_seen; ///< nothing: never
};

/// A later time that is kept already stays.
store::statement keep_seen(const seen_list& seen);
/// Those of `users` who exist and, for a viewer, share a conversation with it.
store::statement known_users(const client_id& client, const user_id& viewer,
                             const std::vector<user_id>& users);
known_user known_user_of(const store::rows& rows, std::size_t row);

} // namespace recado::presence
