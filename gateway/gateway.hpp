#pragma once
/// The public door: REST, WebSocket and tokens as one http::handler. It knows neither SQL nor NATS;
/// it asks `services`.
#include "actors/service/services.hpp"
#include "gateway/config.hpp"
#include "runtime/http/handler.hpp"

#include <caf/fwd.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace recado {

/// One answer of /livez, /readyz or /startupz.
struct health_report {
  struct check {
    std::string name;
    bool ok = false;
    std::string detail;
  };
  std::vector<check> checks; ///< healthy if all are
};

/// What the gateway needs of the process it lives in. The functions are called on io threads and
/// must not block; an empty one counts as healthy, or as no metrics.
struct gateway_environment {
  caf::actor_system& system;
  std::function<health_report()> live, ready, started;
  std::function<std::string()> metrics_text; ///< Prometheus text format 0.0.4
};

class gateway {
public:
  virtual ~gateway() = default;

  /// To be given to http::server::start. May outlive the gateway: after stop() it answers 503.
  virtual std::shared_ptr<http::handler> handler() = 0;
  /// True once the keys that sign tokens were read; until then tokens are refused with 503 and
  /// /startupz and /readyz answer 503.
  virtual bool ready() const = 0;
  virtual std::size_t sessions() const = 0; ///< WebSocket sessions open now
  /// From now on /readyz answers 503; everything else goes on. undrain() takes it back.
  virtual void drain() = 0;
  virtual void undrain() = 0;
  /// Ends the actors. Call it after the HTTP server has stopped and before the actor system goes.
  virtual void stop() = 0;
};

/// Reads (or makes) the signing keys in the background and starts the watch hub.
std::unique_ptr<gateway> make_gateway(gateway_config config, services below,
                                      gateway_environment environment);

} // namespace recado
