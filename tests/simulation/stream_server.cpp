#include "tests/simulation/stream_server.hpp"

namespace recado::simulation {

using namespace cluster;

// --- links -------------------------------------------------------------------------------------

void stream_server::connect(life who) {
  auto& mine = links_[who];
  if (mine.up) return;
  if (down_ || mine.cut_in || mine.cut_out)
    return clock_.after(100ms, [this, who] {
      if (links_.contains(who)) connect(who);
    });
  mine.up = true;
  world_.link_changed(who, true);
}

bool stream_server::linked(life who) const {
  auto found = links_.find(who);
  return found != links_.end() && found->second.up;
}

void stream_server::break_link(life who) {
  auto found = links_.find(who);
  if (found == links_.end() || !found->second.up) return;
  found->second.up = false;
  for (auto& [id, one] : consumers_)
    if (id.of == who) one.wanted = 0; // nobody listens for what they would bring
  world_.link_changed(who, false);
  clock_.after(random_.between(20ms, 300ms), [this, who] {
    if (links_.contains(who)) connect(who);
  });
}

void stream_server::gone(life who) {
  links_.erase(who);
  std::erase_if(consumers_, [who](const auto& one) { return one.first.of == who; });
}

void stream_server::cut(life who, bool out, bool in, duration how_long) {
  auto found = links_.find(who);
  if (found == links_.end()) return;
  auto& mine = found->second;
  mine.cut_out = out;
  mine.cut_in = in;
  auto cut = ++mine.cuts;
  clock_.after(random_.between(400ms, 2s), [this, who, cut] { // unanswered pings
    auto still = links_.find(who);
    if (still != links_.end() && still->second.cuts == cut &&
        (still->second.cut_in || still->second.cut_out))
      break_link(who);
  });
  clock_.after(how_long, [this, who, cut] {
    auto still = links_.find(who);
    if (still == links_.end() || still->second.cuts != cut) return;
    still->second.cut_in = still->second.cut_out = false;
  });
}

/// Over the link of this process, in the order of the calls. False: certainly not.
bool stream_server::travel(life who, bool out, std::function<void()> what) {
  auto found = links_.find(who);
  if (down_ || found == links_.end() || !found->second.up) return false;
  auto& mine = found->second;
  if (out ? mine.cut_out : mine.cut_in) return true; // into the void
  auto& free = out ? mine.out_free : mine.in_free;
  auto wait =
    random_.chance(faults.slow) ? random_.between(1ms, 400ms) : random_.between(50us, 500us);
  free = std::max(free, clock_.now() + wait);
  clock_.after(free - clock_.now(), [this, who, cuts = mine.cuts, what = std::move(what)] {
    auto still = links_.find(who);
    if (!down_ && still != links_.end() && still->second.up && still->second.cuts == cuts) what();
  });
  return true;
}

std::vector<life> stream_server::all() const {
  std::vector<life> out;
  for (const auto& [who, mine] : links_)
    if (mine.up) out.push_back(who);
  return out;
}

void stream_server::send(life from, life to, std::function<void()> what) {
  if (random_.chance(faults.lost)) return;
  int times = random_.chance(faults.twice) ? 2 : 1;
  for (int i = 0; i < times; ++i)
    travel(from, true, [this, to, what] {
      travel(to, false, [this, to, what] { world_.in_process(to, what); });
    });
}

void stream_server::ask(life from, std::function<void()> in_server, std::function<void()> then) {
  travel(from, true, [this, from, in_server = std::move(in_server), then = std::move(then)] {
    in_server();
    travel(from, false, [this, from, then] { world_.in_process(from, then); });
  });
}

// --- streams -----------------------------------------------------------------------------------

std::int64_t stream_server::stamp() {
  auto now = (clock_.now() + clock_error).time_since_epoch().count();
  return last_stamp_ = std::max(now, last_stamp_ + 1);
}

void stream_server::publish(life from, stream_generation into, partition_id part, command_ptr what,
                            std::function<void(publish_ack)> done) {
  auto answered = std::make_shared<bool>(false);
  auto tell = [this, from, done = std::move(done), answered](publish_ack how) {
    if (std::exchange(*answered, true)) return;
    world_.in_process(from, [done, how] { done(how); });
  };
  bool on_its_way = travel(from, true, [this, from, into, part, what, tell] {
    auto found = streams_.find(into);
    if (found == streams_.end()) { // nobody listens to that subject
      travel(from, false, [tell] { tell(publish_ack::refused); });
      return;
    }
    auto& stream = found->second;
    auto seq = ++stream.last;
    stream.messages.emplace(
      seq, stored_command{seq, stamp(), part, what->priority, what, seq <= stream.lost_until});
    stream.by_lane[{part, what->priority}].insert(seq);
    travel(from, false, [tell] { tell(publish_ack::received); });
    for (auto& [id, one] : std::map{consumers_})
      if (id.generation == into && id.key.part == part && id.key.priority == what->priority)
        serve(id);
  });
  auto limit = on_its_way ? duration{2s} : duration{100us};
  clock_.after(limit, [tell] { tell(publish_ack::unknown); });
}

std::optional<stream_facts> stream_server::facts(stream_generation of) const {
  auto found = streams_.find(of);
  if (found == streams_.end()) return std::nullopt;
  return stream_facts{found->second.created, found->second.first, found->second.last};
}

const stored_command* stream_server::find(stream_generation of, std::int64_t seq) const {
  auto found = streams_.find(of);
  if (found == streams_.end()) return nullptr;
  auto message = found->second.messages.find(seq);
  return message == found->second.messages.end() ? nullptr : &message->second;
}

std::string stream_server::make(stream_generation which) {
  auto& stream = streams_[which];
  if (stream.created.empty()) stream.created = "born " + std::to_string(++births_);
  return stream.created;
}

std::vector<const stored_command*> stream_server::between(stream_generation of, partition_id part,
                                                          lane which, std::int64_t from,
                                                          std::int64_t to) const {
  std::vector<const stored_command*> out;
  auto found = streams_.find(of);
  if (found == streams_.end()) return out;
  auto lane = found->second.by_lane.find({part, which});
  if (lane == found->second.by_lane.end()) return out;
  for (auto at = lane->second.upper_bound(from); at != lane->second.end() && *at <= to; ++at)
    out.push_back(&found->second.messages.at(*at));
  return out;
}

void stream_server::erase(stored_stream& from, std::int64_t first, std::int64_t last) {
  for (auto at = from.messages.lower_bound(first);
       at != from.messages.end() && at->first <= last;) {
    from.by_lane[{at->second.part, at->second.priority}].erase(at->first);
    at = from.messages.erase(at);
  }
}

void stream_server::crash(loss what, duration down) {
  down_ = true;
  consumers_.clear(); // mem_storage
  for (auto& [_, stream] : streams_) {
    if (stream.last == 0) continue;
    if (what == loss::tail) {
      auto cut =
        std::max<std::int64_t>(0, stream.last - 1 - static_cast<std::int64_t>(random_.below(20)));
      erase(stream, cut + 1, stream.last);
      stream.lost_until = std::max(stream.lost_until, stream.last);
      stream.last = cut;
    } else if (what == loss::head) { // max_bytes, or its age
      auto first = stream.last - static_cast<std::int64_t>(random_.below(3));
      erase(stream, 1, first - 1);
      stream.first = std::max(stream.first, first);
    }
  }
  if (what == loss::everything) streams_.clear();
  for (auto who : all())
    break_link(who);
  clock_.after(down, [this] { down_ = false; });
}

// --- consumers ---------------------------------------------------------------------------------

void stream_server::create_consumer(const consumer_id& id, std::int64_t start_seq) {
  travel(id.of, true, [this, id, start_seq] {
    if (!streams_.contains(id.generation)) {
      travel(id.of, false,
             [this, id] { tell(id, cluster::event::consumer_failed{id.number}, nullptr); });
      return;
    }
    consumers_[id] = {.next = start_seq};
    travel(id.of, false,
           [this, id] { tell(id, cluster::event::consumer_ready{id.number}, nullptr); });
  });
}

void stream_server::delete_consumer(const consumer_id& id) {
  travel(id.of, true, [this, id] { consumers_.erase(id); });
}

void stream_server::pull(const consumer_id& id, std::uint64_t number, std::uint32_t batch) {
  travel(id.of, true, [this, id, number, batch] {
    auto found = consumers_.find(id);
    if (found == consumers_.end()) {
      travel(id.of, false,
             [this, id] { tell(id, cluster::event::consumer_gone{id.number}, nullptr); });
      return;
    }
    found->second.pull = number;
    found->second.wanted = batch;
    clock_.after(heartbeat, [this, id, number] { beat(id, number); });
    clock_.after(pull_expiry, [this, id, number] { expire(id, number); });
    serve(id);
  });
}

void stream_server::serve(const consumer_id& id) {
  auto& one = consumers_.at(id);
  auto& stream = streams_.at(id.generation);
  auto& seqs = stream.by_lane[{id.key.part, id.key.priority}];
  while (one.wanted > 0) {
    auto next = seqs.lower_bound(one.next);
    if (next == seqs.end()) break;
    auto message = stream.messages.at(*next);
    one.next = message.seq + 1;
    --one.wanted;
    auto count = ++one.sent;
    if (random_.chance(faults.lost)) continue; // the client's queue ran over
    travel(id.of, false, [this, id, count, message] {
      tell(id, cluster::event::delivered{id.number, count, message.seq, message.published_ns},
           &message);
    });
  }
  if (one.wanted > 0) one.next = std::max(one.next, stream.last + 1);
}

void stream_server::beat(const consumer_id& id, std::uint64_t pull) {
  auto found = consumers_.find(id);
  if (found == consumers_.end() || found->second.pull != pull || found->second.wanted == 0) return;
  auto& one = found->second;
  travel(id.of, false, [this, id, sent = one.sent, looked = one.next - 1] {
    tell(id, cluster::event::heartbeat{id.number, sent, looked}, nullptr);
  });
  clock_.after(heartbeat, [this, id, pull] { beat(id, pull); });
}

void stream_server::expire(const consumer_id& id, std::uint64_t pull) {
  auto found = consumers_.find(id);
  if (found == consumers_.end() || found->second.pull != pull || found->second.wanted == 0) return;
  found->second.wanted = 0;
  if (random_.chance(faults.lost_end)) return;
  travel(id.of, false, [this, id, pull] {
    tell(id, cluster::event::pull_ended{id.number, pull}, nullptr);
  });
}

void stream_server::tell(const consumer_id& id, reader_event what, const stored_command* which) {
  auto copy = which ? std::make_shared<stored_command>(*which) : nullptr;
  world_.in_process(
    id.of, [this, id, what = std::move(what), copy] { world_.heard(id, what, copy.get()); });
}

} // namespace recado::simulation
