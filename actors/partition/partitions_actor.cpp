#include "actors/partition/partitions_actor.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "runtime/actor/child_setup.hpp"
#include "runtime/actor/error.hpp"
#include "runtime/observe/log.hpp"

namespace recado {
namespace {

struct partitions_state {
  static inline const char* name = "partitions";
  explicit partitions_state(partitions_actor::pointer ptr) : self{ptr} {}

  struct held {
    partition_actor actor;
    std::array<cluster::stream_cursor, lanes> cursors{}; ///< as acquired
    std::uint64_t handing_over = 0;                      ///< not 0: waits for its last tries
  };

  void start(std::shared_ptr<local_partitions> to, partitions_config with,
             partitions_ports outside) {
    table = std::move(to);
    config = std::move(with);
    ports = std::move(outside);
    for (std::size_t i = 0; i < config.writers; ++i)
      writers.push_back(new_writer(i));
  }

  writer_actor new_writer(std::size_t index) {
    auto writer = ports.spawn_writer(self->system(), index);
    self->monitor(writer);
    return writer;
  }

  writer_actor writer_of(partition_id part) const { return writers[part % writers.size()]; }

  void own(const cluster::owned_partition& what) {
    if (partitions.contains(what.id)) stop(what.id);
    auto with = config.partition;
    with.id = what.id;
    with.held = what.at;
    with.cursors = what.cursors;
    auto outside = ports.partition;
    outside.writer = writer_of(what.id);
    outside.final_cursors = [to = partitions_actor{self}](partition_id part, auto cursors) {
      caf::anon_send(to, cursors_named{part, cursors});
    };
    auto partition = spawn_partition(self->system(), with, std::move(outside));
    self->monitor(partition);
    self->send(writer_of(what.id),
               take_partition{what.id, what.at, partition, what.adoption, what.suspects});
    partitions[what.id] = {partition, what.cursors, 0};
    table->set(what.id, {partition, actor::credit::make(config.room_per_partition)});
    ports.start_reading(with, config.stream_room_per_lane);
    ports.owned(table->list());
    observe::log_debug("partition-owned", "partition {} at epoch {}", what.id, what.at);
  }

  /// Stops reading and deciding; the actor ends.
  void stop(partition_id part) {
    auto found = partitions.find(part);
    if (found == partitions.end()) return;
    ports.stop_reading(part);
    table->clear(part);
    self->send(writer_of(part), leave_partition{part});
    self->demonitor(found->second.actor.address());
    self->send_exit(found->second.actor, caf::exit_reason::user_shutdown);
    partitions.erase(found);
    ports.owned(table->list());
  }

  void stop_all() {
    while (!partitions.empty())
      stop(partitions.begin()->first);
  }

  /// First the tries that are under way: their ends must be committed by this owner. Meanwhile
  /// everything else goes on, so nobody but new deliveries waits.
  void hand_over(partition_id part) {
    auto found = partitions.find(part);
    if (found == partitions.end()) return ports.release(part, {});
    tries_ended ended{part, ++hand_overs};
    found->second.handing_over = ended.hand_over;
    if (!ports.finish_tries) return leave(ended);
    self->delayed_send(self, config.tries_wait_max, ended);
    auto tell = [to = partitions_actor{self}, ended](const void*) { caf::anon_send(to, ended); };
    ports.finish_tries(part, std::shared_ptr<const void>{nullptr, tell});
  }

  void leave(const tries_ended& got) {
    auto found = partitions.find(got.part);
    if (found == partitions.end() || found->second.handing_over != got.hand_over) return;
    found->second.handing_over = 0;
    ports.stop_reading(got.part);
    table->clear(got.part);
    self->send(found->second.actor, leave_cursors{});
  }

  void on_cursors(const cursors_named& got) {
    stop(got.part);
    ports.release(got.part, got.at);
  }

  void on_down(const caf::actor_addr& who, const caf::error& why) {
    for (std::size_t i = 0; i < writers.size(); ++i)
      if (writers[i].address() == who) return on_writer_down(i, why);
    for (const auto& [part, mine] : partitions)
      if (mine.actor.address() == who) return on_partition_down(part, why);
  }

  void on_writer_down(std::size_t index, const caf::error& why) {
    observe::log_error("writer-failed", "writer {}: {}", index, actor::describe(why));
    std::vector<partition_id> orphans;
    for (const auto& [part, _] : partitions)
      if (part % writers.size() == index) orphans.push_back(part);
    writers[index] = new_writer(index);
    for (auto part : orphans)
      give_back(part);
  }

  void on_partition_down(partition_id part, const caf::error& why) {
    observe::log_error("partition-failed", "partition {}: {}", part, actor::describe(why));
    give_back(part);
  }

  /// The cursors as acquired: what was decided since is read again and found to be known.
  void give_back(partition_id part) {
    auto cursors = partitions.at(part).cursors;
    stop(part);
    ports.release(part, cursors);
  }

  partitions_actor::pointer self;
  std::shared_ptr<local_partitions> table;
  partitions_config config;
  partitions_ports ports;
  std::vector<writer_actor> writers;
  std::map<partition_id, held> partitions;
  std::uint64_t hand_overs = 0; ///< since the start
};

partitions_actor::behavior_type host(partitions_actor::stateful_pointer<partitions_state> self,
                                     const std::shared_ptr<local_partitions>& table,
                                     const partitions_config& config,
                                     const partitions_ports& ports) {
  actor::child_setup(self);
  self->set_down_handler([self](caf::scheduled_actor*, caf::down_msg& down) {
    self->state.on_down(down.source, down.reason);
  });
  self->set_exit_handler([self](caf::scheduled_actor*, caf::exit_msg& exit) {
    self->state.stop_all();
    for (const auto& writer : self->state.writers)
      self->send_exit(writer, exit.reason);
    self->quit(std::move(exit.reason));
  });
  self->state.start(table, config, ports);
  return {
    [self](const own_partition& got) { self->state.own(got.what); },
    [self](const drop_partition& got) { self->state.stop(got.part); },
    [self](const hand_over_partition& got) { self->state.hand_over(got.part); },
    [self](const tries_ended& got) { self->state.leave(got); },
    [self](const cursors_named& got) { self->state.on_cursors(got); },
  };
}

} // namespace

partitions_actor spawn_partitions(caf::actor_system& system,
                                  std::shared_ptr<local_partitions> table, partitions_config config,
                                  partitions_ports ports) {
  return system.spawn(host, std::move(table), std::move(config), std::move(ports));
}

} // namespace recado
