#include "node/wiring/owner_side.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "actors/journal/positions.hpp"
#include "cluster/router/beacon.hpp"
#include "cluster/router/reply_batch.hpp"
#include "node/wiring/writer_metrics.hpp"
#include "runtime/actor/child_setup.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/subjects.hpp"

namespace recado::wiring {
namespace {

/// A lane makes its next consumer in a few milliseconds, in a loaded stream in fifty; 192 of them
/// in a cluster of NATS take their time.
constexpr std::chrono::milliseconds stalled_after{1'000};

/// In a cluster of NATS the server of a consumer may die while ours lives: a lane must notice by
/// itself, and soon, for callers wait. With one server the link tells.
void listen_closely(cluster::reader_limits& to) {
  to.heartbeat = std::chrono::milliseconds{500};
  to.silence = std::chrono::milliseconds{1'500};
}

cluster::position place_of(const cluster::stream_cursor& cursor) {
  return {cursor.generation, cursor.seq, 0, cursor.command};
}

wall_time published_at(const cluster::position& at) {
  return from_micros(at.published_ns / 1'000);
}

problem as_problem(const store::store_error& error) {
  return {ec::store_unavailable, store::describe(error)};
}

} // namespace

owner_side::owner_side(owner_needs needs) : needs_(std::move(needs)) {}
owner_side::~owner_side() {
  stop();
}

void owner_side::start() {
  start_reader();
  partitions_config config;
  config.writers = needs_.with.config.store.writers;
  config.partition.limits.members_max = needs_.with.config.limits.members_max;
  const auto& conversations = needs_.with.config.conversations;
  config.partition.idle_before_passivation = std::chrono::seconds{conversations.idle_passivate_s};
  config.partition.resident_max = conversations.resident_max;
  config.room_per_partition = conversations.commands_per_partition_max;
  config.tries_wait_max = std::chrono::milliseconds{needs_.with.config.cluster.tries_wait_ms};
  host_ = spawn_partitions(needs_.system, needs_.table, config, ports_of_host());
  host_->attach_functor([this](const caf::error& why) {
    if (why && why != caf::exit_reason::user_shutdown) {
      observe::log_error("host-failed", "the partitions have no host any more");
      failed_ = true;
    }
  });
  start_ownership();
  start_beacon();
}

// --- the stream
// ------------------------------------------------------------------------------------

void owner_side::start_reader() {
  registry_ = std::make_unique<cluster::stream_rows>(needs_.with.database());
  cluster::reader_host host;
  host.on_command = [this](const auto& key, const auto& at, std::string data) {
    deliver(key, at, std::move(data));
  };
  host.on_idle = [this](const auto& key, const auto& at) {
    if (auto found = needs_.table->find(key.part))
      caf::anon_send(found->owner,
                     lane_idle{key.owned, key.priority, {at.generation, at.seq, at.command}});
  };
  host.on_doubt = [this] {
    if (keeper_) keeper_->doubt();
  };
  host.on_newcomer = [this] {
    if (keeper_) keeper_->welcome();
  };
  cluster::reader_config reading;
  reading.cluster = needs_.with.cluster();
  if (needs_.with.config.bus.stream_replicas > 1) listen_closely(reading.limits);
  reader_ = std::make_unique<cluster::stream_reader>(needs_.link, reading, std::move(host));

  cluster::keeper_config keeping;
  keeping.cluster = needs_.with.cluster();
  keeping.max_age_s = static_cast<int>(needs_.with.config.bus.stream_age_s_max);
  keeping.max_bytes = static_cast<std::int64_t>(needs_.with.config.bus.stream_bytes_max);
  keeping.replicas = static_cast<int>(needs_.with.config.bus.stream_replicas);
  cluster::keeper_ports ports{*registry_, [this](auto which) { return reader_->places(which); },
                              [this](cluster::stream_generation now) {
                                needs_.router->on_generation(now);
                                reader_->open(now);
                              }};
  keeper_ = std::make_unique<cluster::stream_keeper>(needs_.link, keeping, std::move(ports));
}

void owner_side::deliver(const cluster::reader_key& key, const cluster::position& at,
                         std::string data) {
  if (auto found = needs_.table->find(key.part))
    caf::anon_send(found->owner, stream_command{key.owned, key.priority, at.generation, at.seq,
                                                published_at(at), std::move(data)});
}

// --- partitions and writers
// ------------------------------------------------------------------------

partition_ports owner_side::ports_of_partitions() {
  partition_ports ports;
  ports.now = [this] { return needs_.wall.now(); };
  ports.grant = [this](partition_id part, lane priority, std::size_t n) {
    reader_->grant(part, priority, static_cast<std::uint32_t>(n));
  };
  ports.tell = [this](const gateway_subject& to, event_batch events) {
    needs_.board->tell(to, std::move(events));
  };
  ports.hand_out = [this](std::vector<open_delivery_ptr> fresh) {
    needs_.channels.offer(std::move(fresh));
  };
  ports.look_again = [this](partition_id part, epoch owned) { needs_.channels.take(part, owned); };
  ports.positions = [this](std::vector<watch_service::item> items, auto done) {
    std::vector<std::pair<client_id, conversation_id>> of;
    of.reserve(items.size());
    for (const auto& item : items)
      of.emplace_back(item.client, item.conversation);
    needs_.reads->run({journal::positions(of)}, store::tx::read, [done](store::outcome got) {
      if (!got) return done(failure{as_problem(got.error())});
      std::vector<watch_service::position> found;
      for (const auto& row : journal::parse_positions(got->front()))
        found.push_back({{row.client, row.conversation}, row.last_seq, row.rev});
      done(std::move(found));
    });
  };
  return ports;
}

partitions_ports owner_side::ports_of_host() {
  partitions_ports ports;
  ports.spawn_writer = [this](caf::actor_system& system, std::size_t index) {
    return spawn_one_writer(system, index);
  };
  ports.partition = ports_of_partitions();
  ports.start_reading = [this](const partition_config& what, std::size_t credit) {
    for (std::size_t i = 0; i < lanes; ++i)
      reader_->start({what.id, static_cast<lane>(i), what.held}, place_of(what.cursors[i]),
                     static_cast<std::uint32_t>(credit));
    needs_.channels.take(what.id, what.held);
  };
  ports.stop_reading = [this](partition_id part) {
    reader_->stop(part);
    needs_.channels.leave(part);
  };
  ports.finish_tries = [this](partition_id part, auto until) {
    needs_.channels.finish(part, std::move(until));
  };
  ports.release = [this](partition_id part, auto cursors) { ownership_->release(part, cursors); };
  ports.owned = [this](std::vector<partition_id> all) {
    needs_.channels.own(all.size());
    needs_.router->set_local(std::move(all));
    needs_.board->doubt();
  };
  return ports;
}

writer_actor owner_side::spawn_one_writer(caf::actor_system& system, std::size_t index) {
  auto name = "writer-" + std::to_string(index);
  while (writers_.size() <= index)
    writers_.emplace_back();
  writers_[index] = std::make_shared<store::worker>(name, needs_.with.database(), 64);
  writer_ports ports;
  ports.db = writers_[index];
  ports.alone = alone_;
  ports.now = [this] { return needs_.wall.now(); };
  ports.steady = [] { return clock::boot_time(); };
  ports.answer = [this](auto said) { answer(std::move(said)); };
  ports.resolve = [this](auto seen, auto done) { resolve(std::move(seen), std::move(done)); };
  ports.lost = [this](auto gone) { lost(gone); };
  ports.observed = observe_batches(needs_.metrics, index);
  writer_config config;
  config.node = needs_.with.node();
  const auto& conversations = needs_.with.config.conversations;
  config.batch.commands_max = conversations.batch_commands_max;
  config.batch.bytes_max = conversations.batch_bytes_max;
  config.inbox_poll = std::chrono::milliseconds{conversations.inbox_poll_ms};
  return spawn_writer(system, config, std::move(ports));
}

/// To this process in memory, to others over NATS, as many answers in a message as fit.
void owner_side::answer(std::vector<std::pair<std::string, reply>> said) {
  std::map<std::string, std::vector<reply>> by_subject;
  for (auto& [subject, one] : said)
    by_subject[subject].push_back(std::move(one));
  for (auto& [subject, replies] : by_subject) {
    if (subject == needs_.with.reply_subject()) {
      needs_.router->on_replies(std::move(replies));
      continue;
    }
    for (const auto& bytes : cluster::encode_replies(replies))
      (void)needs_.link.publish(subject, bytes); // unheard: the caller's retry finds it committed
  }
}

// --- ownership
// -------------------------------------------------------------------------------------

void owner_side::lost(const std::vector<store::held_epoch>& gone) {
  for (const auto& [part, held] : gone)
    ownership_->lost(part, held);
}

void owner_side::resolve(
  std::vector<store::held_epoch> seen,
  std::function<void(std::vector<store::held_epoch>, std::vector<partition_id>)> done) {
  ownership_->resolve(std::move(seen), 0, std::move(done));
}

void owner_side::start_ownership() {
  cluster::ownership_options options;
  options.machine.self = {needs_.with.node(), needs_.with.incarnation};
  options.address = needs_.with.public_url();
  options.version = needs_.with.version;
  cluster::ownership_callbacks calls;
  calls.on_own = [this](const cluster::owned_partition& what) {
    caf::anon_send(host_, own_partition{what});
  };
  calls.on_drop = [this](partition_id part) { caf::anon_send(host_, drop_partition{part}); };
  calls.on_hand_over = [this](partition_id part) {
    caf::anon_send(host_, hand_over_partition{part});
  };
  calls.on_notify = [this](const std::string& node) {
    if (others_) others_->notify(node);
  };
  calls.on_serving = [](bool yes) {
    if (yes)
      observe::log_info("serving", "the heartbeat reaches PostgreSQL");
    else
      observe::log_warn(
        "not-serving",
        "this node serves nothing now: it stops, or no heartbeat reaches PostgreSQL");
  };
  calls.on_clock = [this](wall_time at, steady_time asked, steady_time answered) {
    needs_.wall.feed({asked, answered, at});
  };
  calls.on_superseded = [this] {
    observe::log_error("superseded", "another process runs as node {}", needs_.with.node());
    failed_ = true;
  };
  const auto& cluster_config = needs_.with.config.cluster;
  options.machine.heartbeat_interval = std::chrono::milliseconds{cluster_config.heartbeat_ms};
  options.machine.serve_without_heartbeat =
    std::chrono::milliseconds{cluster_config.serve_without_heartbeat_ms};
  options.machine.silence.age = std::chrono::milliseconds{cluster_config.silence_ms};
  options.machine.silence.polls = static_cast<int>(cluster_config.silence_polls);
  options.machine.moves_max = cluster_config.moves_max;
  ownership_ =
    std::make_unique<cluster::ownership_driver>(needs_.with.database(), options, std::move(calls));
  ownership_->start();
}

bool owner_side::serving() const {
  return ownership_ && ownership_->serving();
}

/// Says every 200 ms which partitions are alive here, for gateways that wonder, and looks after the
/// other nodes twice as often.
void owner_side::start_beacon() {
  neighbourhood::ports ports;
  ports.unreachable = [this](const cluster::node_key& who) {
    ownership_->unreachable(who);
    if (needs_.unreachable) needs_.unreachable(who);
  };
  ports.serves_nothing = [this](const auto& who) { ownership_->serves_nothing(who); };
  ports.nudge = [this] { ownership_->nudge(); };
  ports.gone = [this](const cluster::node_key& who) {
    auto subject = subjects::events(needs_.with.cluster(), who.node, who.incarnation);
    for (auto part : needs_.table->list())
      if (auto found = needs_.table->find(part))
        caf::anon_send(found->owner, forget_gateway{subject});
  };
  ports.back = [this](const cluster::node_key& who) {
    needs_.board->ask_to_watch_again(
      subjects::events(needs_.with.cluster(), who.node, who.incarnation));
    needs_.board->doubt(); // and it may have done the same with us
  };
  others_ = std::make_unique<neighbourhood>(needs_.with, needs_.link, needs_.router, needs_.board,
                                            std::move(ports));
  others_->start();
  others_->on_link(needs_.link.connected());
  auto interval = std::chrono::milliseconds{needs_.with.config.cluster.beacon_ms} / 2;
  beacon_ = needs_.system.spawn(
    [this, interval](caf::event_based_actor* self, const caf::unit_t&) -> caf::behavior {
      actor::child_setup(self);
      self->delayed_send(self, interval, caf::tick_atom_v);
      return {[this, self, interval, turn = 0](caf::tick_atom) mutable {
        self->delayed_send(self, interval, caf::tick_atom_v);
        if (++turn % 2 == 0) beat();
        others_->look();
      }};
    },
    caf::unit);
}

void owner_side::beat() {
  bool hears = needs_.link.connected() && !others_->deaf();
  ownership_->set_nats_ok(hears);
  cluster::beacon now{needs_.with.node(), needs_.with.incarnation, {}, serving()};
  // Whoever cannot read its stream says so by silence: callers take the inbox meanwhile.
  auto stalled = reader_->stalled(stalled_after);
  for (auto part : needs_.table->list())
    if (hears && !stalled.contains(part)) now.partitions.push_back(part);
  others_->says_beacon(); // before it can come back
  (void)needs_.link.publish(subjects::beacons(needs_.with.cluster()), cluster::encode(now));
}

void owner_side::on_link(bool up) {
  if (others_) others_->on_link(up);
}

// --- the end
// ---------------------------------------------------------------------------------------

void owner_side::release_all(std::chrono::milliseconds deadline) {
  if (ownership_) ownership_->stop(deadline);
}

void owner_side::stop() {
  if (beacon_) caf::anon_send_exit(beacon_, caf::exit_reason::user_shutdown);
  if (host_) caf::anon_send_exit(host_, caf::exit_reason::user_shutdown);
  beacon_ = nullptr;
  if (others_) others_->stop();
  host_ = nullptr;
  if (keeper_) keeper_->stop(); // the readers may still doubt
  for (auto& writer : writers_)
    if (writer) writer->stop();
  needs_.table->clear();
}

} // namespace recado::wiring
