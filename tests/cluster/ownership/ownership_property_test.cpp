#include "tests/cluster/ownership/ownership_world.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using recado::cluster::test::ownership_faults;
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

BOOST_AUTO_TEST_SUITE_END()
