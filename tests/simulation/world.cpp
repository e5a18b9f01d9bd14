#include "tests/simulation/world.hpp"

namespace recado::simulation {

using namespace cluster;

namespace {

constexpr auto faulty_time = 16s;
constexpr auto patience = 90s; ///< then everything must have been answered
constexpr auto mischief_every = 50ms;

} // namespace

history::history(std::uint64_t seed, wiring wires, bool traced)
  : random_(seed),
    log_(clock_, traced),
    checks_(clock_),
    wires_(wires),
    rows_(4, checks_, wires),
    db_(clock_, random_,
        {[this](life who, auto what) { in_process(who, std::move(what)); },
         [this](life who) { return find(who) != nullptr; },
         [this](life who) {
           rows_.session_ended(who);
           in_process(who, [this, who] { find(who)->on_session_lost(); });
         }}),
    bus_(
      clock_, random_,
      {[this](life who, auto what) { in_process(who, std::move(what)); },
       [this](life who, bool up) { in_process(who, [this, who, up] { find(who)->on_link(up); }); },
       [this](const consumer_id& from, const reader_event& what, const stored_command* which) {
         if (auto* there = find(from.of)) there->heard(from, what, which);
       }}),
    site_{.clock = clock_,
          .random = random_,
          .log = log_,
          .checks = checks_,
          .rows = rows_,
          .db = db_,
          .bus = bus_,
          .wires = wires_,
          .in_process = [this](life who, auto what) { in_process(who, std::move(what)); },
          .alive = [this](life who, const char* where) { return alive_at(who, where); },
          .ended = [this](life who) { kill(who); },
          .news =
            [this](life from) {
              for (auto other : bus_.all())
                bus_.send(from, other, [this, other] {
                  if (auto* there = find(other)) there->on_news();
                });
            }},
    callers_(site_, {[this](life who) { return find(who); }, [this] { return any(); }}) {
  rows_.on_message = [this](partition_id part, const conversation_id&, const message_view& row,
                            path way) {
    log_.say("message {} gets {} in partition {} by {}", row.id.str().substr(30), row.seq, part,
             to_string(way));
  };
  rows_.on_cursor = [this](partition_id part, lane which, const stream_cursor& from,
                           const stream_cursor& to) { check_cursor(part, which, from, to); };
}

/// Some seeds know one fault only, some nearly all of them.
history::weather history::forecast() {
  weather out;
  auto share = random_.below(3) == 0 ? 0.2 : 0.5;
  auto draw = [&](double& into, double most) {
    if (random_.chance(share)) into = most * static_cast<double>(1 + random_.below(100)) / 100;
  };
  draw(out.kill, 0.02);
  draw(out.pause, 0.02);
  draw(out.twin, 0.5);
  draw(out.nats, 0.01);
  draw(out.postgres, 0.005);
  draw(out.cut, 0.02);
  draw(out.drain, 0.01);
  draw(out.stop, 0.01);
  draw(out.session, 0.01);
  draw(out.actor, 0.01);
  draw(out.passivate, 0.1);
  draw(out.skew, 0.01);
  draw(out.join, 0.004);
  draw(out.step, 0.002);
  draw(db_.faults.failed, 0.03);
  draw(db_.faults.unknown, 0.03);
  db_.faults.late = random_.between(0ms, 4s);
  draw(bus_.faults.lost, 0.02);
  draw(bus_.faults.twice, 0.02);
  draw(bus_.faults.slow, 0.02);
  draw(bus_.faults.lost_end, 0.5);
  bus_.clock_error = random_.between(0s, 300s) - 150s;
  site_.way = random_.chance(0.5) ? wire::automatic : wire::stream;
  site_.credit = 4 + random_.below(60);
  return out;
}

outcome_of_seed history::run() {
  outcome_of_seed out;
  try {
    weather_ = forecast();
    auto nodes = 1 + random_.below(3);
    for (std::size_t i = 0; i < nodes; ++i) {
      slots_.push_back({"n" + std::to_string(i + 1), 0});
      start(i);
    }
    callers_.start();
    clock_.after(mischief_every, [this] { mischief(); });
    auto quiet_at = clock_.now() + faulty_time;
    while (clock_.run_next(quiet_at))
      dead_.clear();
    calm();
    auto began = clock_.now();
    while (!at_rest()) {
      if (!clock_.run_next(began + patience))
        throw broken(
          fmt::format("{} messages have no answer, or rows lie in inboxes, or generation "
                      "{} should be over, 90 s after the last fault: {}",
                      checks_.open(), passed_over_, callers_.state()));
      dead_.clear();
    }
    out.converged = std::chrono::duration<double>(clock_.now() - began).count();
    checks_.finish(rows_);
  } catch (const broken& why) {
    out.broken = why.what();
    for (const auto& [_, one] : processes_)
      log_.say("{}", one->state());
    for (const auto& row : rows_.partitions)
      log_.say("partition {}@{}: {}#{} -> {}", row.id, row.at, row.owner ? row.owner->node : "-",
               row.owner ? row.owner->incarnation : 0, row.target);
    log_.say("BROKEN: {}", why.what());
  }
  out.trace = log_.text();
  out.steps = clock_.steps();
  out.messages = checks_.count();
  out.answered = callers_.answered;
  out.stored = callers_.stored;
  out.refused = callers_.refused;
  out.repeats = callers_.repeats;
  out.receipts = callers_.receipts;
  out.deaths = deaths_;
  return out;
}

bool history::at_rest() const {
  if (!callers_.all_over() || !rows_.inbox.empty()) return false;
  if (passed_over_ >= rows_.stream.generation) return false;
  return std::all_of(rows_.partitions.begin(), rows_.partitions.end(), [this](const auto& row) {
    return row.owner && find(row.owner->incarnation) != nullptr &&
           find(row.owner->incarnation)->serves(row.id, row.at);
  });
}

// --- processes ---------------------------------------------------------------------------------

process* history::find(life who) const {
  auto found = processes_.find(who);
  return found == processes_.end() ? nullptr : found->second.get();
}

process* history::any() {
  std::vector<process*> up;
  for (const auto& [who, one] : processes_)
    if (!superseded_.contains(who)) up.push_back(one.get());
  return up.empty() ? nullptr : up[random_.below(up.size())];
}

process* history::newest(const std::string& node) const {
  for (const auto& one : slots_)
    if (one.node == node) return find(one.now);
  return nullptr;
}

void history::start(std::size_t which) {
  auto& mine = slots_[which];
  auto who = mine.now = next_life_++;
  identity self{{mine.node, who}, std::chrono::microseconds{0}};
  log_.say("{} starts as #{}", mine.node, who);
  auto& made = processes_[who];
  made = std::make_unique<process>(
    site_, std::move(self),
    process::world{[this](life other) { return find(other); },
                   [this](const std::string& node) { return newest(node); }});
  made->start();
}

void history::in_process(life who, std::function<void()> what) {
  if (find(who) == nullptr) return;
  if (auto found = paused_.find(who); found != paused_.end())
    found->second.push_back(std::move(what));
  else
    what();
}

bool history::alive_at(life who, const char* where) {
  if (find(who) == nullptr) return false;
  if (calm_ || !random_.chance(weather_.step)) return true;
  log_.say("#{} is hit {}", who, where);
  if (random_.chance(0.6)) {
    kill(who);
    return false;
  }
  pause(who, random_.between(10ms, 7s));
  return true;
}

void history::kill(life who) {
  auto found = processes_.extract(who);
  if (found.empty()) return;
  log_.say("{}#{} is dead", found.mapped()->who().self.node, who);
  ++deaths_;
  bus_.gone(who);
  bool hangs = !calm_ && random_.chance(0.15);
  db_.client_gone(who, hangs);
  if (!hangs)
    rows_.session_ended(who);
  else
    clock_.after(8s, [this, who] { rows_.session_ended(who); });
  dead_.push_back(std::move(found.mapped())); // it may be running just now
  paused_.erase(who);
  died(who);
}

void history::died(life who) {
  superseded_.erase(who);
  callers_.process_died(who);
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].now == who) {
      slots_[i].now = 0;
      clock_.after(calm_ ? duration{50ms} : random_.between(50ms, 4s), [this, i] {
        if (slots_[i].now == 0) start(i);
      });
    }
}

