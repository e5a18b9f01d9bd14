#pragma once
/// The connectors as the gateway knows them.
#include "actors/service/services.hpp"
#include "channels/connector/connector_actor.hpp"

#include <caf/fwd.hpp>

namespace recado::wiring {

std::shared_ptr<connector_service> ask_connectors(caf::actor_system& system,
                                                  channels::connectors_actor connectors);

} // namespace recado::wiring
