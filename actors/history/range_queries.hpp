#pragma once
/// What is asked for a stretch of one conversation.
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::history {

/// `before_seq` alone reads downwards, everything else upwards (from the start if nothing is
/// given).
bool downwards(const history_service::range& which) noexcept;

/// One message more than the limit, in reading order. No row: no such conversation for this viewer;
/// one row without a message: an empty stretch.
store::statement messages_in(const client_id& client, const conversation_id& id,
                             const user_id& viewer, const history_service::range& which);
/// Ascending; `next` is a seq: since_seq of the page after or, downwards, before_seq.
page<message_record> range_page_of(const store::rows& rows, const history_service::range& which);

} // namespace recado::history
