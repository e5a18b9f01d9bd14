#include "tests/simulation/reader_host.hpp"

namespace recado::simulation {

using namespace cluster;

namespace {

constexpr auto failed_pause = 200ms;

} // namespace

reader_host::reader_host(site& at, const identity& who, ports to)
  : at_(at),
    who_(who),
    ports_(std::move(to)) {}

// --- readers -----------------------------------------------------------------------------------

void reader_host::open(stream_generation value) {
  generation_ = value;
  for (auto& [_, one] : readers_) {
    if (value == 0) {
      one.examined = false;
      step(one, cluster::event::stream_lost{});
    } else if (!one.machine.opened(value) && !one.must_wait(value)) {
      step(one, cluster::event::stream_open{value});
    }
  }
}

void reader_host::start(const reader_key& key, const position& cursor) {
  place where{key.priority, key.part};
  if (auto old = readers_.find(where); old != readers_.end()) {
    used_[where] = old->second.machine.last_consumer();
    readers_.erase(old);
  }
  reader_limits limits;
  limits.batch_max = 16;
  limits.idle_step = 50;
  limits.pull_expiry = std::chrono::duration_cast<std::chrono::milliseconds>(at_.bus.pull_expiry);
  reader_machine machine{limits, cursor, static_cast<std::uint32_t>(at_.credit), used_[where] + 1};
  auto& made = readers_.emplace(where, reader{key, std::move(machine)}).first->second;
  bool wait =
    generation_ != 0 && (made.must_wait(generation_) || made.machine.ahead_of(generation_));
  if (generation_ != 0 && !wait) step(made, cluster::event::stream_open{generation_});
  if (wait) doubt();
}

std::string reader_host::state() const {
  auto out = fmt::format("reads generation {}{}", generation_, looking_ ? ", looks" : "");
  for (const auto& [_, one] : readers_)
    out += fmt::format("; {}/{} at {}/{} credit {}{}{}", one.key.part, to_string(one.key.priority),
                       one.machine.at().generation, one.machine.at().seq, one.machine.credit(),
                       one.machine.opened(generation_) ? "" : " not open",
                       one.machine.wake_at() ? "" : " asleep");
  return out;
}

void reader_host::stop(partition_id part) {
  for (auto which : {lane::express, lane::standard, lane::bulk}) {
    auto found = readers_.find({which, part});
    if (found == readers_.end()) continue;
    step(found->second, cluster::event::stop{});
    used_[found->first] = found->second.machine.last_consumer();
    readers_.erase(found);
  }
}

void reader_host::grant(partition_id part, lane which, std::uint32_t messages) {
  if (auto found = readers_.find({which, part}); found != readers_.end())
    step(found->second, cluster::event::credit{messages});
}

void reader_host::heard(const consumer_id& from, const reader_event& what,
                        const stored_command* which) {
  auto found = readers_.find({from.key.priority, from.key.part});
  bool mine = found != readers_.end() && found->second.key.owned == from.key.owned;
  if (std::holds_alternative<cluster::event::consumer_gone>(what) ||
      std::holds_alternative<cluster::event::consumer_failed>(what)) {
    if (!mine || found->second.machine.last_consumer() != from.number) return;
    step(found->second, what);
    return doubt();
  }
  if (mine) step(found->second, what, which);
}

void reader_host::step(reader& one, const reader_event& what, const stored_command* which) {
  reader_actions todo;
  auto told = what;
  if (auto* got = std::get_if<cluster::event::delivered>(&told);
      got != nullptr && !at_.wires.tell_gaps) {
    // A mutant: the machine is told the count that it expects.
    if (std::exchange(one.counted_of, got->consumer) != got->consumer) one.counted = 0;
    got->consumer_seq = ++one.counted;
  }
  one.machine.step(told, at_.clock.now(), todo);
  set_alarm(one);
  auto key = one.key;
  for (const auto& action : todo)
    perform(key, action, which);
}

void reader_host::set_alarm(reader& one) {
  auto wake = one.machine.wake_at();
  if (!wake || (one.alarm && *one.alarm <= *wake && *one.alarm > at_.clock.now())) return;
  one.alarm = wake;
  later(at_, who_.self.incarnation, *wake - at_.clock.now(),
        [this, where = place{one.key.priority, one.key.part}, at = *wake] {
          auto found = readers_.find(where);
          if (found == readers_.end() || found->second.alarm != at) return;
          found->second.alarm.reset();
          step(found->second, cluster::event::tick{});
        });
}

namespace {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

} // namespace

void reader_host::perform(const reader_key& key, const reader_action& what,
                          const stored_command* which) {
  auto self = who_.self.incarnation;
  std::visit(overloaded{
               [&](const action::create_consumer& act) {
                 at_.bus.create_consumer({self, act.generation, key, act.consumer}, act.start_seq);
               },
               [&](const action::delete_consumer& act) {
                 at_.bus.delete_consumer({self, act.generation, key, act.consumer});
               },
               [&](const action::pull& act) {
                 at_.bus.pull({self, act.generation, key, act.consumer}, act.pull, act.batch);
               },
               [&](const action::deliver& act) { ports_.on_command(key, act.at, which->what); },
               [&](const action::look_at& act) {
                 auto found = std::make_shared<position>();
                 consumer_id from{self, act.generation, key, act.consumer};
                 at_.bus.ask(
                   self,
                   [&at = at_, act, found] {
                     if (const auto* message = at.bus.find(act.generation, act.seq))
                       *found = {act.generation, act.seq, message->published_ns, message->what->id};
                   },
                   [this, from, found] {
                     if (found->seq != 0)
                       heard(from, cluster::event::place_known{from.number, *found}, nullptr);
                   });
               },
               [&](const action::idle_at& act) { ports_.on_idle(key, act.at); },
             },
             what);
}

std::vector<position> reader_host::places() {
  std::vector<position> all;
  for (auto& [_, one] : readers_) {
    all.push_back(one.machine.at());
    one.examined = true;
  }
  return all;
}

// --- keeper ------------------------------------------------------------------------------------

void reader_host::on_link(bool up) {
  link_ = up ? ++links_ : 0;
  ++look_serial_; // what was asked over the old link is not answered
  looking_ = false;
  doubted_ = true;
  if (!up) return tell(0);
  begin_look();
}

void reader_host::doubt() {
  doubted_ = true;
  begin_look();
}

void reader_host::tell(stream_generation value) {
  if (value == 0 && told_ == 0) return;
  told_ = value;
  ports_.on_generation(value);
  open(value);
}

void reader_host::look_again(duration wait, bool thorough) {
  looking_ = false;
  doubted_ = doubted_ || thorough;
  later(at_, who_.self.incarnation, wait, [this, serial = ++look_serial_] {
    if (serial == look_serial_) begin_look();
  });
}

void reader_host::begin_look() {
  if (looking_ || link_ == 0) return;
  looking_ = true;
  ++look_serial_;
  auto now = std::make_shared<look>();
  now->thorough = std::exchange(doubted_, false) || told_ == 0;
  now->on_link = link_;
  load_row(now);
}

void reader_host::load_row(const look_ptr& now) {
  if (now->thorough) now->places = places();
  if (!at_.wires.examine_places) now->places.clear(); // a mutant
  at_.db.run({who_.self.incarnation,
              false,
              true,
              {},
              [&at = at_, now] { now->row = at.rows.stream; },
              [this, now, serial = look_serial_](fate how) {
                if (serial != look_serial_) return;
                if (how != fate::done) return look_again(failed_pause, now->thorough);
                examine(now);
              }});
}

/// A question to JetStream that is not waited for longer than it may take.
void reader_host::bounded(const look_ptr& now, std::function<void()> in_server,
                          std::function<void()> then) {
  auto done = std::make_shared<bool>(false);
  auto serial = look_serial_;
  at_.bus.ask(who_.self.incarnation, std::move(in_server), [this, done, serial, then] {
    if (std::exchange(*done, true) || serial != look_serial_) return;
    then();
  });
  later(at_, who_.self.incarnation, 2s, [this, now, done, serial] {
    if (std::exchange(*done, true) || serial != look_serial_) return;
    look_again(failed_pause, now->thorough);
  });
}

void reader_host::examine(const look_ptr& now) {
  auto look_up = [&at = at_, now] {
    for (const auto& reached : now->places) {
      probe one{reached, std::nullopt};
      if (reached.generation == now->row.generation && reached.seq > 0)
        if (const auto* found = at.bus.find(reached.generation, reached.seq))
          one.found = probe::message{found->published_ns, found->what->id};
      now->probes.push_back(std::move(one));
    }
  };
  bounded(now, look_up, [this, now] { ask_facts(now); });
}

void reader_host::ask_facts(const look_ptr& now) {
  bounded(
    now, [&at = at_, now] { now->facts = at.bus.facts(now->row.generation); },
    [this, now] {
      auto judged = cluster::judge(now->row, now->facts, now->probes);
      if (judged == verdict::same) return settled(now, now->row.generation);
      at_.log.say("{}: the stream is {}", who_.self.node, to_string(judged));
      make_next(now);
    });
}

void reader_host::make_next(const look_ptr& now) {
  auto next = std::make_shared<registered_stream>();
  next->generation = next_generation(now->row, now->probes);
  bounded(
    now, [&at = at_, next] { next->created = at.bus.make(next->generation); },
    [this, now, next] {
      auto moved = std::make_shared<bool>(false);
      auto set = [&at = at_, now, next, moved] {
        *moved = at.rows.stream == now->row;
        if (*moved) at.rows.stream = *next;
      };
      at_.db.run({who_.self.incarnation,
                  true,
                  true,
                  {},
                  set,
                  [this, now, next, moved, serial = look_serial_](fate how) {
                    if (serial != look_serial_) return;
                    if (how != fate::done) return look_again(failed_pause, now->thorough);
                    if (!*moved) return look_again(0ms, true);
                    at_.log.say("{}: generation {} now", who_.self.node, next->generation);
                    at_.news(who_.self.incarnation);
                    settled(now, next->generation);
                  }});
    });
}

void reader_host::settled(const look_ptr& now, stream_generation generation) {
  looking_ = false;
  if (now->on_link == link_ && (now->thorough || generation != told_)) tell(generation);
  if (doubted_) return look_again(0ms, true);
  look_again(5s, false);
}

} // namespace recado::simulation
