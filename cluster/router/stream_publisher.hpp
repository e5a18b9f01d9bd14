#pragma once
/// stream_port over NATS: publishes to the subjects of the present stream generation.
#include "cluster/router/ports.hpp"
#include "runtime/bus/bus.hpp"

#include <atomic>

namespace recado::cluster {

class stream_publisher : public stream_port {
public:
  /// The connection must outlive this object. `ack_timeout` is for the server's ack, not for the
  /// owner's reply.
  stream_publisher(bus::connection& link, std::string cluster,
                   std::chrono::milliseconds ack_timeout = std::chrono::seconds{2});

  /// From any thread. Zero (the start): not known yet, every publish is refused.
  void set_generation(std::int32_t generation) noexcept { generation_ = generation; }

  void publish(partition_id part, lane priority, std::string bytes,
               std::function<void(publish_ack)> done) override;

private:
  bus::connection& link_;
  const std::string cluster_;
  const std::chrono::milliseconds ack_timeout_;
  std::atomic<std::int32_t> generation_{0};
};

} // namespace recado::cluster
