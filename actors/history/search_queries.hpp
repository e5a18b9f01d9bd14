#pragma once
/// What is asked for a search over messages, newest first.
#include "actors/history/position.hpp"
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::history {

/// Rows as message_of() reads them. With a viewer or a user only conversations are looked at that
/// it is or was in.
store::statement found_messages(const client_id& client, const user_id& viewer,
                                const history_service::message_filter& filter,
                                const message_position& after, std::size_t limit);
message_position position_of(const message_record& message);

} // namespace recado::history
