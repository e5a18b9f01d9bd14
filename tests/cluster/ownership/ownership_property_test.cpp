#include "tests/cluster/ownership/ownership_world.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using recado::cluster::test::ownership_world;

BOOST_AUTO_TEST_SUITE(ownership_histories)

BOOST_AUTO_TEST_CASE(two_nodes_that_crash_and_pause_never_own_one_epoch_both) {
  std::size_t owns = 0, adoptions = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    ownership_world world{seed, {}};
    world.run(120s);
    world.calm();
    world.run(30s);
    BOOST_REQUIRE_MESSAGE(world.broken.empty(), "seed " << seed << ": " << world.broken);
    BOOST_REQUIRE_MESSAGE(world.all_served(), "seed " << seed << ": something has no owner");
    owns += world.owns;
    adoptions += world.adoptions;
  }
  BOOST_TEST_MESSAGE(owns << " acquisitions, " << adoptions << " adoptions");
  BOOST_TEST(adoptions > 0u);
}

BOOST_AUTO_TEST_CASE(when_one_node_dies_the_other_serves_everything) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    ownership_world world{seed, {}};
    world.run(20s);
    world.calm();
    world.kill(seed % 2);
    world.run(30s);
    BOOST_REQUIRE_MESSAGE(world.broken.empty(), "seed " << seed << ": " << world.broken);
    BOOST_REQUIRE_MESSAGE(world.all_served(), "seed " << seed << ": something has no owner");
  }
}

BOOST_AUTO_TEST_CASE(a_silent_node_is_replaced_within_four_seconds) {
  ownership_world world{7, {0, 0, 0, 0, 0, 0}};
  world.run(5s);
  BOOST_REQUIRE(world.all_served());
  world.kill(0);
  world.run(4500ms); // the next calm poll, 3 s of silence, the claim
  BOOST_TEST(world.all_served());
}

BOOST_AUTO_TEST_CASE(a_killed_process_is_replaced_within_a_second) {
  ownership_world world{11, {0, 0, 0, 0, 0, 0}, 3};
  world.run(10s);
  BOOST_REQUIRE(world.all_served());
  world.kill(0); // its session in PostgreSQL ends with it
  world.run(800ms);
  BOOST_TEST(world.all_served());
  BOOST_TEST(world.broken.empty(), world.broken);
}

BOOST_AUTO_TEST_CASE(three_nodes_share_evenly_and_a_fourth_gets_its_part) {
  ownership_world world{5, {0, 0, 0, 0, 0, 0}, 3};
  world.run(15s);
  for (std::size_t node = 0; node < 3; ++node)
    BOOST_TEST((world.load(node) == 2u || world.load(node) == 3u));
  auto before = world.moves;
  world.join();
  world.run(15s);
  for (std::size_t node = 0; node < 4; ++node)
    BOOST_TEST(world.load(node) == 2u);
  BOOST_TEST(world.moves - before <= ownership_world::partitions / 4 + 1);
  BOOST_TEST((world.longest_pause < 150ms));
  BOOST_TEST(world.all_served());
}

BOOST_AUTO_TEST_CASE(a_drained_node_gives_everything_away_and_takes_part_again_later) {
  ownership_world world{6, {0, 0, 0, 0, 0, 0}, 3};
  world.run(10s);
  world.drain(1, true);
  world.run(5s);
  BOOST_TEST(world.load(1) == 0u);
  BOOST_TEST(world.all_served());
  world.drain(1, false);
  world.run(5s);
  BOOST_TEST(world.load(1) >= 2u);
}

BOOST_AUTO_TEST_CASE(of_two_nodes_the_last_one_keeps_what_it_has_even_when_both_are_drained) {
  ownership_world world{8, {0, 0, 0, 0, 0, 0}};
  world.run(10s);
  world.drain(0, true);
  world.run(5s);
  world.drain(1, true);
  world.run(10s);
  BOOST_TEST(world.all_served());
}

BOOST_AUTO_TEST_CASE(nodes_that_crash_while_partitions_move_never_own_one_epoch_both) {
  std::size_t moves = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    ownership_world world{seed, {.lost_release = 0.05}, 2 + seed % 3};
    world.run(40s);
    world.join();
    world.run(20s);
    world.drain(seed % 2, true);
    world.run(40s);
    world.calm();
    world.run(40s);
    BOOST_REQUIRE_MESSAGE(world.broken.empty(), "seed " << seed << ": " << world.broken);
    BOOST_REQUIRE_MESSAGE(world.all_served(), "seed " << seed << ": something has no owner");
    BOOST_REQUIRE_MESSAGE(world.load(seed % 2) == 0, "seed " << seed << ": not drained");
    moves += world.moves;
  }
  BOOST_TEST_MESSAGE(moves << " hand-overs");
  BOOST_TEST(moves > 500u);
}

BOOST_AUTO_TEST_SUITE_END()
