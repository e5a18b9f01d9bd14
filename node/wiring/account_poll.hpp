#pragma once
/// How changes of accounts that were made on other nodes reach the connectors of this one.
#include "actors/service/services.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

namespace recado::wiring {

/// Looks every two seconds; one small query on an index.
caf::actor poll_accounts(caf::actor_system& system, std::shared_ptr<account_service> accounts,
                         std::shared_ptr<connector_service> connectors);

} // namespace recado::wiring
