#pragma once
/// What is asked for one message that has a row of its own.
#include "actors/service/views.hpp"
#include "runtime/store/statement.hpp"

namespace recado::history {

/// No row: none, or not for this viewer. A user sees what was said while it was a member, and what
/// it said itself and was refused after a 202.
store::statement message_by_id(const client_id& client, const message_id& id,
                               const user_id& viewer);
/// With deliveries_total; without deliveries.
message_record counted_message_of(const store::rows& rows, std::size_t row);

/// The first recipients by user_id, each with its own state.
store::statement deliveries_of(const client_id& client, const message_id& id, std::size_t limit);
delivery_record delivery_of(const message_id& message, const store::rows& rows, std::size_t row);

} // namespace recado::history
