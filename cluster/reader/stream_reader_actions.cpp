/// What a reader's machine asks for, done with NATS.
#include "cluster/reader/stream_reader_impl.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/wire.hpp"

#include <fmt/format.h>

namespace recado::cluster {
namespace {

std::int64_t nanoseconds(std::chrono::nanoseconds value) {
  return value.count();
}

} // namespace

void stream_reader::impl::perform(const reader_key& key, const reader_actions& todo,
                                  std::string data) {
  for (const auto& one : todo)
    std::visit([&](const auto& what) { act(key, what, data); }, one);
}

void stream_reader::impl::act(const reader_key& key, const action::create_consumer& what,
                              std::string&) {
  auto name = consumer_name{key, what.consumer}.str();
  if (what.consumer > 1)
    observe::log_debug("reader-consumer", "{} starts at {}", name, what.start_seq);
  bus::consumer_config wanted;
  wanted.stream = stream_name(config.cluster, what.generation);
  wanted.name = name;
  wanted.filter_subject = command_subject(config.cluster, what.generation, key.priority, key.part);
  wanted.start_seq = static_cast<std::uint64_t>(what.start_seq);
  wanted.inactive_threshold = config.inactive_threshold;
  jetstream.create_consumer(
    wanted, if_alive([key, name, number = what.consumer](impl& self, bus::outcome<bool> made) {
      if (made) return self.step(key, event::consumer_ready{number});
      self.step(key, event::consumer_failed{number});
      if (made.error().why == bus::reason::disconnected) return; // all lanes hear of that
      self.complain("reader-consumer-failed", name, bus::describe(made.error()));
      self.doubt();
    }));
}

void stream_reader::impl::act(const reader_key& key, const action::delete_consumer& what,
                              std::string&) {
  // Best effort: the server forgets it anyway when nobody pulls.
  jetstream.delete_consumer(stream_name(config.cluster, what.generation),
                            consumer_name{key, what.consumer}.str(), [](const auto&) {});
}

void stream_reader::impl::act(const reader_key& key, const action::pull& what, std::string&) {
  auto name = consumer_name{key, what.consumer}.str();
  auto body =
    fmt::format(R"({{"batch":{},"expires":{},"idle_heartbeat":{}}})", what.batch,
                nanoseconds(config.limits.pull_expiry), nanoseconds(config.limits.heartbeat));
  // If it fails the link broke, and we hear of that.
  (void)link.publish("$JS.API.CONSUMER.MSG.NEXT." + stream_name(config.cluster, what.generation) +
                       "." + name,
                     fmt::format("{}.{}.{}", inbox, name, what.pull), body);
}

void stream_reader::impl::act(const reader_key& key, const action::deliver& what,
                              std::string& data) {
  host.on_command(key, what.at, std::exchange(data, {}));
}

void stream_reader::impl::act(const reader_key& key, const action::look_at& what, std::string&) {
  jetstream.get_message(
    stream_name(config.cluster, what.generation), static_cast<std::uint64_t>(what.seq),
    if_alive([key, what](impl& self, bus::outcome<bus::stored_message> found) {
      if (!found) return; // discarded meanwhile: the next heartbeat brings a younger place
      position at{what.generation, what.seq, found->published_ns, {}};
      if (auto command = decode_command(found->data)) at.command = command->id;
      self.step(key, event::place_known{what.consumer, at});
    }));
}

void stream_reader::impl::act(const reader_key& key, const action::idle_at& what, std::string&) {
  if (host.on_idle) host.on_idle(key, what.at);
}

} // namespace recado::cluster
