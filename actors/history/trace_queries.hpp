#pragma once
/// What is asked for the trace of one message: its row's own account, and the tries of its
/// deliveries.
#include "actors/history/sighting.hpp"

namespace recado::history {

store::statement trace_of(const client_id& client, const message_id& id);

/// `rows` of trace_of(); none if the message has no row yet.
trace_record trace_in(const sighting& seen, const store::rows& rows);

} // namespace recado::history
