#include "tests/simulation/partition_host.hpp"

namespace recado::simulation {

using namespace cluster;

namespace {

constexpr auto stream_age_max = 60s;
constexpr auto cursor_interval = 200ms;

/// The product's rules; but some messages no owner can decide.
effects rules(const conversation_state& state, std::span<const undecided_ptr> items,
              const facts& known) {
  for (const auto& item : items)
    if (const auto* send = std::get_if<send_message>(&item->what.body);
        send != nullptr && send->payload == "poison")
      throw poison_found("poison");
  return decide(state, items, known);
}

} // namespace

partition_host::partition_host(site& at, const identity& who, const owned_partition& what, ports to)
  : at_(at),
    who_(who),
    acquired_(what),
    ports_(std::move(to)) {
  for (std::size_t i = 0; i < lanes; ++i)
    trackers_[i] = cursor_tracker{what.cursors[i]};
}

// --- commands in -------------------------------------------------------------------------------

void partition_host::on_stream(const reader_key& key, const position& at, const command& what) {
  if (key.owned != acquired_.at) return;
  undecided item;
  item.came_by = path::stream;
  item.stream_generation = at.generation;
  item.stream_seq = at.seq;
  item.what = what;
  auto& tracker = trackers_[static_cast<std::size_t>(key.priority)];
  bool fresh = tracker.delivered(at.generation, at.seq, what.id);
  bool stale = wall_of(at_, who_) - what.received_at > stream_age_max;
  if (fresh && !stale) {
    if (!at_.wires.cursor_waits) tracker.done(at.generation, at.seq);
    return enqueue(std::move(item));
  }
  if (fresh) {
    at_.rows.excused.insert(what.id);
    tracker.done(at.generation, at.seq);
  }
  ports_.grant(acquired_.id, key.priority, 1);
}

void partition_host::on_idle(const reader_key& key, const position& at) {
  if (key.owned == acquired_.at)
    trackers_[static_cast<std::size_t>(key.priority)].skip_to({at.generation, at.seq, at.command});
}

void partition_host::on_direct(const command& what, bool only_copy) {
  undecided item;
  item.came_by = path::direct;
  item.only_copy = only_copy;
  item.what = what;
  enqueue(std::move(item));
}

void partition_host::enqueue(undecided item) {
  item.part = acquired_.id;
  item.owned = acquired_.at;
  item.sequenced_at = wall_of(at_, who_);
  const auto& cmd = item.what;
  if (cmd.after) item.follows_known = seen_.find(cmd.after->command, at_.clock.now()) != nullptr;
  if (!cmd.origin.nil()) seen_.see(cmd.id, 0, at_.clock.now());
  auto& where = residents_[{cmd.client, cmd.conversation}];
  ++where.waiting;
  bool cold = !where.loaded;
  ports_.enqueue({std::make_shared<const undecided>(std::move(item)), cold});
}

// --- the writer's turn -------------------------------------------------------------------------

undecided_ptr partition_host::doubted(const undecided_ptr& item) {
  const auto& after = item->what.after;
  if (!after || !item->follows_known || !refused_.find(after->command, at_.clock.now()))
    return item;
  auto changed = std::make_shared<undecided>(*item);
  changed->follows_known = false;
  return changed;
}

partition_decided partition_host::decide(const undecided_list& items, const facts& known) {
  partition_decided out;
  out.part = acquired_.id;
  std::map<conversation_key, undecided_list> by_conversation;
  for (const auto& item : items)
    by_conversation[{item->what.client, item->what.conversation}].push_back(doubted(item));
  for (const auto& [key, commands] : by_conversation) {
    auto& where = residents_[key];
    where.state.key = key;
    if (!where.loaded) {
      auto found = known.loaded.find(key);
      if (found == known.loaded.end()) {
        out.missing.push_back(key);
        continue;
      }
      where.state = found->second;
      where.loaded = true;
    }
    try {
      out.decided.push_back(std::make_shared<const effects>(rules(where.state, commands, known)));
    } catch (const poison_found& found) { // its actor has died
      where.loaded = false;
      out.failure = found.what();
    }
  }
  out.cursor = due_cursor();
  return out;
}

void partition_host::settle(const items_settled& batch) {
  for (const auto& committed : batch.decided)
    if (auto found = residents_.find(committed->key);
        found != residents_.end() && found->second.loaded)
      adopt(found->second.state, *committed);
  for (const auto& committed : batch.decided)
    for (const auto& given : committed->answers) {
      refused_.erase(given.to->what.id);
      if (given.what.code == ec::out_of_order) refused_.see(given.to->what.id, 0, at_.clock.now());
    }
  end(batch.items);
  if (batch.cursor_written)
    for (auto& tracker : trackers_)
      tracker.written();
}

void partition_host::end(const undecided_list& items) {
  for (const auto& item : items) {
    if (auto found = residents_.find({item->what.client, item->what.conversation});
        found != residents_.end() && found->second.waiting > 0)
      --found->second.waiting;
    if (item->came_by != path::stream) continue;
    trackers_[static_cast<std::size_t>(item->what.priority)].done(item->stream_generation,
                                                                  item->stream_seq);
    ports_.grant(acquired_.id, item->what.priority, 1);
  }
}

void partition_host::forget(epoch) {
  for (auto& [_, who] : residents_)
    who.loaded = false;
}

void partition_host::passivate() {
  std::erase_if(residents_, [](const auto& one) { return one.second.waiting == 0; });
}

lane_cursors partition_host::cursors() const {
  return {trackers_[0].cursor(), trackers_[1].cursor(), trackers_[2].cursor()};
}

std::optional<journal::cursor_row> partition_host::due_cursor() {
  std::size_t moved = 0;
  for (const auto& tracker : trackers_)
    moved += tracker.unwritten();
  if (moved == 0 || at_.clock.now() - cursor_at_ < cursor_interval) return std::nullopt;
  cursor_at_ = at_.clock.now();
  return journal::cursor_row{acquired_.id, cursors()};
}

} // namespace recado::simulation
