/// The reader and the keeper under load while the server is killed, paused, emptied and cut. A
/// publisher plays the gateway: each session has a few commands outstanding, in order, and sends
/// all of them again until the owner has confirmed them. The owner applies each once and in order.
#include "tests/cluster/reader/reader_world.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

using namespace recado;
using namespace recado::cluster;
using namespace recado::cluster::testing;
using steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t sessions = 96;
constexpr partition_id parts = 16;
constexpr std::size_t window = 6;

partition_id part_of(std::size_t session) {
  return static_cast<partition_id>(session % parts);
}
lane lane_of(std::size_t session) {
  return static_cast<lane>(session / parts % lanes);
}

/// The owner of all partitions: applies, confirms, dedupes, and refuses what came out of order.
class owner {
public:
  std::atomic<stream_reader*> reader{nullptr};

  void on_command(const reader_key& key, const position& at, const std::string& data) {
    std::size_t session = 0;
    long number = 0;
    std::sscanf(data.c_str(), "%zu %ld", &session, &number);
    {
      std::lock_guard lock{mutex_};
      if (key.owned != epochs_[key.part]) return; // too late: the partition was handed off
      auto& last = places_[{key.part, key.priority}];
      disorder_ += std::pair{at.generation, at.seq} <= std::pair{last.generation, last.seq};
      last = at;
      delivered_[at.generation].insert(at.seq);
      apply(session, number);
    }
    if (auto to = reader.load()) to->grant(key.part, key.priority, 1);
  }

  void take_all(stream_reader& from) {
    for (partition_id part = 0; part < parts; ++part)
      hand_off(from, part);
  }
  /// The next owner starts at the cursor of the last one.
  void hand_off(stream_reader& from, partition_id part) {
    from.stop(part);
    for (auto priority : {lane::express, lane::standard, lane::bulk}) {
      position cursor;
      reader_key key{part, priority, 0};
      {
        std::lock_guard lock{mutex_};
        if (priority == lane::express) ++epochs_[part];
        key.owned = epochs_[part];
        cursor = places_[{part, priority}];
      }
      from.start(key, cursor, 500);
    }
  }

  long confirmed(std::size_t session) const { return applied_[session]; }
  int disorder() const { return disorder_; }
  long repeats() const { return repeats_; }
  /// The longest time in which nothing at all was applied.
  std::chrono::milliseconds longest_silence() const { return silence_; }
  bool was_delivered(stream_generation generation, std::int64_t seq) {
    std::lock_guard lock{mutex_};
    return delivered_[generation].contains(seq);
  }

private:
  void apply(std::size_t session, long number) {
    auto expected = applied_[session] + 1;
    repeats_ += number < expected;
    if (number != expected) return; // a repeat, or its predecessor is missing: not decided
    applied_[session] = number;
    auto now = steady::now();
    if (last_applied_ != steady::time_point{})
      silence_ = std::max(
        silence_, std::chrono::duration_cast<std::chrono::milliseconds>(now - last_applied_));
    last_applied_ = now;
  }

  std::mutex mutex_;
  std::map<partition_id, epoch> epochs_;
  std::map<std::pair<partition_id, lane>, position> places_;
  std::map<stream_generation, std::set<std::int64_t>> delivered_;
  std::array<std::atomic<long>, sessions> applied_{};
  std::atomic<int> disorder_{0};
  std::atomic<long> repeats_{0};
  steady::time_point last_applied_{};
  std::chrono::milliseconds silence_{0};
};

/// Publishes for all sessions on one thread; knows only what the owner has confirmed.
class gateway {
public:
  gateway(node& n, owner& confirming) : node_(n), owner_(confirming) {
    thread_ = std::thread{[this] { run(); }};
  }
  ~gateway() {
    if (thread_.joinable()) thread_.join();
  }
  /// Publishes nothing new and returns when all is confirmed.
  bool finish() {
    finishing_ = true;
    return eventually([&] { return done_.load(); });
  }
  long published() const { return published_; }
  std::vector<std::pair<stream_generation, std::int64_t>> acked() {
    std::lock_guard lock{mutex_};
    return acked_;
  }

private:
  struct session {
    long sent = 0;
    long confirmed = 0;
    steady::time_point moved{};
    std::atomic<bool> failed{false};
  };

  void run() {
    stream_generation known = 0;
    for (bool open = true; open;) {
      std::this_thread::sleep_for(2ms);
      auto generation = node_.keeper->generation();
      auto news = std::exchange(known, generation) != generation;
      open = !finishing_;
      for (std::size_t i = 0; i < sessions; ++i)
        open |= turn(i, generation, news);
    }
    done_ = true;
  }

