#include "actors/writer/writer_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/writer/writer_state.hpp"
#include "runtime/actor/child_setup.hpp"
#include "runtime/observe/log.hpp"

namespace recado {
namespace {

using step = cluster::turn::step;

writer_self::behavior_type writer(writer_self::stateful_pointer<writer_state> self,
                                  const writer_config& config, const writer_ports& ports) {
  actor::child_setup(self);
  self->state.start(config, ports);
  return {
    [self](const take_partition& what) { self->state.take(what); },
    [self](const leave_partition& what) { self->state.leave(what.part); },
    [self](const enqueue_work& what) { self->state.enqueue(what); },
    [self](const partition_decided& what) { self->state.on_decided(what); },
    [self](const name_finished& got) { self->state.on_named(got); },
    [self](const read_finished& got) { self->state.on_read(got); },
    [self](const commit_finished& got) { self->state.on_commit(got); },
    [self](const park_finished& got) { self->state.on_park(got); },
    [self](const epochs_resolved& got) { self->state.on_resolved(got); },
    [self](const inbox_polled& got) { self->state.on_polled(got); },
    [self](const wake_up& due) { self->state.on_wake(due.round); },
    [self](const poll_due&) { self->state.poll(); },
    [self](const alone_now&) { self->state.begin_if_free(); },
  };
}

} // namespace

writer_actor spawn_writer(caf::actor_system& system, writer_config config, writer_ports ports) {
  return system.spawn(writer, std::move(config), std::move(ports));
}

// --- partitions ----------------------------------------------------------------------------------

void writer_state::start(writer_config with, writer_ports to) {
  config = std::move(with);
  ports = std::move(to);
  queue = gather{config.batch};
  machine = cluster::turn{config.turn};
  visitor = std::make_shared<solitude::visitor>(
    [to = writer_self{self}] { caf::anon_send(to, alone_now{}); });
  self->delayed_send(self, config.inbox_poll, poll_due{});
}

void writer_state::take(const take_partition& what) {
  auto& mine = partitions[what.part] = {what.held, what.held, what.owner, std::nullopt};
  queue.take(what.part, what.held);
  auto now = ports.steady();
  if (what.adopted || !what.suspects.empty())
    mine.careful = care{
      {what.suspects.begin(), what.suspects.end()}, now + config.naming, now + config.suspicion};
  queue.one_at_a_time(what.part, !what.suspects.empty());
}

void writer_state::leave(partition_id part) {
  partitions.erase(part);
  queue.leave(part);
  machine.drop(part);
  if (awaited.contains(part)) answered(part); // it cannot answer any more
}

void writer_state::enqueue(const enqueue_work& what) {
  for (const auto& command : what.commands)
    queue.enqueue(command);
  begin_if_free();
}

/// Of what the last statement asserted. A partition that was taken anew since is not lost.
void writer_state::lose(const std::vector<partition_id>& parts) {
  std::vector<store::held_epoch> gone;
  for (const auto& [part, at] : asserted) {
    auto found = partitions.find(part);
    if (std::ranges::count(parts, part) == 0 || found == partitions.end()) continue;
    if (found->second.held != at) continue;
    observe::log_warn("fence-lost", "partition {} has left epoch {}", part, at);
    gone.emplace_back(part, at);
    partitions.erase(found);
    queue.leave(part);
  }
  if (!gone.empty()) ports.lost(std::move(gone));
}

// --- the turn ------------------------------------------------------------------------------------

/// Something suspected is decided alone in this process, or waits.
std::vector<work> writer_state::next_batch() {
  bool alone = queue.any_alone() && ports.alone->enter(visitor);
  auto out = queue.close(alone);
  if (alone && (out.empty() || !queue.alone(out.front().item->part))) ports.alone->leave(visitor);
  return out;
}

void writer_state::begin_if_free() {
  if (!machine.idle()) return;
  if (queue.empty()) return ports.alone->leave(visitor); // it was our turn, and we need none
  std::vector<cluster::turn_item> items;
  for (auto& next : next_batch()) {
    items.push_back({next_number, next.item->part});
    batch.emplace(next_number++, std::move(next));
  }
  if (items.empty()) return;
  began = ports.steady();
  deaths = 0;
  bool named = std::ranges::any_of(items, [&](const auto& one) { return careful_with(one.part); });
  obey(machine.begin(std::move(items), named));
}

void writer_state::obey(order next) {
  current = std::move(next);
  ++round;
  switch (current.what) {
  case step::idle:
    batch.clear();
    ports.alone->leave(visitor);
    return begin_if_free();
  case step::name:
    return name_all(current);
  case step::read:
    return read(current);
  case step::decide:
    return decide(current);
  case step::commit:
    return commit(current);
  case step::settle:
    return settle(current);
  case step::park:
    return park(current);
  case step::resolve:
    return resolve(current);
  case step::wait:
    self->delayed_send(self, std::max(std::chrono::nanoseconds{0}, current.until - ports.steady()),
                       wake_up{round});
  }
}

void writer_state::on_wake(std::uint64_t of_round) {
  if (of_round == round && current.what == step::wait) obey(machine.waited());
}

// --- while idle

/// Also what a pre-read has not seen the end of ends here: nobody else would look again into an
/// inbox whose last rows were in the batch of that pre-read.
void writer_state::on_polled(const inbox_polled& got) {
  polling = false;
  if (!got.what) return;
  auto found = journal::parse_inbox(got.what->front());
  auto look = enqueue_inbox(found, found.size() < config.inbox_rows_max);
  for (auto part : polled)
    if (look.has_seen_all_of(part)) queue.inbox_empty(part);
  begin_if_free();
}

void writer_state::poll() {
  self->delayed_send(self, config.inbox_poll, poll_due{});
  if (queue.any_alone()) begin_if_free(); // another writer may have ended in its solitude
  if (polling || !machine.idle() || partitions.empty()) return;
  polling = true;
  polled.clear();
  for (const auto& [part, _] : partitions)
    polled.push_back(part);
  ports.db->run({journal::inbox_peek(polled, config.inbox_rows_max)}, store::tx::single,
                [to = writer_self{self}](store::outcome got) {
                  caf::anon_send(to, inbox_polled{std::move(got)});
                });
  auto now = ports.steady();
  if (now < purge_at) return;
  purge_at = now + std::chrono::minutes{1};
  ports.db->run({journal::purge_applied(ports.now() - config.applied_kept)}, store::tx::single,
                [](const store::outcome&) {});
}

} // namespace recado
