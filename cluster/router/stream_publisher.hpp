#pragma once
/// stream_port over NATS.
#include "cluster/router/ports.hpp"
#include "runtime/bus/bus.hpp"

namespace recado::cluster {

class stream_publisher : public stream_port {
public:
  /// The connection must outlive this object. `ack_timeout` is for the server's ack, not for the
  /// owner's reply.
  stream_publisher(bus::connection& link, std::string cluster,
                   std::chrono::milliseconds ack_timeout = std::chrono::seconds{2});

  void publish(std::int32_t generation, partition_id part, lane priority, std::string bytes,
               std::function<void(publish_ack)> done) override;

private:
  bus::connection& link_;
  const std::string cluster_;
  const std::chrono::milliseconds ack_timeout_;
};

} // namespace recado::cluster
