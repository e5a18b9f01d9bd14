#pragma once
/// The connectors of a node: one actor per account that has something to do, and one that starts
/// them, watches over them and knows the way.
#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "channels/connector/ports.hpp"
#include "channels/connector/snapshot.hpp"

namespace recado::channels {

/// Deliveries that were committed `queued` just now, in the order of their commit. May be of
/// several accounts.
struct offer {
  std::vector<open_delivery_ptr> fresh;
};

/// Deliveries read from the database: the answer to delivery_ledger::more, and what a node sends
/// for each account with open deliveries in a partition that it has just acquired.
/// - For each (conversation, address) the rows are the first ones, in order of seq, without a hole:
///   a delivery never comes without the open ones before it, whatever their `due` is.
/// - A row found `sending` has unknown = true. (The connector ignores rows that it holds already.)
/// - At most window_rows_max rows, those of urgent lanes and early `due` first.
struct window {
  account_key account;
  std::vector<open_delivery_ptr> rows;
  /// Partitions, of this node, of which no open delivery of the account is missing in `rows`. An
  /// answer to `more` that was not cut by a LIMIT names all partitions that it looked at.
  std::vector<partition_id> complete;
  /// std::chrono::steady_clock::now() before the database was asked: what was committed and offered
  /// until then is in the rows.
  steady_time as_of{};
};
inline constexpr std::size_t window_rows_max = 500;

/// The account was made or changed.
struct account_changed {
  account_record record;
};
/// The account was deleted: what is open fails.
struct account_deleted {
  account_key account;
};
/// The partition will be handed over: no try of it begins any more, those under way go on to their
/// end. `until` is let go when the last of them has been settled.
struct part_with_partition {
  partition_id part = 0;
  std::shared_ptr<const void> until;
};
/// The partition is not ours any more: what waits is forgotten, what is in flight is finished (and
/// its outcome refused by the fence if somebody else has the partition by then).
struct drop_partition {
  partition_id part = 0;
};
/// This node's part of an account's pace: owned partitions / P.
struct pace_share {
  double share = 1;
};
struct connectors_of {
  client_id client;
};
enum class connector_verb : std::uint8_t { pause, resume };
/// Of this node's connector only; the stored account says `paused` for all nodes and restarts.
struct steer_connector {
  account_key account;
  connector_verb verb = connector_verb::pause;
};
struct check_connector {
  account_key account;
};
struct connector_started {
  account_key account;
  caf::actor handle;
};

} // namespace recado::channels

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::offer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::window)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::account_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::account_deleted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::part_with_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::drop_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::pace_share)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::connectors_of)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::steer_connector)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::check_connector)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::connector_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::connector_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<recado::channels::connector_snapshot>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::check_result)

namespace recado::channels {

/// Pooled. Spawned by the composition root; its end ends all connectors.
using connectors_actor = caf::typed_actor<
  // To the connectors of the accounts named in it; one that does not run yet is started, and asks
  // the ledger for `more` as its first act.
  caf::reacts_to<offer>, caf::reacts_to<window>,
  // Starts the account's connector if there is none.
  caf::reacts_to<account_changed>, caf::reacts_to<account_deleted>,
  caf::reacts_to<part_with_partition>, caf::reacts_to<drop_partition>, caf::reacts_to<pace_share>,
  // Those that run on this node, of one client, by channel and account.
  caf::replies_to<connectors_of>::with<std::vector<connector_snapshot>>,
  // Errors: not_found (no such channel), overloaded, abandoned.
  caf::replies_to<steer_connector>::with<connector_snapshot>,
  // Whether the account works: connects, authenticates, sends nothing to a person. Within 28 s.
  // Errors: not_found (no such channel or account), overloaded, abandoned.
  caf::replies_to<check_connector>::with<check_result>,
  // INTERNAL: a connector was started, for the first time or again.
  caf::reacts_to<connector_started>>;

/// The client behind `ports.carry` must have been stopped before the actor system ends.
connectors_actor spawn_connectors(caf::actor_system& system, connector_ports ports);

} // namespace recado::channels
