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
/// Who came and who went, for every gateway: core NATS.
inline std::string presence(const std::string& cluster) {
  return cluster + ".presence";
}
/// Who is online at one gateway process: request and reply.
inline std::string people(const std::string& cluster, const std::string& node,
                          std::int64_t incarnation) {
  return cluster + ".people." + node + "." + std::to_string(incarnation);
}
/// Watches of conversations that this node owns: request and reply. (Unwatch: no reply.)
inline std::string watches(const std::string& cluster, const std::string& node,
                           std::int64_t incarnation) {
  return cluster + ".watch." + node + "." + std::to_string(incarnation);
}
/// Answered as long as the process lives: nobody there means that it was killed.
inline std::string alive(const std::string& cluster, const std::string& node,
                         std::int64_t incarnation) {
  return cluster + ".alive." + node + "." + std::to_string(incarnation);
}
/// A partition was released for this node: it may look at the tables at once.
inline std::string nudge(const std::string& cluster, const std::string& node) {
  return cluster + ".nudge." + node;
}
/// Every node's beacon, each 200 ms: core NATS.
inline std::string beacons(const std::string& cluster) {
  return cluster + ".beacon";
}

} // namespace recado::subjects
