#pragma once
/// The supervisor of this node's partitions and writers.
#include "actors/partition/local_partitions.hpp"
#include "actors/writer/writer_actor.hpp"
#include "cluster/ownership/ownership_types.hpp"

namespace recado {

/// A partition is ours from now on.
struct own_partition {
  cluster::owned_partition what;
};
/// It is not ours any more: stop without a word.
struct drop_partition {
  partition_id part = 0;
};
/// Finish it; partitions_ports::release follows.
struct hand_over_partition {
  partition_id part = 0;
};
/// INTERNAL: tries of the partition are under way no more, or were waited for long enough.
struct tries_ended {
  partition_id part = 0;
  std::uint64_t hand_over = 0;
};
/// INTERNAL: the partition named its cursors.
struct cursors_named {
  partition_id part = 0;
  std::array<cluster::stream_cursor, lanes> at{};
};

struct partitions_config {
  std::size_t writers = 2;
  std::size_t room_per_partition = 4'096; ///< commands handed over on this node and not ended
  std::size_t stream_room_per_lane = 256; ///< commands a reader may deliver ahead
  /// For tries of external deliveries, before a partition is handed over.
  std::chrono::milliseconds tries_wait_max{30'000};
  partition_config partition; ///< id, epoch and cursors are filled in
};

/// What the host needs of the world; called in the actor.
struct partitions_ports {
  std::function<writer_actor(caf::actor_system&, std::size_t)> spawn_writer;
  partition_ports partition; ///< without writer and final_cursors
  /// From the partition's cursors, with so much credit per lane.
  std::function<void(const partition_config&, std::size_t)> start_reading;
  std::function<void(partition_id)> stop_reading;
  /// Begin no more tries of its deliveries; let go of the handle when none is under way. May be
  /// empty.
  std::function<void(partition_id, std::shared_ptr<const void>)> finish_tries;
  std::function<void(partition_id, std::array<cluster::stream_cursor, lanes>)> release;
  /// The set of owned partitions has changed.
  std::function<void(std::vector<partition_id>)> owned;
};

/// Pooled; one per node. A partition that dies is released, so that an owner (perhaps this node)
/// takes it again from PostgreSQL; the death of a writer does that to all of its partitions.
using partitions_actor =
  caf::typed_actor<caf::reacts_to<own_partition>, caf::reacts_to<drop_partition>,
                   caf::reacts_to<hand_over_partition>, caf::reacts_to<tries_ended>,
                   caf::reacts_to<cursors_named>>;

partitions_actor spawn_partitions(caf::actor_system& system,
                                  std::shared_ptr<local_partitions> table, partitions_config config,
                                  partitions_ports ports);

} // namespace recado

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::own_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::drop_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::hand_over_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::tries_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cursors_named)
