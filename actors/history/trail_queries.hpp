#pragma once
/// What is asked for the history of one message: a line for every step of every recipient.
#include "actors/history/position.hpp"
#include "actors/service/views.hpp"
#include "runtime/store/statement.hpp"

namespace recado::history {

/// Ascending by time; lines are only ever added after those that are there.
store::statement trail_of(const client_id& client, const message_id& id,
                          const trail_position& after, std::size_t limit);
history_record line_of(const store::rows& rows, std::size_t row);

/// The whole history of a message that never got a seq: what became of it, without a recipient.
history_record only_line_of(const message_record& message, wall_time at);

} // namespace recado::history
