#include "tests/cluster/router/router_world.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using recado::cluster::test::faults;
using recado::cluster::test::router_world;

namespace {

router_config config_of(wire how) {
  router_config out;
  out.presence.partitions = router_world::partitions;
  out.how = how;
  out.reply_to = "r.reply.n1.1";
  return out;
}

void histories(wire how, std::uint64_t count, faults what) {
  std::size_t committed = 0;
  router_counters sum;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    router_world world{seed, config_of(how), what};
    for (int i = 0; i < 600; ++i)
      world.step();
    world.settle();
    BOOST_REQUIRE_MESSAGE(world.broken().empty(), "seed " << seed << ": " << world.broken());
    committed += world.committed();
    sum.stored += world.counters().stored;
    sum.moved += world.counters().moved;
    sum.out_of_order += world.counters().out_of_order;
    sum.fallbacks += world.counters().fallbacks;
    sum.unknown += world.counters().unknown;
  }
  BOOST_TEST_MESSAGE(committed << " committed, " << sum.stored << " stored, " << sum.moved
                               << " moved, " << sum.out_of_order << " out of order, "
                               << sum.fallbacks << " fallbacks, " << sum.unknown << " unknown");
  BOOST_TEST(committed > 0u);
  BOOST_TEST(sum.stored > 0u);
  BOOST_TEST(sum.fallbacks > 0u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(router_histories)

BOOST_AUTO_TEST_CASE(over_the_stream_every_command_is_answered_once_and_order_is_kept) {
  histories(wire::stream, 50, {});
}

BOOST_AUTO_TEST_CASE(with_direct_hand_over_too) {
  histories(wire::automatic, 50, {});
}

BOOST_AUTO_TEST_CASE(with_a_link_and_owners_that_change_all_the_time) {
  faults wild;
  wild.link_flips = 0.1;
  wild.owner_dies = 0.05;
  wild.owner_moves = 0.1;
  wild.lost_reply = 0.2;
  wild.lost_publish = 0.2;
  histories(wire::automatic, 50, wild);
}

BOOST_AUTO_TEST_SUITE_END()
