#include "cluster/reader/consumer_name.hpp"
#include "schemas/wire.hpp"
#include "tests/cluster/reader/reader_world.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace recado::cluster::testing;

namespace {

struct world {
  worlds::nats_server server;
  memory_registry registry;
  heard_commands heard;
};

/// A reader whose keeper is the test: it asks for the places and says open() when it likes.
struct asked_by_hand {
  std::unique_ptr<bus::connection> link;
  int newcomers = 0; ///< how often the keeper was told of one
  std::unique_ptr<stream_reader> reader;

  explicit asked_by_hand(const worlds::nats_server& server) {
    bus::bus_config linking;
    linking.urls = {server.url()};
    link = std::move(*bus::connection::connect(linking));
    reader_host host;
    host.on_command = [](const auto&, const auto&, auto&&) {};
    host.on_newcomer = [this] { ++newcomers; };
    reader = std::make_unique<stream_reader>(*link, reader_config{}, std::move(host));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stream_reader_suite, world)

BOOST_AUTO_TEST_CASE(commands_arrive_in_the_order_of_their_lane) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  for (auto priority : {lane::express, lane::standard, lane::bulk})
    n.reader->start({7, priority, 1}, {}, 1000);
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    expected += std::to_string(i) + " ";
    for (auto priority : {lane::express, lane::standard, lane::bulk})
      BOOST_REQUIRE(n.publish(7, priority, std::to_string(i)).has_value());
    BOOST_REQUIRE(n.publish(8, lane::standard, "another partition").has_value());
  }
  BOOST_TEST(eventually([&] { return heard.total == 150u; }));
  BOOST_TEST(heard.text(7, lane::express) == expected);
  BOOST_TEST(heard.text(7, lane::standard) == expected);
  BOOST_TEST(heard.text(7, lane::bulk) == expected);
  auto last = heard.of(7, lane::bulk).back().at;
  BOOST_TEST(last.generation == 1);
  BOOST_TEST(last.seq == 199);
  BOOST_TEST(last.published_ns > 0);
}

BOOST_AUTO_TEST_CASE(no_more_arrives_than_the_host_has_granted) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 3);
  for (int i = 0; i < 10; ++i)
    BOOST_REQUIRE(n.publish(1, lane::standard, "x").has_value());
  BOOST_TEST(eventually([&] { return heard.total == 3u; }));
  n.reader->grant(1, lane::standard, 4);
  BOOST_TEST(eventually([&] { return heard.total == 7u; }));
  n.reader->grant(1, lane::standard, 100);
  BOOST_TEST(eventually([&] { return heard.total == 10u; }));
}

BOOST_AUTO_TEST_CASE(the_next_owner_reads_on_behind_the_cursor) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 100);
  for (int i = 0; i < 5; ++i)
    BOOST_REQUIRE(n.publish(1, lane::standard, std::to_string(i)).has_value());
  BOOST_TEST(eventually([&] { return heard.total == 5u; }));
  n.reader->stop(1);
  auto cursor = heard.of(1, lane::standard)[2].at; // the last two were not decided
  for (int i = 5; i < 8; ++i)
    BOOST_REQUIRE(n.publish(1, lane::standard, std::to_string(i)).has_value());
  n.reader->start({1, lane::standard, 2}, cursor, 100);
  BOOST_TEST(eventually([&] { return heard.total == 10u; }));
  BOOST_TEST(heard.text(1, lane::standard) == "0 1 2 3 4 3 4 5 6 7 ");
  BOOST_TEST(heard.of(1, lane::standard).back().owned == 2);
}

BOOST_AUTO_TEST_CASE(who_comes_between_the_question_and_the_answer_is_asked_for_next) {
  const position cursor{1, 5, 0, {}};
  asked_by_hand at{server};
  BOOST_TEST(at.reader->places(places_of::all).empty());
  at.reader->start({7, lane::standard, 1}, cursor, 10); // no generation yet: nobody to tell
  BOOST_TEST(at.newcomers == 0);
  at.reader->open(1);
  BOOST_TEST(at.newcomers == 1);
  BOOST_TEST((at.reader->places(places_of::newcomers) == std::vector{cursor}));
  at.reader->open(1);
  BOOST_TEST(at.newcomers == 1); // it was shown, and reads now
}

