#pragma once
/// The owner's side on a real PostgreSQL, without NATS and HTTP: partitions, writers and
/// conversations as in a node; the test plays the gateway and the ownership.
#include "actors/journal/positions.hpp"
#include "actors/partition/partitions_actor.hpp"
#include "runtime/actor/system.hpp"
#include "runtime/store/pool.hpp"
#include "tests/worlds/postgres_server.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <future>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <condition_variable>

namespace recado::test {

/// One durable server for the suite; each case begins with an empty database.
inline postgres_server& server() {
  static postgres_server one;
  return one;
}

class owner_database {
public:
  owner_database() : name_(server().clean_database()) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(RECADO_SOURCE_DIR "/schemas/sql"))
      if (entry.path().extension() == ".sql") files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files) {
      std::ifstream in{file};
      exec(std::string{std::istreambuf_iterator<char>{in}, {}});
    }
    pool_ = std::make_unique<store::pool>("test", config(), store::pool_config{});
  }
  store::pool& pool() { return *pool_; }
  void exec(std::string_view sql) const { server().exec(sql, name_); }
  store::rows query(std::string_view sql) const {
    store::connection link{config()};
    auto got = link.run_one({"", sql, {}, store::expect::rows});
    if (!got) throw std::runtime_error(store::describe(got.error()));
    return *got;
  }
  std::int64_t count(std::string_view from) const {
    auto sql = "select count(*) from " + std::string{from};
    return query(sql).get_int(0, 0);
  }
  epoch epoch_of(partition_id part) const {
    return query("select epoch from partition where id = " + std::to_string(part)).get_int(0, 0);
  }
  store::connection_config config() const { return server().config(name_); }

private:
  std::string name_;
  std::unique_ptr<store::pool> pool_;
};

class owner_world {
public:
  explicit owner_world(bool pinned = true, decide_function how = recado::decide)
    : rules(std::move(how)) {
    if (pinned) db.exec("insert into partition (id) select generate_series(0, 63)");
    start();
  }
  ~owner_world() { stop(); }

  /// Spawns everything and owns all partitions at the epochs in the database.
  void start() {
    system = std::make_unique<caf::actor_system>(settings);
    table = std::make_shared<local_partitions>();
    partitions_ports ports;
    ports.spawn_writer = [this](caf::actor_system& in, std::size_t) { return writer(in); };
    ports.partition = outside();
    ports.start_reading = [](auto, const auto&) {};
    ports.stop_reading = [](auto) {};
    ports.finish_tries = [this](partition_id, auto until) {
      std::lock_guard lock{mutex};
      finishing = std::move(until);
    };
    ports.release = [this](partition_id part, auto) { note(released, part); };
    ports.owned = [](auto) {};
    partitions_config config;
    config.tries_wait_max = tries_wait_max;
    config.partition.idle_before_passivation = std::chrono::seconds{1};
    config.partition.rules = rules;
    host = spawn_partitions(*system, table, config, ports);
    own_all();
  }

  void own_all() {
    auto rows =
      db.query("update partition set epoch = epoch + 1, owner_node = 'n1' returning id, epoch");
    std::size_t owned = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      cluster::owned_partition what;
      what.id = static_cast<partition_id>(rows.get_int(i, 0));
      what.at = rows.get_int(i, 1);
      caf::anon_send(host, own_partition{what});
      ++owned;
    }
    until([&] { return table->list().size() == owned; });
  }

  /// Takes one partition that was released.
  void own(partition_id part) {
    db.exec("update partition set epoch = epoch + 1 where id = " + std::to_string(part));
    own_at(part, db.epoch_of(part));
  }
  void own_at(partition_id part, epoch at) {
    cluster::owned_partition what;
    what.id = part;
    what.at = at;
    caf::anon_send(host, own_partition{what});
    until([&] { return table->find(part).has_value(); });
  }

  void stop() {
    caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
    host = nullptr;
    table->clear();
    db_workers.clear(); // answers what is queued, while the actors live
    BOOST_TEST(actor::stop_with_deadline(*system, std::chrono::seconds{20}) == 0u);
    system.reset();
  }

  command make(const conversation_id& where, command_body body) const {
    command cmd;
    cmd.id = command_id::make();
    cmd.client = client;
    cmd.conversation = where;
    cmd.received_at = wall_now();
    cmd.reply_to = "test";
    cmd.trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    cmd.body = std::move(body);
    return cmd;
  }
  command text(const conversation_id& where, std::string body,
               message_id id = message_id::make()) const {
    send_message out;
    out.message = id;
    out.from = user_id{"ana"};
    out.payload = std::move(body);
    out.metadata = "{}";
    out.hash[0] = static_cast<std::uint8_t>(out.payload.size());
    return make(where, std::move(out));
  }
  command group(const conversation_id& where) const {
    create_conversation out;
    out.members = {{user_id{"ana"}, member_role::admin}, {user_id{"bruno"}, member_role::member}};
    out.metadata = "{}";
    return make(where, std::move(out));
  }
  partition_id part_of(const conversation_id& where) const {
    return partition_of(client, where, 64);
  }

  /// False: nobody owns the partition, or its room is used up.
  bool offer(const command& cmd, bool only_copy = false) {
    auto owner = table->find(part_of(cmd.conversation));
    if (!owner) return false;
    caf::anon_send(owner->owner,
                   direct_command{std::make_shared<const command>(cmd), nullptr, only_copy});
    return true;
  }
  void by_stream(const conversation_id& where, std::string bytes, std::int64_t seq) {
    caf::anon_send(table->find(part_of(where))->owner,
                   stream_command{1, lane::standard, 1, seq, wall_now(), std::move(bytes)});
  }
  /// The answer; nullopt if there is none within the time.
  std::optional<reply> answer(const command_id& id,
                              std::chrono::milliseconds within = std::chrono::seconds{30}) {
    std::unique_lock lock{mutex};
    changed.wait_for(lock, within, [&] { return answers.contains(id); });
    auto found = answers.find(id);
    if (found == answers.end()) return std::nullopt;
    return found->second;
  }
  reply ask(const command& cmd) {
    BOOST_REQUIRE(offer(cmd));
    auto got = answer(cmd.id);
    BOOST_REQUIRE(got);
    return *got;
  }
  template <class Condition>
  void until(Condition holds) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!holds()) {
      BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
  bool noted(const std::vector<partition_id>& list, partition_id part) {
    std::lock_guard lock{mutex};
    return std::ranges::count(list, part) > 0;
  }
  std::vector<reply> all_answers() {
    std::lock_guard lock{mutex};
    std::vector<reply> out;
    out.reserve(answers.size());
    for (const auto& [_, said] : answers)
      out.push_back(said);
    return out;
  }

  static wall_time wall_now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }

  owner_database db;
  decide_function rules;
  std::chrono::milliseconds tries_wait_max = std::chrono::minutes{5};
  std::shared_ptr<const void> finishing; ///< the tries of the last partition to be handed over
  std::function<void()> before_resolved = [] {}; ///< an epoch was raised, and nobody knows it yet
  std::atomic<int> resolving = 0;                ///< epochs in doubt, ever
  client_id client = client_id::make();
  std::shared_ptr<local_partitions> table;
  partitions_actor host;
  std::mutex mutex;
  std::condition_variable changed;
  std::unordered_map<command_id, reply> answers;
  std::unordered_map<command_id, int> answered; ///< how often
  std::vector<event> events;
  std::vector<partition_id> released, lost;
  std::vector<batch_report> reports;