  /// False: nothing of this session is outstanding.
  bool turn(std::size_t index, stream_generation generation, bool news) {
    auto& one = all_[index];
    auto confirmed = owner_.confirmed(index);
    if (confirmed > one.confirmed) one.moved = steady::now(), one.confirmed = confirmed;
    if (generation == 0) return true;
    auto outstanding = one.sent - one.confirmed;
    auto stuck = outstanding > 0 && steady::now() - one.moved > 700ms;
    if (outstanding > 0 && (news || stuck || one.failed.exchange(false))) {
      one.moved = steady::now();
      for (long n = one.confirmed + 1; n <= one.sent; ++n)
        publish(index, n, generation);
    }
    if (!finishing_ && outstanding < static_cast<long>(window) && dice_() % 12 == 0) {
      if (outstanding == 0) one.moved = steady::now();
      publish(index, ++one.sent, generation);
      ++published_;
    }
    return outstanding > 0;
  }

  void publish(std::size_t index, long number, stream_generation generation) {
    auto subject = command_subject("t1", generation, lane_of(index), part_of(index));
    auto data = std::to_string(index) + " " + std::to_string(number) + " " + std::string(200, 'x');
    node_.link->publish_stream(subject, data, 2s, [=, this](bus::outcome<bus::pub_ack> ack) {
      if (!ack) {
        all_[index].failed = true;
        return;
      }
      std::lock_guard lock{mutex_};
      acked_.emplace_back(generation, static_cast<std::int64_t>(ack->seq));
    });
  }

  node& node_;
  owner& owner_;
  std::array<session, sessions> all_;
  std::minstd_rand dice_{7};
  std::atomic<bool> finishing_{false}, done_{false};
  std::atomic<long> published_{0};
  std::mutex mutex_;
  std::vector<std::pair<stream_generation, std::int64_t>> acked_;
  std::thread thread_;
};

struct storm {
  worlds::nats_server server;
  memory_registry registry;
  owner owns;
  reader_host host;
  std::set<stream_generation> damaged;

  storm() {
    host.on_command = [this](const reader_key& key, const position& at, std::string data) {
      owns.on_command(key, at, data);
    };
  }
  /// Hands partitions off while time passes.
  void pass(node& n, std::chrono::milliseconds time) {
    for (auto end = steady::now() + time; steady::now() < end;) {
      std::this_thread::sleep_for(150ms);
      owns.hand_off(*n.reader, static_cast<partition_id>(handed_off_++ % parts));
    }
  }
  void check(gateway& from) {
    BOOST_TEST(from.finish());
    BOOST_TEST(owns.disorder() == 0);
    std::size_t lost = 0;
    for (auto [generation, seq] : from.acked())
      if (!damaged.contains(generation)) lost += !owns.was_delivered(generation, seq);
    BOOST_TEST(lost == 0u); // what the server acked and kept was delivered
    BOOST_TEST_MESSAGE(from.published()
                       << " commands, " << owns.repeats() << " repeats, longest silence "
                       << owns.longest_silence().count() << " ms, generation "
                       << registry.row().generation);
  }

private:
  std::size_t handed_off_ = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reader_storm_suite, storm)

BOOST_AUTO_TEST_CASE(nothing_is_missing_after_kills_a_pause_and_a_restart) {
  node n{server, registry, host};
  owns.reader = n.reader.get();
  owns.take_all(*n.reader);
  gateway from{n, owns};
  for (int kills = 0; kills < 3; ++kills) {
    pass(n, 1500ms);
    server.kill();
    pass(n, 200ms);
    server.start();
  }
  pass(n, 1000ms);
  server.pause();
  pass(n, 1500ms);
  server.resume();
  pass(n, 1000ms);
  server.restart();
  pass(n, 1000ms);
  check(from);
  BOOST_TEST(registry.row().generation == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_missing_after_the_store_was_lost_or_cut) {
  node n{server, registry, host};
  owns.reader = n.reader.get();
  owns.take_all(*n.reader);
  gateway from{n, owns};
  pass(n, 1500ms);
  damaged.insert(n.keeper->generation());
  server.kill();
  server.delete_store();
  server.start();
  pass(n, 1500ms);
  for (std::uintmax_t bytes : {300, 20'000, 200'000}) {
    auto generation = registry.row().generation;
    damaged.insert(generation);
    server.kill();
    BOOST_TEST(server.truncate_tail(stream_name("t1", generation), bytes));
    server.start();
    pass(n, 1500ms);
  }
  check(from);
  BOOST_TEST(registry.row().generation > 1);
}

BOOST_AUTO_TEST_SUITE_END()
