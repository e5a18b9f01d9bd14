#pragma once
/// The public door: REST, WebSocket and tokens as one http::handler. It knows neither SQL nor NATS;
/// it asks `services`.
#include "actors/service/services.hpp"
#include "gateway/config.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/observe/health.hpp"
#include "runtime/observe/metrics.hpp"

#include <caf/fwd.hpp>
#include <functional>
#include <memory>

namespace recado {

/// What the gateway needs of the process it lives in; all of it outlives the gateway.
struct gateway_environment {
  caf::actor_system& system;
  observe::health& health;   ///< answers the probes; "signing-keys" is declared here
  observe::metrics& metrics; ///< served at /metrics
  std::function<wall_time()> now;
};

class gateway {
public:
  virtual ~gateway() = default;

  /// To be given to http::server::start. May outlive the gateway: after stop() it answers 503.
  virtual std::shared_ptr<http::handler> handler() = 0;
  /// True once the keys that sign tokens were read; until then what needs a token answers 503.
  virtual bool ready() const = 0;
  virtual std::size_t sessions() const = 0; ///< WebSocket sessions open now
  /// Ends the actors. After the HTTP server has stopped; before the services end (they may still
  /// hold callbacks that name actors) and before the actor system does.
  virtual void stop() = 0;
};

/// Reads (or makes) the signing keys in the background and starts the watch hub.
std::unique_ptr<gateway> make_gateway(gateway_config config, services below,
                                      gateway_environment environment);

} // namespace recado