private:
  void note(std::vector<partition_id>& list, partition_id part) {
    std::lock_guard lock{mutex};
    list.push_back(part);
  }

  writer_actor writer(caf::actor_system& in) {
    auto config = db.config();
    config.run_timeout = std::chrono::seconds{5};
    auto worker = std::make_shared<store::worker>("writer", config, 64);
    db_workers.push_back(worker);
    writer_ports ports;
    ports.db = worker;
    ports.now = wall_now;
    ports.steady = [] { return std::chrono::steady_clock::now(); };
    ports.answer = [this](auto said) {
      std::lock_guard lock{mutex};
      for (auto& [_, one] : said) {
        ++answered[one.command];
        answers.insert_or_assign(one.command, std::move(one));
      }
      changed.notify_all();
    };
    ports.resolve = [this](auto seen, auto done) { resolve(std::move(seen), std::move(done)); };
    ports.lost = [this](std::vector<store::held_epoch> gone) {
      for (const auto& [part, _] : gone) {
        note(lost, part);
        caf::anon_send(host, drop_partition{part});
      }
    };
    ports.observed = [this](const batch_report& one) {
      std::lock_guard lock{mutex};
      reports.push_back(one);
    };
    writer_config with;
    with.turn.backoff_max = std::chrono::milliseconds{200};
    return spawn_writer(in, with, std::move(ports));
  }

  partition_ports outside() {
    partition_ports ports;
    ports.now = wall_now;
    ports.grant = [](auto, auto, auto) {};
    ports.tell = [this](const gateway_subject& to, const event_batch& batch) {
      if (to.empty()) return;
      std::lock_guard lock{mutex};
      events.insert(events.end(), batch.events.begin(), batch.events.end());
      changed.notify_all();
    };
    ports.positions = [this](auto items, auto done) {
      std::vector<std::pair<client_id, conversation_id>> of;
      of.reserve(items.size());
      for (const auto& item : items)
        of.emplace_back(item.client, item.conversation);
      db.pool().run({journal::positions(of)}, store::tx::read, [done](store::outcome got) {
        if (!got) return done(fail(ec::store_unavailable));
        std::vector<watch_service::position> found;
        for (const auto& row : journal::parse_positions(got->front()))
          found.push_back({{row.client, row.conversation}, row.last_seq, row.rev});
        done(std::move(found));
      });
    };
    return ports;
  }

  /// What the ownership driver does: raise the epochs until the answer is definite.
  void
  resolve(std::vector<store::held_epoch> seen,
          std::function<void(std::vector<store::held_epoch>, std::vector<partition_id>)> done) {
    ++resolving;
    std::thread{[this, seen, done] {
      store::connection link{db.config()};
      for (;;) {
        auto got = link.run_one(store::claim(seen, "n1", 1), store::tx::transaction);
        if (!got) {
          std::this_thread::sleep_for(std::chrono::milliseconds{20});
          continue;
        }
        std::vector<store::held_epoch> kept;
        for (std::size_t i = 0; i < got->size(); ++i)
          kept.emplace_back(static_cast<partition_id>(got->get_int(i, 0)), got->get_int(i, 1));
        if (kept.size() <
            seen.size()) { // our own earlier try may have landed: ask for what is there
          auto rows =
            link.run_one({{}, "select id, epoch from partition", {}, store::expect::rows});
          if (!rows) continue;
          kept.clear();
          for (std::size_t i = 0; i < rows->size(); ++i)
            for (const auto& [part, _] : seen)
              if (rows->get_int(i, 0) == part) kept.emplace_back(part, rows->get_int(i, 1));
        }
        before_resolved();
        return done(kept, {});
      }
    }}.detach();
  }

  actor::system_settings settings{actor::system_config{}};
  std::unique_ptr<caf::actor_system> system;
  std::vector<std::shared_ptr<store::worker>> db_workers;
};

} // namespace recado::test
