/// The owner's side of a process; process_gateway.cpp is the other one.
#include "tests/simulation/process.hpp"

namespace recado::simulation {

using namespace cluster;

namespace {

constexpr std::size_t writers = 2;
constexpr auto beacon_interval = 200ms;

router_config router_of(const site& at, const std::string& subject) {
  router_config out;
  out.presence.partitions = at.partitions;
  out.how = at.way;
  out.reply_to = subject;
  return out;
}

} // namespace

std::string subject_of(life who) {
  return "replies." + std::to_string(who);
}

life life_of(const std::string& subject) {
  return std::stoll(subject.substr(8));
}

process::process(site& at, identity who, world around)
  : at_(at),
    who_(std::move(who)),
    self_(who_.self.incarnation),
    world_(std::move(around)),
    subject_(subject_of(self_)),
    ownership_(at_, who_,
               {[this](const owned_partition& what) { own(what); },
                [this](partition_id part) { stop_partition(part); },
                [this](partition_id part) { hand_over(part); },
                [this](const std::string& node) {
                  auto* other = world_.newest(node);
                  if (other == nullptr) return;
                  auto to = other->self_;
                  at_.bus.send(self_, to, [find = world_.find, to] {
                    if (auto* there = find(to)) there->on_nudge();
                  });
                }}),
    reader_(at_, who_,
            {[this](const reader_key& key, const position& where, const command_ptr& what) {
               deliver(key, where, what);
             },
             [this](const reader_key& key, const position& where) {
               auto found = partitions_.find(key.part);
               if (found != partitions_.end() && !leaving_.contains(key.part))
                 found->second->on_idle(key, where);
             },
             [this](stream_generation now) {
               auto before = std::exchange(publishing_, now);
               tell_router();
               if (before != 0 && now != 0 && now != before)
                 run(router_.on_new_stream(at_.clock.now()));
             }}),
    router_(router_of(at_, subject_)) {
  for (std::size_t i = 0; i < writers; ++i)
    writers_.push_back(std::make_unique<writer_host>(
      at_, who_,
      writer_host::ports{
        [this](auto said) { answer(std::move(said)); },
        [this](auto gone) {
          for (const auto& [part, held] : gone)
            ownership_.step(seen::lost{part, held});
        },
        [this](auto held, auto then) { ownership_.resolve(std::move(held), std::move(then)); }}));
}

process::~process() = default;

void process::start() {
  ownership_.start();
  at_.bus.connect(self_);
  beat();
  look();
}

void process::on_link(bool up) {
  linked_ = up;
  ownership_.set_nats_ok(up);
  neighbours_.link(up, at_.clock.now());
  reader_.on_link(up);
  tell_router();
}

void process::on_session_lost() {
  ownership_.step(seen::session_lost{});
}

// --- partitions --------------------------------------------------------------------------------

void process::own(const owned_partition& what) {
  if (partitions_.contains(what.id)) stop_partition(what.id);
  auto start = what;
  if (!at_.wires.resume_at_cursor) // a mutant: from the end of the stream
    for (auto& one : start.cursors)
      if (auto facts = at_.bus.facts(publishing_); facts && facts->last_seq > 0)
        one = {publishing_, facts->last_seq, {}};
  partition_host::ports ports{
    [this, id = what.id](work command) { writer_of(id).enqueue(std::move(command)); },
    [this](partition_id part, lane which, std::uint32_t n) { reader_.grant(part, which, n); }};
  auto made = std::make_unique<partition_host>(at_, who_, start, std::move(ports));
  writer_of(what.id).take(what.id, what.at, *made);
  partitions_[what.id] = std::move(made);
  leaving_.erase(what.id);
  for (auto which : {lane::express, lane::standard, lane::bulk}) {
    const auto& cursor = start.cursors[static_cast<std::size_t>(which)];
    reader_.start({what.id, which, what.at}, {cursor.generation, cursor.seq, 0, cursor.command});
  }
  reader_.doubt();
  tell_local();
}

void process::stop_partition(partition_id part) {
  auto found = partitions_.find(part);
  if (found == partitions_.end()) return;
  reader_.stop(part);
  writer_of(part).leave(part);
  partitions_.erase(found);
  leaving_.erase(part);
  tell_local();
}

void process::hand_over(partition_id part) {
  if (!partitions_.contains(part)) return ownership_.release(part, {}, false);
  reader_.stop(part);
  leaving_.insert(part);
  later(at_, self_, at_.random.between(0us, 500us), [this, part] { // its actor says where it is
    auto found = partitions_.find(part);
    if (found == partitions_.end() || !leaving_.contains(part)) return;
    auto cursors = found->second->cursors();
    stop_partition(part);
    ownership_.release(part, cursors, false);
  });
}

void process::lose_actor(std::size_t which) {
  if (partitions_.empty()) return;
  auto one =
    std::next(partitions_.begin(), static_cast<std::ptrdiff_t>(which % partitions_.size()));
  auto part = one->first;
  if (leaving_.contains(part)) return;
  auto cursors = one->second->acquired().cursors;
  at_.log.say("{}: the actor of partition {} dies", who_.self.node, part);
  stop_partition(part);
  ownership_.release(part, cursors, true);
}

void process::passivate() {
  for (auto& [_, one] : partitions_)
    one->passivate();
}

void process::deliver(const reader_key& key, const position& where, const command_ptr& what) {
  auto found = partitions_.find(key.part);
  if (found != partitions_.end() && !leaving_.contains(key.part))
    found->second->on_stream(key, where, *what);
}

std::vector<partition_id> process::owned() const {
  std::vector<partition_id> out;
  for (const auto& [part, _] : partitions_)
    if (!leaving_.contains(part)) out.push_back(part);
  return out;
}

std::string process::state() const {
  auto out = fmt::format("{}#{}: {}linked, generation {}", who_.self.node, self_,
                         linked_ ? "" : "not ", publishing_);
  for (const auto& one : writers_)
    out += "; writer: " + one->state();
  out += "; " + reader_.state();
  for (const auto& [part, held] : ownership_.machine().held())
    out += fmt::format("; holds {}@{}", part, held);
  return out;
}

bool process::serves(partition_id part, epoch at) const {
  auto held = ownership_.machine().held().find(part);
  return ownership_.machine().serving() && held != ownership_.machine().held().end() &&
         held->second == at && partitions_.contains(part);
}

void process::answer(std::vector<std::pair<std::string, reply>> said) {
  std::map<std::string, std::vector<reply>> by_subject;
  for (auto& [subject, one] : said)
    by_subject[subject].push_back(std::move(one));
  for (auto& [subject, replies] : by_subject) {
    if (!at_.alive(self_, "before an answer leaves")) return;
    auto to = life_of(subject);
    auto tell = [find = world_.find, to, replies = std::move(replies)] {
      if (auto* there = find(to)) there->on_replies(replies);
    };
    if (to == self_)
      later(at_, self_, 20us, tell);
    else
      at_.bus.send(self_, to, tell);
  }
}

// --- the other nodes ---------------------------------------------------------------------------

void process::beat() {
  later(at_, self_, beacon_interval, [this] { beat(); });
  auto mine = owned();
  for (auto other : at_.bus.all())
    at_.bus.send(self_, other, [find = world_.find, other, from = who_.self, mine] {
      if (auto* there = find(other)) there->on_beacon(from, mine);
    });
}

void process::on_beacon(const node_key& from, const std::vector<partition_id>& owned) {
  if (from != who_.self) neighbours_.heard(from, at_.clock.now());
  router_.on_beacon({from.node, from.incarnation, owned}, at_.clock.now());
}

/// Whoever has fallen quiet is asked; that nobody listens is an answer of the server.
void process::look() {
  later(at_, self_, beacon_interval / 2, [this] { look(); });
  for (const auto& who : neighbours_.quiet(at_.clock.now()))
    at_.bus.ask(
      self_, [] {},
      [this, who] {
        if (!at_.bus.knows(who.incarnation)) ownership_.step(seen::unreachable{who});
      });
}

} // namespace recado::simulation
