#pragma once
/// Spawns the session of one connection.
#include "gateway/auth/tombstones.hpp"
#include "gateway/realtime/messages.hpp"

namespace recado::realtime {

/// What all sessions share. Outlives them.
struct session_world {
  gateway_config config;
  std::shared_ptr<command_service> commands;
  std::shared_ptr<history_service> history;
  std::shared_ptr<idempotency_service> kept; ///< positions of event streams
  std::shared_ptr<auth::authority> tokens;
  std::shared_ptr<auth::tombstones> deleted;
  std::function<wall_time()> now;
  std::function<void()> on_unknown_key;
};

struct stream_start {
  std::optional<shapes::positions> since; ///< where its reader stood
};

/// With a stream's start the connection is an event stream, and `who` is known.
session_actor spawn_session(caf::actor_system& system, std::shared_ptr<const session_world> world,
                            hub_actor hub, http::ws_peer_ptr peer,
                            std::optional<auth::principal> who,
                            std::optional<stream_start> stream = {});

} // namespace recado::realtime
