#pragma once
/// INTERNAL to stream_reader.
#include "cluster/reader/consumer_name.hpp"
#include "runtime/bus/jetstream.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace recado::cluster {

struct reader {
  reader_key key;
  reader_machine machine;
  bool examined = false; ///< its place is with the keeper, who says open() when it is sound

  /// On this link nobody has seen yet that the stream still has the message of our place.
  bool must_wait(stream_generation generation) const {
    return machine.at().generation == generation && machine.at().seq > 0 && !examined;
  }
  /// The keeper must see our place before it can say what we read.
  bool unseen(stream_generation generation) const {
    return must_wait(generation) || (machine.ahead_of(generation) && !examined);
  }
};

/// Lane first: express consumers are made before all others.
using reader_place = std::pair<lane, partition_id>;

/// Every event of a machine is stepped under `mutex`; what it asks for is done after, without it.
/// Deliveries keep their order because they all come on the thread of the one subscription.
struct stream_reader::impl : std::enable_shared_from_this<impl> {
  impl(bus::connection& connection, reader_config settings, reader_host callbacks)
    : link(connection),
      jetstream(connection, settings.limits.answer),
      config(std::move(settings)),
      host(std::move(callbacks)),
      inbox(connection.new_inbox()) {}

  bus::connection& link;
  const bus::jetstream jetstream;
  const reader_config config;
  const reader_host host;
  const std::string inbox;
  bus::subscription deliveries;

  mutable std::mutex mutex;
  std::map<reader_place, reader> readers;
  std::map<reader_place, consumer_number> used_numbers; ///< of stopped readers
  stream_generation generation = 0;
  std::condition_variable alarm;
  steady_time alarm_at = steady_time::max();
  bool ending = false;
  int callbacks_running = 0;
  std::thread timer;
  std::atomic<std::int64_t> next_complaint_ns{0};

  void begin();
  void end();
  void open(stream_generation value);
  std::vector<position> places(places_of which);
  void start(const reader_key& key, const position& cursor, std::uint32_t credit);
  void stop(partition_id part);

  void hear(bus::message message);
  void hear_status(const bus::message& message);
  bool uses(const consumer_name& name) const;
  void step(const reader_key& key, const reader_event& what, std::string data = {});
  /// The mutex must be held.
  void step_held(reader& reader, const reader_event& what, reader_actions& todo);
  void run_timer();
  /// Logs at most one line a second.
  void complain(std::string_view event, std::string_view consumer, std::string_view why);
  void doubt() const {
    if (host.on_doubt) host.on_doubt();
  }

  void perform(const reader_key& key, const reader_actions& todo, std::string data = {});
  void act(const reader_key& key, const action::create_consumer& what, std::string& data);
  void act(const reader_key& key, const action::delete_consumer& what, std::string& data);
  void act(const reader_key& key, const action::pull& what, std::string& data);
  void act(const reader_key& key, const action::deliver& what, std::string& data);
  void act(const reader_key& key, const action::look_at& what, std::string& data);
  void act(const reader_key& key, const action::idle_at& what, std::string& data);

  /// A callback that does nothing after end(), which waits for those that run.
  template <class Then>
  auto if_alive(Then then) {
    return [weak = weak_from_this(), then = std::move(then)](auto&& value) {
      auto self = weak.lock();
      if (!self || !self->enter()) return;
      then(*self, std::forward<decltype(value)>(value));
      self->leave();
    };
  }
  bool enter() {
    std::lock_guard lock{mutex};
    if (!ending) ++callbacks_running;
    return !ending;
  }
  void leave() {
    std::lock_guard lock{mutex};
    if (--callbacks_running == 0 && ending) alarm.notify_all();
  }
};

} // namespace recado::cluster