BOOST_AUTO_TEST_CASE(who_comes_meanwhile_from_a_younger_stream_is_asked_for_too) {
  const position cursor{2, 5, 0, {}};
  asked_by_hand at{server};
  BOOST_TEST(at.reader->places(places_of::all).empty());
  at.reader->start({7, lane::standard, 1}, cursor, 10);
  at.reader->open(1);
  BOOST_TEST(at.newcomers == 1);
  BOOST_TEST((at.reader->places(places_of::newcomers) == std::vector{cursor}));
  at.reader->open(1); // whoever has seen it there knows what to do about it
  BOOST_TEST(at.newcomers == 1);
}

BOOST_AUTO_TEST_CASE(a_lane_that_waits_to_be_asked_for_has_stalled_after_a_while_and_not_at_once) {
  asked_by_hand at{server};
  at.reader->start({7, lane::standard, 1}, {1, 5, 0, {}}, 10);
  at.reader->open(1);
  BOOST_TEST(at.reader->stalled(60s).empty());
  BOOST_TEST((at.reader->stalled(0s) == std::set<partition_id>{7}));
}

BOOST_AUTO_TEST_CASE(many_lanes_begin_quickly) {
  std::atomic<stream_reader*> granting{nullptr};
  node n{server, registry, noting(heard, &granting)};
  granting = n.reader.get();
  BOOST_REQUIRE(n.ready());
  auto begin = std::chrono::steady_clock::now();
  for (partition_id part = 0; part < 64; ++part)
    for (auto priority : {lane::express, lane::standard, lane::bulk})
      n.reader->start({part, priority, 1}, {}, 100);
  for (partition_id part = 0; part < 64; ++part)
    for (auto priority : {lane::express, lane::standard, lane::bulk})
      BOOST_REQUIRE(n.publish(part, priority, "x").has_value());
  BOOST_TEST(eventually([&] { return heard.total == 192u; }));
  BOOST_TEST_MESSAGE("192 lanes began and heard after "
                     << (std::chrono::steady_clock::now() - begin) / 1ms << " ms");
}

BOOST_AUTO_TEST_CASE(a_killed_server_leaves_no_gap) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 1000);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i)
      BOOST_REQUIRE(n.publish(1, lane::standard, "x").has_value());
    server.restart();
    BOOST_REQUIRE(eventually([&] { return n.publish(1, lane::standard, "y").has_value(); }));
  }
  BOOST_TEST(eventually([&] { return heard.total >= 33u; }));
  std::int64_t seq = 0;
  for (auto& one : heard.of(1, lane::standard))
    BOOST_TEST(one.at.seq == ++seq);
  BOOST_TEST(registry.row().generation == 1); // kill -9 loses nothing: no new generation
}

BOOST_AUTO_TEST_CASE(a_consumer_that_somebody_deletes_is_made_again) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 1000);
  BOOST_REQUIRE(n.publish(1, lane::standard, "a").has_value());
  BOOST_REQUIRE(eventually([&] { return heard.total == 1u; }));
  bus::jetstream js{*n.link, 5s};
  auto gone = bus::wait<bool>(
    [&](auto then) { js.delete_consumer("t1-CMD-g1", "p001-standard-e1-g1", then); });
  BOOST_TEST(gone.has_value());
  BOOST_REQUIRE(n.publish(1, lane::standard, "b").has_value());
  BOOST_TEST(eventually([&] { return heard.total == 2u; }));
  BOOST_TEST(heard.text(1, lane::standard) == "a b ");
}

