#pragma once
/// The simulated nats-server: streams that lose their tail, consumers that live in memory, and
/// links that break. Bytes of commands are not simulated: a command travels as itself.
#include "tests/simulation/judge.hpp"

#include "cluster/reader/stream_reader.hpp"
#include "cluster/reader/stream_verdict.hpp"
#include "cluster/router/ports.hpp"

namespace recado::simulation {

using cluster::command_ptr;
using cluster::consumer_number;
using cluster::reader_key;
using cluster::stream_generation;

struct stored_command {
  std::int64_t seq = 0;
  std::int64_t published_ns = 0;
  partition_id part = 0;
  lane priority = lane::standard;
  command_ptr what;
  bool refill = false; ///< its place held another command, which a crash lost
};

/// One consumer of one process.
struct consumer_id {
  life of = 0;
  stream_generation generation = 0;
  reader_key key;
  consumer_number number = 0;
  auto tied() const {
    return std::tuple{of, generation, key.part, key.priority, key.owned, number};
  }
  bool operator<(const consumer_id& other) const { return tied() < other.tied(); }
};

struct bus_faults {
  double lost = 0;       ///< of messages of core NATS and of deliveries
  double twice = 0;      ///< of core NATS
  double slow = 0;       ///< messages that hold up their link
  double lost_end = 0.2; ///< pulls whose expiry is not told (seen with 2.9.10)
};

class stream_server {
public:
  struct world {
    std::function<void(life, std::function<void()>)> in_process;
    std::function<void(life, bool up)> link_changed;
    std::function<void(const consumer_id&, cluster::reader_event, const stored_command*)> heard;
  };
  stream_server(scheduler& clock, dice& random, world around)
    : clock_(clock),
      random_(random),
      world_(std::move(around)) {}
  bus_faults faults;
  duration pull_expiry{4200ms};
  duration heartbeat{2000ms};
  duration clock_error{0}; ///< of its time stamps

  // --- links
  void connect(life who);
  void gone(life who);
  bool linked(life who) const;
  /// One way or both; the link is given up after a while.
  void cut(life who, bool out, bool in, duration how_long);
  bool down() const { return down_; }

  // --- core NATS: to a process that is linked
  void send(life from, life to, std::function<void()> what);
  bool knows(life who) const { return links_.contains(who); }
  std::vector<life> all() const;

  // --- JetStream
  void publish(life from, stream_generation into, partition_id part, command_ptr what,
               std::function<void(cluster::publish_ack)> done);
  void create_consumer(const consumer_id& id, std::int64_t start_seq);
  void delete_consumer(const consumer_id& id);
  void pull(const consumer_id& id, std::uint64_t number, std::uint32_t batch);
  /// Asked over the link; `then` is not called if it breaks (the asker has a time limit).
  void ask(life from, std::function<void()> in_server, std::function<void()> then);

  // In the server.
  std::optional<cluster::stream_facts> facts(stream_generation of) const;
  const stored_command* find(stream_generation of, std::int64_t seq) const;
  std::string make(stream_generation which);
  /// What lies in that lane above `from` and not above `to`.
  std::vector<const stored_command*> between(stream_generation of, partition_id part, lane which,
                                             std::int64_t from, std::int64_t to) const;

  // --- what happens to the server
  enum class loss : std::uint8_t { nothing, tail, head, everything };
  void crash(loss what, duration down);

private:
  struct link {
    bool up = false;
    bool cut_out = false, cut_in = false;
    std::uint64_t cuts = 0;
    steady_time out_free{}, in_free{}; ///< a link keeps the order of what it carries
  };
  struct stored_stream {
    std::string created;
    std::int64_t first = 1, last = 0;
    std::int64_t lost_until = 0; ///< the highest place that a crash emptied
    std::map<std::int64_t, stored_command> messages;
    std::map<std::pair<partition_id, lane>, std::set<std::int64_t>> by_lane;
  };
  struct consumer {
    std::int64_t next = 1, sent = 0;
    std::uint64_t pull = 0;
    std::uint32_t wanted = 0;
  };

  bool travel(life who, bool out, std::function<void()> what);
  void break_link(life who);
  void serve(const consumer_id& id);
  void beat(const consumer_id& id, std::uint64_t pull);
  void expire(const consumer_id& id, std::uint64_t pull);
  void tell(const consumer_id& id, cluster::reader_event what, const stored_command* which);
  void erase(stored_stream& from, std::int64_t first, std::int64_t last);
  std::int64_t stamp();

  scheduler& clock_;
  dice& random_;
  world world_;
  bool down_ = false;
  std::int64_t last_stamp_ = 0;
  int births_ = 0;
  std::map<life, link> links_;
  std::map<stream_generation, stored_stream> streams_;
  std::map<consumer_id, consumer> consumers_;
};

} // namespace recado::simulation
