#pragma once
/// What every part of one node's wiring must agree on.
#include "config/config.hpp"
#include "runtime/bus/bus.hpp"
#include "runtime/store/connection.hpp"

namespace recado::wiring {

struct settings {
  config::node_config config;
  std::int64_t incarnation = 0; ///< of this process
  std::string version;

  const std::string& node() const { return config.node.id; }
  const std::string& cluster() const { return config.cluster.name; }
  /// A connection of this process: the session's name tells a successor whom to end.
  store::connection_config database() const;
  /// How others reach this node: node.public_url, or made from [http].
  std::string public_url() const;
  bus::bus_config bus() const;
  std::string reply_subject() const;
  std::string event_subject() const;
};

} // namespace recado::wiring