BOOST_AUTO_TEST_CASE(what_a_slow_client_drops_is_read_again) {
  std::atomic<bool> slow{true};
  auto host = noting(heard);
  auto note = host.on_command;
  host.on_command = [&, note](const reader_key& key, const position& at, std::string data) {
    if (slow) std::this_thread::sleep_for(2ms);
    note(key, at, std::move(data));
  };
  bus::bus_config linking;
  linking.pending_messages_max = 20;
  reader_config reading;
  reading.limits.heartbeat = 100ms; // tells of the loss when nothing else comes
  reading.limits.silence = 5s;
  reading.limits.pull_expiry = 2s;
  node n{server, registry, std::move(host), {}, reading, linking};
  BOOST_REQUIRE(n.ready());
  for (int i = 0; i < 300; ++i)
    BOOST_REQUIRE(n.publish(1, lane::standard, "x").has_value());
  n.reader->start({1, lane::standard, 1}, {}, 100'000);
  BOOST_REQUIRE(eventually([&] { return heard.total > 50u; }));
  slow = false;
  BOOST_TEST(eventually([&] { return heard.total == 300u; }));
  std::int64_t seq = 0;
  for (auto& one : heard.of(1, lane::standard))
    BOOST_TEST(one.at.seq == ++seq);
}

BOOST_AUTO_TEST_CASE(pulls_that_expire_while_commands_arrive_leave_no_lane_unread) {
  constexpr partition_id lanes = 24;
  reader_config reading;
  reading.limits.heartbeat = 100ms;
  reading.limits.pull_expiry = 250ms;
  reading.limits.silence = 60s; // would make another consumer
  node n{server, registry, noting(heard), {}, reading};
  BOOST_REQUIRE(n.ready());
  for (partition_id part = 0; part < lanes; ++part)
    n.reader->start({part, lane::standard, 1}, {}, 1'000'000);
  std::size_t sent = 0;
  auto end = std::chrono::steady_clock::now() + 4s;
  while (std::chrono::steady_clock::now() < end) {
    BOOST_REQUIRE(n.publish(sent % lanes, lane::standard, "x").has_value());
    ++sent;
  }
  BOOST_TEST(eventually([&] { return heard.total == sent; }));
  bus::jetstream js{*n.link, 5s};
  for (partition_id part = 0; part < lanes; ++part) {
    auto first = consumer_name{{part, lane::standard, 1}, 1}.str();
    auto still_there =
      bus::wait<bool>([&](auto then) { js.delete_consumer("t1-CMD-g1", first, then); });
    BOOST_TEST(still_there.has_value(), first);
  }
}

BOOST_AUTO_TEST_CASE(an_idle_lane_follows_the_end_of_the_stream) {
  reader_config reading;
  reading.limits.heartbeat = 200ms;
  reading.limits.silence = 5s;
  reading.limits.pull_expiry = 2s;
  reading.limits.idle_step = 50;
  node n{server, registry, noting(heard), {}, reading};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 10);
  command sent;
  sent.id = command_id::make();
  sent.body = send_message{};
  for (int i = 0; i < 60; ++i)
    BOOST_REQUIRE(n.publish(2, lane::standard, encode(sent)).has_value());
  auto idle_at = [&] {
    std::lock_guard lock{heard.mutex};
    return heard.idle[{1, lane::standard}];
  };
  BOOST_REQUIRE(eventually([&] { return idle_at().seq >= 50; }));
  BOOST_TEST(idle_at().generation == 1);
  BOOST_TEST(idle_at().published_ns > 0);
  BOOST_CHECK(idle_at().command == sent.id);
  BOOST_REQUIRE(n.publish(1, lane::standard, "after").has_value());
  BOOST_TEST(eventually([&] { return heard.total == 1u; }));
}

BOOST_AUTO_TEST_CASE(limits_that_contradict_each_other_are_refused) {
  reader_config config;
  BOOST_TEST(config.validate().has_value());
  config.inactive_threshold = config.limits.pull_expiry;
  BOOST_TEST(!config.validate().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
