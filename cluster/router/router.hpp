#pragma once
/// The router as the rest of the process sees it: thread-safe, no CAF in sight. Behind it one
/// pooled actor hosts router_core.
#include "cluster/router/router_core.hpp"

#include <caf/fwd.hpp>

namespace recado::cluster {

struct router_ports {
  std::shared_ptr<stream_port> stream;
  std::shared_ptr<local_port> local;
  std::shared_ptr<inbox_port> inbox;
};

class router {
public:
  using on_reply = std::function<void(reply)>;

  router(router_config config, router_ports ports);
  /// Stops.
  ~router();
  router(const router&) = delete;
  router& operator=(const router&) = delete;

  /// Spawns the actor behind this router, or its successor after it died (fit for a supervisor's
  /// child_spec). What the dead one had outstanding was answered outcome_unknown.
  caf::actor start(caf::actor_system& system);

  /// From any thread. `done` is called exactly once within 6 s, on any thread, perhaps before this
  /// returns; it must not block. Fills in reply_to and after.
  void submit(command what, const uuid& session, on_reply done);
  /// The same for many, which reach the actor in this order with one message.
  void submit_all(std::vector<std::pair<command, on_reply>> all, const uuid& session);
  /// Nothing to forget: an order lives only as long as it has commands outstanding.
  void end_session(const uuid& session) noexcept;

  /// Facts, from any thread. Until the link is up and a generation known, nothing is streamed.
  void on_replies(std::vector<reply> replies);
  void on_beacon(beacon from);
  void on_link(bool up);
  /// Of the command stream; 0: none is known.
  void on_generation(std::int32_t generation);
  void set_local(std::vector<partition_id> owned);

  /// As of the actor's last turn.
  router_counters counters() const;
  /// Answers all that is outstanding, and every later submit, with shutting_down; the actor ends.
  /// Call it while the actor system lives. Later calls of anything are harmless.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// A started router.
std::shared_ptr<router> spawn_router(caf::actor_system& system, router_config config,
                                     router_ports ports);

} // namespace recado::cluster
