#include "tests/cluster/reader/reader_world.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace recado::cluster::testing;

namespace {

struct world {
  worlds::nats_server server;
  memory_registry registry;
  heard_commands heard;

  bool generation_becomes(stream_generation wanted) {
    return eventually([&] { return registry.row().generation == wanted; });
  }
};

void publish_some(node& n, int count, const std::string& data) {
  for (int i = 0; i < count; ++i)
    BOOST_REQUIRE(eventually([&] { return n.publish(1, lane::standard, data).has_value(); }));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(stream_keeper_suite, world)

BOOST_AUTO_TEST_CASE(the_first_node_makes_generation_one) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  BOOST_TEST(n.keeper->generation() == 1);
  BOOST_TEST(registry.row().generation == 1);
  bus::jetstream js{*n.link, 5s};
  auto info = bus::wait<bus::stream_state>([&](auto then) { js.stream_info("t1-CMD-g1", then); });
  BOOST_REQUIRE(info.has_value());
  BOOST_TEST(info->created == registry.row().created);
}

BOOST_AUTO_TEST_CASE(many_nodes_at_once_agree_on_one_generation) {
  std::array<std::unique_ptr<node>, 5> nodes;
  for (auto& n : nodes)
    n = std::make_unique<node>(server, registry, noting(heard));
  for (auto& n : nodes)
    BOOST_REQUIRE(n->ready());
  for (auto& n : nodes)
    BOOST_TEST(n->keeper->generation() == 1);
  // Its store is lost: one of them notices first, all end in the same next generation.
  server.kill();
  server.delete_store();
  server.start();
  BOOST_REQUIRE(generation_becomes(2));
  for (auto& n : nodes)
    BOOST_TEST(eventually([&] { return n->keeper->generation() == 2; }));
  BOOST_TEST(registry.row().generation == 2);
}

BOOST_AUTO_TEST_CASE(a_restart_that_loses_nothing_keeps_the_generation) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 1000);
  publish_some(n, 10, "x");
  BOOST_REQUIRE(eventually([&] { return heard.total == 10u; }));
  int before = n.verified;
  server.restart();
  BOOST_REQUIRE(eventually([&] { return n.verified > before; }));
  BOOST_TEST(n.keeper->generation() == 1);
}

BOOST_AUTO_TEST_CASE(a_lost_store_is_followed_by_a_stream_that_is_read_from_its_beginning) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 1000);
  publish_some(n, 10, "old");
  BOOST_REQUIRE(eventually([&] { return heard.total == 10u; }));
  server.kill();
  server.delete_store();
  server.start();
  BOOST_REQUIRE(generation_becomes(2));
  publish_some(n, 3, "new");
  BOOST_REQUIRE(eventually([&] { return heard.total == 13u; }));
  auto last = heard.of(1, lane::standard).back();
  BOOST_TEST(last.data == "new");
  BOOST_TEST(last.at.generation == 2);
  BOOST_TEST(last.at.seq == 3);
}

BOOST_AUTO_TEST_CASE(a_cut_tail_that_others_fill_again_hides_nothing) {
  // Another client fills the tail again before our node, which is paused, can look.
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  n.reader->start({1, lane::standard, 1}, {}, 1000);
  publish_some(n, 20, std::string(200, 'a'));
  BOOST_REQUIRE(eventually([&] { return heard.total == 20u; }));
  auto generation_one = command_subject("t1", 1, lane::standard, 1);
  registry.broken = true; // the node cannot settle until the tail is full again
  server.kill();
  BOOST_REQUIRE(server.truncate_tail("t1-CMD-g1", 1500));
  server.start();
  bus::bus_config other;
  other.urls = {server.url()};
  auto filler = std::move(*bus::connection::connect(other));
  std::uint64_t last = 0;
  while (last < 25) {
    auto ack = bus::wait<bus::pub_ack>(
      [&](auto then) { filler->publish_stream(generation_one, std::string(200, 'b'), 5s, then); });
    if (!ack) continue;
    if (last == 0) BOOST_REQUIRE(ack->seq <= 20); // the tail was cut indeed
    last = ack->seq;
  }
  registry.broken = false;
  BOOST_TEST(generation_becomes(2));
  publish_some(n, 1, "new");
  BOOST_TEST(eventually([&] { return heard.of(1, lane::standard).back().data == "new"; }));
}

BOOST_AUTO_TEST_CASE(the_cursor_of_a_new_owner_is_examined_before_it_reads) {
  position cursor;
  {
    node n{server, registry, noting(heard)};
    BOOST_REQUIRE(n.ready());
    n.reader->start({1, lane::standard, 1}, {}, 1000);
    publish_some(n, 5, "old");
    BOOST_REQUIRE(eventually([&] { return heard.total == 5u; }));
    cursor = heard.of(1, lane::standard).back().at;
  }
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  auto wrong = cursor;
  wrong.published_ns += 1; // as if another message had been there
  n.reader->start({1, lane::standard, 2}, wrong, 1000);
  BOOST_TEST(generation_becomes(2));
  publish_some(n, 1, "new");
  BOOST_TEST(eventually([&] { return heard.total == 6u; }));
  // A sound one just goes on.
  auto sound = heard.of(1, lane::standard).back().at;
  n.reader->start({1, lane::standard, 3}, sound, 1000);
  publish_some(n, 1, "newer");
  BOOST_TEST(eventually([&] { return heard.total == 7u; }));
  BOOST_TEST(registry.row().generation == 2);
}

BOOST_AUTO_TEST_CASE(without_the_database_it_keeps_trying) {
  registry.broken = true;
  node n{server, registry, noting(heard)};
  std::this_thread::sleep_for(200ms);
  BOOST_TEST(n.keeper->generation() == 0);
  registry.broken = false;
  BOOST_TEST(n.ready());
}

BOOST_AUTO_TEST_CASE(a_broken_link_means_no_generation) {
  node n{server, registry, noting(heard)};
  BOOST_REQUIRE(n.ready());
  server.kill();
  BOOST_TEST(eventually([&] { return n.keeper->generation() == 0; }));
  server.start();
  BOOST_TEST(n.ready());
}

BOOST_AUTO_TEST_CASE(old_generations_are_swept_when_nobody_needs_them) {
  keeper_config keeping;
  keeping.max_age_s = 1;
  keeping.refresh_ms = 200;
  node n{server, registry, noting(heard), keeping};
  BOOST_REQUIRE(n.ready());
  bus::jetstream js{*n.link, 5s};
  auto exists = [&](const std::string& name) {
    return bus::wait<bus::stream_state>([&](auto then) { js.stream_info(name, then); }).has_value();
  };
  auto seen = registry.row();
  BOOST_REQUIRE(*registry.compare_and_set("", seen, {1, "as if it had been another stream"}));
  BOOST_REQUIRE(generation_becomes(2));
  BOOST_TEST(eventually([&] { return !exists("t1-CMD-g1"); }));
  BOOST_TEST(exists("t1-CMD-g2"));
}

BOOST_AUTO_TEST_SUITE_END()
