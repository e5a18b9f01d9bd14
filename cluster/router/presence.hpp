#pragma once
/// Which owners can be reached: the link to NATS, the beacons heard, this node's own partitions.
/// Pure: time is passed in.
#include "cluster/router/beacon.hpp"
#include "schemas/time.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace recado::cluster {

struct presence_config {
  partition_id partitions = default_partitions;
  std::chrono::milliseconds beacon_age_max{600};
  std::chrono::milliseconds link_grace{600}; ///< after the link came up nobody is called absent
                                             ///< yet, nor an owner on this node after its claim
  std::chrono::milliseconds distrust{200};   ///< after our own owner said that it is none
};

class presence {
public:
  explicit presence(presence_config config);

  void link(bool up, steady_time now);
  void heard(const beacon& from, steady_time now);
  /// The partitions whose owner is this node; replaces what was set before.
  void set_local(const std::vector<partition_id>& owned, steady_time now);
  /// The owner on this node refused a command of this partition: it is on its way out.
  void local_refused(partition_id part, steady_time now);

  /// A command can be handed over on this node.
  bool local(partition_id part, steady_time now) const;
  /// Somebody owns it and reads its stream, as far as we can know. An owner on this node must beat
  /// like any other: it is silent about what it cannot read.
  bool read_from_stream(partition_id part, steady_time now) const;

private:
  struct seat {
    std::optional<steady_time> heard;
    std::optional<steady_time> local_since; ///< nullopt: its owner is not this node
    steady_time distrusted_until = steady_time::min();
  };

  presence_config config_;
  std::vector<seat> seats_;
  std::optional<steady_time> link_since_;
};

} // namespace recado::cluster
