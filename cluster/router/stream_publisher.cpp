#include "cluster/router/stream_publisher.hpp"

#include "cluster/reader/stream_names.hpp"
#include "runtime/observe/log.hpp"

namespace recado::cluster {

namespace {

publish_ack ack_of(const bus::outcome<bus::pub_ack>& how) {
  if (how) return publish_ack::received;
  observe::log_debug("publish-failed", "a command did not reach the stream: {}",
                     bus::describe(how.error()));
  switch (how.error().why) {
  case bus::reason::disconnected: // perhaps it broke after the server had it
  case bus::reason::timeout:
  case bus::reason::invalid:
    return publish_ack::unknown;
  default:
    return publish_ack::refused;
  }
}

} // namespace

stream_publisher::stream_publisher(bus::connection& link, std::string cluster,
                                   std::chrono::milliseconds ack_timeout)
  : link_(link),
    cluster_(std::move(cluster)),
    ack_timeout_(ack_timeout) {}

void stream_publisher::publish(std::int32_t generation, partition_id part, lane priority,
                               std::string bytes, std::function<void(publish_ack)> done) {
  link_.publish_stream(
    command_subject(cluster_, generation, priority, part), bytes, ack_timeout_,
    [done = std::move(done)](bus::outcome<bus::pub_ack> how) { done(ack_of(how)); });
}

} // namespace recado::cluster