void history::pause(life who, duration how_long) {
  if (find(who) == nullptr || paused_.contains(who)) return;
  log_.say("#{} is paused for {} ms", who, how_long / 1ms);
  paused_[who];
  db_.stall(who, how_long);
  if (random_.chance(weather_.twin)) // its supervisor takes it for dead and starts another
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (slots_[i].now == who) {
        superseded_.insert(who);
        callers_.process_died(who);
        clock_.after(random_.between(10ms, 2s), [this, i, who] {
          if (slots_[i].now == who) start(i);
        });
      }
  clock_.after(how_long, [this, who] {
    auto backlog = paused_.extract(who);
    if (backlog.empty()) return;
    log_.say("#{} wakes up", who);
    for (auto& what : backlog.mapped())
      in_process(who, std::move(what));
  });
}

// --- faults ------------------------------------------------------------------------------------

void history::mischief() {
  if (calm_) return;
  clock_.after(mischief_every, [this] { mischief(); });
  harm_process();
  harm_servers();
  harm_cluster();
}

void history::harm_process() {
  auto* one = any();
  if (one == nullptr) return;
  auto who = one->who().self.incarnation;
  if (random_.chance(weather_.kill)) return kill(who);
  if (random_.chance(weather_.pause)) return pause(who, random_.between(10ms, 8s));
  if (random_.chance(weather_.cut)) {
    auto way = random_.below(3);
    auto how_long = random_.between(50ms, 5s);
    log_.say("#{} is cut off from NATS for {} ms", who, how_long / 1ms);
    bus_.cut(who, way != 0, way != 1, how_long);
  }
  if (random_.chance(weather_.session)) db_.terminate(who);
  if (random_.chance(weather_.skew)) { // until it is told PostgreSQL's time again
    auto by =
      std::chrono::duration_cast<std::chrono::microseconds>(random_.between(0s, 140s) - 70s);
    one->jump_clock(by);
    later(site_, who, random_.between(0s, 10s), [this, who, by] { find(who)->jump_clock(-by); });
  }
  if (paused_.contains(who)) return;
  if (random_.chance(weather_.actor)) one->lose_actor(random_.below(100));
  if (random_.chance(weather_.passivate)) one->passivate();
}

