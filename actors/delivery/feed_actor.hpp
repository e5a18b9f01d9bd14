#pragma once
/// The actor that loads open deliveries for the connectors of this node.
#include "channels/connector/connector_actor.hpp"
#include "runtime/store/pool.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <chrono>

namespace recado {

/// The partition is ours: what is open in it goes to the connectors.
struct take_deliveries {
  partition_id part = 0;
  epoch owned = 0;
};
/// It will be handed over: nothing more of it goes to the connectors, and those let go of `until`
/// when they have no try of it under way.
struct finish_deliveries {
  partition_id part = 0;
  std::shared_ptr<const void> until;
};
/// It is not ours any more.
struct leave_deliveries {
  partition_id part = 0;
};
/// A connector has room.
struct more_deliveries {
  account_key account;
};
/// INTERNAL: PostgreSQL answered.
struct feed_accounts_read {
  std::vector<partition_id> parts;
  store::outcome got;
};
struct feed_window_read {
  account_key account;
  std::vector<partition_id> parts;
  bool asked_for = false; ///< by the connector, which asks again
  steady_time as_of{};    ///< before PostgreSQL was asked
  store::outcome got;
};
/// INTERNAL: look at the new partitions.
struct feed_look {};

struct feed_config {
  std::chrono::milliseconds gather{20};   ///< partitions that come together are looked at together
  std::chrono::milliseconds again{1'000}; ///< after a read that failed
};

struct feed_ports {
  std::shared_ptr<store::pool> db;
  channels::connectors_actor connectors;
};

/// Pooled; one per node. Its death is its supervisor's matter: it is told all owned partitions
/// again.
using feed_actor =
  caf::typed_actor<caf::reacts_to<take_deliveries>, caf::reacts_to<finish_deliveries>,
                   caf::reacts_to<leave_deliveries>, caf::reacts_to<more_deliveries>,
                   caf::reacts_to<feed_accounts_read>, caf::reacts_to<feed_window_read>,
                   caf::reacts_to<feed_look>>;

feed_actor spawn_feed(caf::actor_system& system, feed_config config, feed_ports ports);

} // namespace recado

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::take_deliveries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::finish_deliveries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::leave_deliveries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::more_deliveries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::feed_accounts_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::feed_window_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::feed_look)
