#pragma once
/// What is asked for the status events of one conversation that a gateway may have lost.
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::history {

store::statement statuses_in(const client_id& client, const conversation_id& id,
                             const history_service::revisions& which);
status_record status_of(const store::rows& rows, std::size_t row);

} // namespace recado::history
