#pragma once
/// Spawns the hub.
#include "gateway/realtime/messages.hpp"

namespace recado::realtime {

hub_actor spawn_hub(caf::actor_system& system, const realtime_config& config,
                    std::shared_ptr<watch_service> watches,
                    std::shared_ptr<history_service> history,
                    std::shared_ptr<presence_service> presence);

} // namespace recado::realtime
