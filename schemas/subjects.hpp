#pragma once
/// The NATS subjects of a cluster. Every subject begins with the cluster's name, so that several
/// clusters may share one NATS.
#include "schemas/partition.hpp"

#include <string>

namespace recado::subjects {

/// Where the owner sends the answers for one gateway process: core NATS.
inline std::string replies(const std::string& cluster, const std::string& node,
                           std::int64_t incarnation) {
  return cluster + ".reply." + node + "." + std::to_string(incarnation);
}
/// Events for one gateway process: core NATS.
inline std::string events(const std::string& cluster, const std::string& node,
                          std::int64_t incarnation) {
  return cluster + ".event." + node + "." + std::to_string(incarnation);
}
/// Membership changes, for every gateway: core NATS.
inline std::string membership(const std::string& cluster) {
  return cluster + ".membership";
}
/// Every node's beacon, each 200 ms: core NATS.
inline std::string beacons(const std::string& cluster) {
  return cluster + ".beacon";
}

} // namespace recado::subjects
