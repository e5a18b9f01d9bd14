#pragma once
/// The actor of one owned partition: it takes commands in, keeps the conversations' actors alive,
/// moves the cursors, and tells the watchers.
#include "actors/partition/watchers.hpp"
#include "actors/service/services.hpp"
#include "actors/writer/protocol.hpp"
#include "channels/delivery.hpp"

#include <chrono>

namespace recado {

/// A command as it was found in the stream.
struct stream_command {
  epoch owned =
    0; ///< of the reader; what was on its way when the partition changed hands is dropped
  lane priority = lane::standard;
  std::int32_t generation = 0;
  std::int64_t seq = 0;
  wall_time stored_at{}; ///< by JetStream
  std::string bytes;
};
/// The lane is idle: nothing of it lies at or before this place.
struct lane_idle {
  epoch owned = 0;
  lane priority = lane::standard;
  cluster::stream_cursor at;
};
/// A command that a gateway of this node handed over.
struct direct_command {
  std::shared_ptr<const command> what;
  std::shared_ptr<const void> hold; ///< credit
  bool only_copy = false;           ///< no try of its id was sent before
};
/// A command of the owner's own making; refused unless it was meant for this owner.
struct own_command {
  epoch owned = 0; ///< 0: any
  std::shared_ptr<const command> what;
  std::shared_ptr<local_wait> waits; ///< may be null
};
/// A gateway wants the events of these conversations from now on.
struct watch_conversations {
  gateway_subject who;
  std::vector<watch_service::item> items;
  std::function<void(std::vector<watch_service::position>)> done;
};
struct unwatch_conversations {
  gateway_subject who;
  std::vector<watch_service::item> items;
};
/// The process of a gateway is gone, and nobody watches there any more.
struct forget_gateway {
  gateway_subject who;
};
/// INTERNAL: where the watched conversations stand in PostgreSQL.
struct positions_found {
  watch_conversations wanted;
  std::vector<watch_service::position> found;
  bool ok = false;
};
/// Stop: nothing more is taken in. Answered through partition_ports::final_cursors.
struct leave_cursors {};
struct house_keeping {};

struct partition_config {
  partition_id id = 0;
  epoch held = 0;
  std::array<cluster::stream_cursor, lanes> cursors{};
  conversation_limits limits;
  decide_function rules = recado::decide;
  std::chrono::milliseconds stream_age_max{60'000}; ///< older ones were answered by nobody
  std::chrono::seconds idle_before_passivation{300};
  std::size_t resident_max = 20'000; ///< conversations in memory
  std::size_t seen_max = 2'000;      ///< commands of sessions remembered for their order
  std::chrono::milliseconds cursor_interval{200};
  std::size_t cursor_commands = 1'000;
};

/// What a partition does to the world; called in the actor.
struct partition_ports {
  writer_actor writer;
  std::function<wall_time()> now;
  /// The reader may deliver this many more commands of the lane.
  std::function<void(partition_id, lane, std::size_t)> grant;
  /// To one gateway, or (empty subject) a membership change to all of them.
  std::function<void(const gateway_subject&, event_batch)> tell;
  /// Positions of conversations that are not resident, read from PostgreSQL.
  std::function<void(std::vector<watch_service::item>,
                     on_result<std::vector<watch_service::position>>)>
    positions;
  std::function<void(partition_id, std::array<cluster::stream_cursor, lanes>)> final_cursors;
  /// Deliveries that were committed just now, for the connectors; empty: there are none.
  std::function<void(std::vector<open_delivery_ptr>)> hand_out;
  /// Some may have been committed without our knowing: what is open is to be read again.
  std::function<void(partition_id, epoch)> look_again;
};

/// Pooled; spawned and watched by the partitions' host. Its death releases the partition: another
/// owner (perhaps this node again) finds everything in PostgreSQL and the stream.
using partition_actor = caf::typed_actor<
  // From the writer.
  caf::reacts_to<decide_items>, caf::reacts_to<items_settled>, caf::reacts_to<items_ended>,
  caf::reacts_to<forget_residents>,
  // From the conversations.
  caf::reacts_to<commands_decided>,
  // From the reader, the gateways and the connectors.
  caf::reacts_to<stream_command>, caf::reacts_to<lane_idle>, caf::reacts_to<direct_command>,
  caf::reacts_to<own_command>, caf::reacts_to<watch_conversations>,
  caf::reacts_to<unwatch_conversations>, caf::reacts_to<forget_gateway>,
  // From the host.
  caf::reacts_to<leave_cursors>, caf::reacts_to<positions_found>,
  // INTERNAL: every few seconds.
  caf::reacts_to<house_keeping>>;

partition_actor spawn_partition(caf::actor_system& system, partition_config config,
                                partition_ports ports);

} // namespace recado

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::stream_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::lane_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::direct_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::own_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::watch_conversations)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::unwatch_conversations)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::forget_gateway)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::positions_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::leave_cursors)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::house_keeping)
