#include "actors/partition/partition_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/partition/open_deliveries.hpp"
#include "actors/partition/partition_state.hpp"
#include "runtime/actor/child_setup.hpp"
#include "runtime/actor/error.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/wire.hpp"

namespace recado {
namespace {

using namespace std::chrono_literals;
constexpr auto house_keeping_interval = 5s;

partition_actor::behavior_type partition(partition_actor::stateful_pointer<partition_state> self,
                                         const partition_config& config,
                                         const partition_ports& ports) {
  actor::child_setup(self);
  self->state.start(config, ports);
  self->set_down_handler([self](caf::scheduled_actor*, caf::down_msg& down) {
    self->state.on_conversation_down(down.source, down.reason);
  });
  return {
    [self](const decide_items& batch) { self->state.decide(batch); },
    [self](const items_settled& batch) { self->state.settle(batch); },
    [self](const items_ended& batch) { self->state.end(batch); },
    [self](const forget_residents& why) { self->state.forget(why); },
    [self](const commands_decided& got) { self->state.on_decided(got); },
    [self](const stream_command& got) { self->state.on_stream(got); },
    [self](const lane_idle& got) { self->state.on_idle(got); },
    [self](const direct_command& got) { self->state.on_direct(got); },
    [self](const own_command& got) { self->state.on_own(got); },
    [self](const watch_conversations& wanted) { self->state.watch(wanted); },
    [self](const unwatch_conversations& wanted) { self->state.unwatch(wanted); },
    [self](const forget_gateway& gone) { self->state.forget(gone); },
    [self](const positions_found& got) { self->state.on_positions(got); },
    [self](const leave_cursors&) { self->state.leave(); },
    [self](const house_keeping&) { self->state.keep_house(); },
  };
}

} // namespace

partition_actor spawn_partition(caf::actor_system& system, partition_config config,
                                partition_ports ports) {
  return system.spawn(partition, std::move(config), std::move(ports));
}

steady_time partition_state::now() const {
  return steady_time{self->clock().now().time_since_epoch()};
}

void partition_state::start(partition_config with, partition_ports to) {
  config = std::move(with);
  ports = std::move(to);
  reading = config.held;
  for (std::size_t i = 0; i < lanes; ++i)
    trackers[i] = cluster::cursor_tracker{config.cursors[i]};
  seen = refused = policy::dedupe_window<command_id, char>{{config.seen_max, 10min}};
  self->delayed_send(self, house_keeping_interval, house_keeping{});
}

// --- commands in
// -----------------------------------------------------------------------------------

void partition_state::on_stream(const stream_command& got) {
  if (got.owned != reading) return;
  auto lane_index = static_cast<std::size_t>(got.priority);
  undecided item;
  item.came_by = path::stream;
  item.stream_generation = got.generation;
  item.stream_seq = got.seq;
  if (auto cmd = decode_command(got.bytes))
    item.what = std::move(*cmd);
  else
    item.undecodable = got.bytes;
  item.what.priority = got.priority;
  auto& tracker = trackers[lane_index];
  bool fresh = tracker.delivered(got.generation, got.seq, item.what.id);
  // Nobody was told 2xx because of a command this old, unless it is in the inbox as well. Its age
  // is told by our own clocks: those of NATS may be wrong by more than that.
  auto made_at = item.undecodable.empty() ? item.what.received_at : got.stored_at;
  bool stale = ports.now() - made_at > config.stream_age_max;
  if (fresh && !stale) return enqueue(std::move(item));
  if (fresh) tracker.done(got.generation, got.seq);
  ports.grant(config.id, got.priority, 1);
}

void partition_state::on_idle(const lane_idle& got) {
  if (got.owned == reading) trackers[static_cast<std::size_t>(got.priority)].skip_to(got.at);
}

void partition_state::on_direct(const direct_command& got) {
  undecided item;
  item.came_by = path::direct;
  item.what = *got.what;
  item.hold = got.hold;
  item.only_copy = got.only_copy;
  enqueue(std::move(item));
}

/// What a connector got from an owner before this one is not its business any more.
void partition_state::on_own(const own_command& got) {
  if (got.owned != 0 && got.owned != reading) return; // whoever waits is told false
  undecided item;
  item.came_by = path::direct;
  item.what = *got.what;
  item.waits = got.waits;
  enqueue(std::move(item));
}

void partition_state::enqueue(undecided item) {
  item.part = config.id;
  item.owned = reading;
  item.sequenced_at = ports.now();
  auto on_the_way = (item.sequenced_at - item.what.received_at).count();
  item.wire_us = static_cast<std::int32_t>(std::clamp<std::int64_t>(on_the_way, 0, INT32_MAX));
  const auto& cmd = item.what;
  if (cmd.after) item.follows_known = seen.find(cmd.after->command, now()) != nullptr;
  if (!cmd.origin.nil()) seen.see(cmd.id, 0, now());
  auto& where = resident_of({cmd.client, cmd.conversation});
  ++where.waiting;
  bool cold = !where.loaded;
  self->send(ports.writer,
             enqueue_work{{{std::make_shared<const undecided>(std::move(item)), cold}}});
}

// --- the writer's turn
// -----------------------------------------------------------------------------

void partition_state::decide(const decide_items& batch) {
  turn = batch.turn;
  awaited.clear();
  answer = {};
  std::map<conversation_key, undecided_list> by_conversation;
  for (const auto& item : batch.items) {
    if (!item->undecodable.empty()) answer.failure = "the envelope cannot be decoded";
    by_conversation[{item->what.client, item->what.conversation}].push_back(doubted(item));
  }
  if (!answer.failure.empty()) return answer_turn();
  for (auto& [key, items] : by_conversation) {
    awaited.emplace(key, items.size() == 1 ? std::optional{items.front()->what.id} : std::nullopt);
    self->send(actor_of(key), decide_commands{turn, std::move(items), batch.known});
  }
}

/// Its predecessor had come before it; but then that was refused.
undecided_ptr partition_state::doubted(const undecided_ptr& item) {
  const auto& after = item->what.after;
  if (!after || !item->follows_known || !refused.find(after->command, now())) return item;
  auto changed = std::make_shared<undecided>(*item);
  changed->follows_known = false;
  return changed;
}

void partition_state::remember_refusals(const items_settled& batch) {
  for (const auto& committed : batch.decided)
    for (const auto& given : committed->answers) {
      const auto& cmd = given.to->what;
      if (cmd.origin.nil()) continue;
      refused.erase(cmd.id);
      if (given.what.code == ec::out_of_order) refused.see(cmd.id, 0, now());
    }
}

void partition_state::on_decided(const commands_decided& got) {
  if (got.turn != turn || awaited.erase(got.key) == 0) return;
  if (got.what) {
    answer.decided.push_back(got.what);
    resident_of(got.key).loaded = true;
  } else {
    answer.missing.push_back(got.key);
  }
  if (awaited.empty()) answer_turn();
}

void partition_state::answer_turn() {
  answer.turn = turn;
  answer.part = config.id;
  answer.cursor = due_cursor();
  self->send(ports.writer, std::move(answer));
  answer = {};
}

void partition_state::settle(const items_settled& batch) {
  for (const auto& committed : batch.decided) {
    auto found = residents.find(committed->key);
    if (found != residents.end() && found->second.actor && committed->changed)
      self->send(found->second.actor, adopt_effects{committed});
    if (auto known = heads.find(committed->key); known != heads.end() && committed->changed)
      known->second = {committed->head.last_seq, committed->head.rev};
  }
  remember_refusals(batch);
  tell(batch);
  hand_out(batch);
  ended(batch.items);
  if (batch.cursor_written)
    for (auto& tracker : trackers)
      tracker.written();
}

void partition_state::tell(const items_settled& batch) {
  std::map<gateway_subject, event_batch> wanted;
  for (const auto& committed : batch.decided) {
    if (auto members = membership_events(*committed); !members.events.empty())
      ports.tell({}, std::move(members));
    watching.sort(*committed, wanted);
  }
  for (auto& [who, events] : wanted)
    ports.tell(who, std::move(events));
}

void partition_state::hand_out(const items_settled& batch) {
  std::vector<open_delivery_ptr> fresh;
  for (const auto& committed : batch.decided)
    add_open_deliveries(*committed, reading, fresh);
  if (!fresh.empty() && ports.hand_out) ports.hand_out(std::move(fresh));
}

void partition_state::end(const items_ended& batch) {
  ended(batch.items);
}

void partition_state::ended(const undecided_list& items) {
  std::array<std::size_t, lanes> granted{};
  for (const auto& item : items) {
    if (auto found = residents.find({item->what.client, item->what.conversation});
        found != residents.end()) {
      if (found->second.waiting > 0) --found->second.waiting;
      found->second.used = now();
    }
    if (item->came_by != path::stream) continue;
    auto lane_index = static_cast<std::size_t>(item->what.priority);
    // What an earlier owner on this node had read was no credit of our reader's.
    if (trackers[lane_index].done(item->stream_generation, item->stream_seq)) ++granted[lane_index];
  }
  for (std::size_t i = 0; i < lanes; ++i)
    if (granted[i] > 0) ports.grant(config.id, static_cast<lane>(i), granted[i]);
}

std::array<cluster::stream_cursor, lanes> partition_state::cursors() const {
  return {trackers[0].cursor(), trackers[1].cursor(), trackers[2].cursor()};
}

/// Lazily: safety never depends on it, it only shortens what is read again.
std::optional<journal::cursor_row> partition_state::due_cursor() {
  std::size_t moved = 0;
  for (const auto& tracker : trackers)
    moved += tracker.unwritten();
  if (moved == 0 || (moved < config.cursor_commands && now() - cursor_at < config.cursor_interval))
    return std::nullopt;
  cursor_at = now();
  return journal::cursor_row{config.id, cursors()};
}

// --- conversations
// ---------------------------------------------------------------------------------

partition_state::resident& partition_state::resident_of(const conversation_key& key) {
  auto& found = residents[key];
  found.used = now();
  return found;
}

conversation_actor partition_state::actor_of(const conversation_key& key) {
  auto& where = resident_of(key);
  if (!where.actor) {
    where.loaded = false;
    where.actor =
      spawn_conversation(self->system(), key, config.limits, config.rules, decision_taker{self});
    self->monitor(where.actor);
    by_address[where.actor.address()] = key;
  }
  return where.actor;
}

void partition_state::dismiss(resident& who) {
  if (!who.actor) return;
  by_address.erase(who.actor.address());
  self->demonitor(who.actor.address());
  self->send_exit(who.actor, caf::exit_reason::user_shutdown);
  who.actor = nullptr;
  who.loaded = false;
}

void partition_state::on_conversation_down(const caf::actor_addr& who, const caf::error& why) {
  auto found = by_address.find(who);
  if (found == by_address.end()) return;
  auto key = found->second;
  by_address.erase(found);
  auto& where = residents[key];
  where.actor = nullptr;
  where.loaded = false;
  auto text = actor::describe(why);
  observe::log_error("conversation-failed", "conversation {}: {}", key.conversation.str(), text);
  bool counts = true;
  if (auto waited = awaited.extract(key); !waited.empty()) {
    counts = is_new_culprit(waited.mapped());
    answer.failure = text;
    if (awaited.empty()) answer_turn();
  }
  if (counts && !crashes.note(now()))
    self->quit(actor::to_error({ec::internal, "conversations fail too often: " + text}));
}

/// A batch in which one command is guilty fails once per halving until that command is alone, and
/// it may be alone of its conversation long before. All that is one failure.
bool partition_state::is_new_culprit(const std::optional<command_id>& only) {
  if (!only || only == last_culprit) return false;
  last_culprit = only;
  return true;
}

/// After an unknown outcome nothing in memory is known to be committed state.
void partition_state::forget(const forget_residents& why) {
  config.held = why.held;
  for (auto& [_, who] : residents)
    dismiss(who);
  heads.clear();
  if (ports.look_again) ports.look_again(config.id, reading);
}

void partition_state::keep_house() {
  self->delayed_send(self, house_keeping_interval, house_keeping{});
  auto idle_since = now() - config.idle_before_passivation;
  bool crowded = residents.size() > config.resident_max;
  if (crowded) idle_since = now() - 1s;
  for (auto at = residents.begin(); at != residents.end();) {
    auto& who = at->second;
    bool busy = who.waiting > 0 || who.used > idle_since || awaited.contains(at->first);
    if (!busy) dismiss(who);
    at = busy ? std::next(at) : residents.erase(at);
  }
}

void partition_state::leave() {
  ports.final_cursors(config.id, cursors());
}

// --- watches
// ---------------------------------------------------------------------------------------

/// Registered first, read second: an event that falls between is in both, and the gateway drops it
/// by its seq. The answer never lies below an event that was already told.
void partition_state::watch(const watch_conversations& wanted) {
  for (const auto& item : wanted.items) {
    conversation_key key{item.client, item.conversation};
    watching.add(key, wanted.who);
    heads.try_emplace(key);
  }
  ports.positions(wanted.items, [to = partition_actor{self}, wanted](auto found) {
    caf::anon_send(
      to, positions_found{wanted, found ? std::move(*found) : decltype(positions_found::found){},
                          found.has_value()});
  });
}

void partition_state::on_positions(const positions_found& got) {
  if (!got.ok) return got.wanted.done({}); // the gateway watches again
  auto found = got.found;
  for (auto& position : found) {
    auto known = heads.find({position.what.client, position.what.conversation});
    if (known == heads.end()) continue;
    position.last_seq = std::max(position.last_seq, known->second.last_seq);
    position.rev = std::max(position.rev, known->second.rev);
  }
  got.wanted.done(std::move(found));
}

void partition_state::unwatch(const unwatch_conversations& wanted) {
  for (const auto& item : wanted.items)
    watching.remove({item.client, item.conversation}, wanted.who);
  for (const auto& item : wanted.items) {
    conversation_key key{item.client, item.conversation};
    if (!watching.any(key)) heads.erase(key);
  }
}

void partition_state::forget(const forget_gateway& gone) {
  watching.forget(gone.who);
  std::erase_if(heads, [this](const auto& one) { return !watching.any(one.first); });
}

} // namespace recado
