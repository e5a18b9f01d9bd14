#pragma once
/// The real-time half of the gateway: accepts WebSocket connections and event streams and feeds
/// them. Thread-safe.
#include "actors/service/services.hpp"
#include "gateway/auth/authority.hpp"
#include "gateway/auth/tombstones.hpp"
#include "gateway/config.hpp"
#include "gateway/realtime/events.hpp"
#include "gateway/shapes/stream_id.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/http/handler.hpp"

namespace recado::realtime {

class realtime {
public:
  virtual ~realtime() = default;
  /// The hub as a child of the gateway's supervisor.
  virtual actor::child_spec hub_child() = 0;
  /// Without a principal the first frame must bring the token.
  virtual void accept(const http::request& asked, const http::upgrader& answer,
                      std::optional<auth::principal> who) = 0;
  /// Begins an event stream; `since`: its reader had one before and stood there. False if there is
  /// no hub to feed it.
  virtual bool stream(const http::responder& answer, http::response head,
                      const auth::principal& who, std::optional<shapes::positions> since) = 0;
  virtual void tell(const typing& what) = 0;
  /// The user was deleted: its sessions here are closed with 4401.
  virtual void bury(const client_id& client, const user_id& user) = 0;
  virtual std::size_t sessions() const = 0;
  /// No more connections; forgets the hub.
  virtual void stop() = 0;
};

std::shared_ptr<realtime> make_realtime(caf::actor_system& system, const gateway_config& config,
                                        services below, std::shared_ptr<auth::authority> tokens,
                                        std::shared_ptr<auth::tombstones> deleted,
                                        std::function<wall_time()> now,
                                        std::function<void()> on_unknown_key);

} // namespace recado::realtime