void history::harm_servers() {
  if (random_.chance(weather_.nats) && !bus_.down()) {
    auto what = static_cast<stream_server::loss>(random_.below(4));
    log_.say("NATS is killed, loses {}", static_cast<int>(what));
    bus_.crash(what, random_.between(10ms, 3s));
  }
  if (random_.chance(weather_.postgres) && db_.up()) {
    log_.say("PostgreSQL is killed");
    for (const auto& [who, _] : processes_) {
      rows_.session_ended(who);
      in_process(who, [this, who = who] { find(who)->on_session_lost(); });
    }
    db_.crash(random_.between(10ms, 3s));
  }
}

void history::harm_cluster() {
  if (random_.chance(weather_.join) && slots_.size() < 4) {
    slots_.push_back({"n" + std::to_string(slots_.size() + 1), 0});
    start(slots_.size() - 1);
  }
  if (random_.chance(weather_.drain)) {
    const auto& node = slots_[random_.below(slots_.size())].node;
    bool yes = !rows_.draining.contains(node);
    log_.say("{} is {}", node, yes ? "drained" : "back");
    yes ? void(rows_.draining.insert(node)) : void(rows_.draining.erase(node));
  }
  if (random_.chance(weather_.stop))
    if (auto* one = any(); one != nullptr && !one->stopping) {
      log_.say("#{} is asked to end", one->who().self.incarnation);
      one->stopping = true;
      in_process(one->who().self.incarnation,
                 [this, who = one->who().self.incarnation] { find(who)->stop(); });
    }
}

void history::calm() {
  log_.say("--- the faults stop ---");
  calm_ = true;
  weather_ = {};
  db_.faults = {};
  bus_.faults = {};
  bus_.faults.lost_end = 0;
  rows_.draining.clear();
  callers_.finish();
}

/// What the cursor passes must have left a trace. It passes what it was told; what took that place
/// after a crash waits for the next generation, as its sender does: that generation must come.
void history::check_cursor(partition_id part, lane which, const stream_cursor& from,
                           const stream_cursor& to) {
  auto start = from.generation == to.generation ? from.seq : 0;
  for (const auto* one : bus_.between(to.generation, part, which, start, to.seq))
    if (rows_.decided(part, *one->what) || rows_.excused.contains(one->what->id))
      continue;
    else if (one->refill)
      passed_over_ = std::max(passed_over_, to.generation);
    else
      throw broken(fmt::format("the {} cursor of partition {} passes {}/{}, which nobody decided",
                               to_string(which), part, to.generation, one->seq));
}

/// Sanitizers and builds without optimization are slow.
std::uint64_t usual_seeds() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
  return 50;
#else
  return 2'000;
#endif
}

outcome_of_seed run_seed(std::uint64_t seed, wiring wires, bool traced) {
  return history{seed, wires, traced}.run();
}

} // namespace recado::simulation
