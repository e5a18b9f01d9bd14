#pragma once
/// What is asked of the tables conversation, member and receipt.
#include "actors/history/position.hpp"
#include "actors/service/views.hpp"
#include "runtime/store/statement.hpp"

namespace recado::history {

/// One conversation with its members of now; no row unless the viewer, if any, is one of them.
store::statement conversation_by_id(const client_id& client, const conversation_id& id,
                                    const user_id& viewer);
/// Newest first, with members: of the client, or those a member is in.
store::statement conversations_of(const client_id& client, const user_id& member,
                                  std::optional<conversation_type> type,
                                  const conversation_position& after, std::size_t limit);
conversation_record conversation_of(const store::rows& rows, std::size_t row);

/// The conversations a user is in, or all of the client; the newest first.
store::statement memberships_of(const client_id& client, const user_id& user, std::size_t limit);
membership membership_of(const store::rows& rows, std::size_t row);

/// By user and kind. A row with a NULL user says that there is the conversation.
store::statement receipts_above(const client_id& client, const conversation_id& id,
                                std::int64_t rev);
receipt_position receipt_position_of(const store::rows& rows, std::size_t row);

/// One row if the user is a member now.
/// Where these users are; so many rows.
store::statement places_of(const client_id& client, const std::vector<user_id>& users,
                           std::size_t limit);
shared_place place_of(const store::rows& rows, std::size_t row);

store::statement is_member(const client_id& client, const conversation_id& id, const user_id& user);

} // namespace recado::history
