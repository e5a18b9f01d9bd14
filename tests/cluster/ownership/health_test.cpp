#include "cluster/ownership/health.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

struct two_nodes {
  health uut;
  steady_time now{1h};
  std::vector<node_row> nodes{{.who = {"n1", 1}}, {.who = {"n2", 1}}};
  std::vector<partition_row> partitions{{0, 1, node_key{"n1", 1}, ""},
                                        {1, 1, node_key{"n2", 1}, ""}};

  void see(steady_time::duration later = 0s) {
    now += later;
    uut.observe(nodes, partitions, now);
  }
  void restart_n1(std::int64_t incarnation) {
    nodes[0].who.incarnation = incarnation;
    see(1s);
    partitions[0].owner = nodes[0].who; // it takes back what it had
    see();
  }
  bool proven_after(steady_time::duration time) { return uut.proven(nodes[0].who, now + time); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(the_health_of_nodes)

BOOST_FIXTURE_TEST_CASE(a_new_node_has_to_live_for_five_seconds, two_nodes) {
  see();
  BOOST_TEST(!proven_after(4'999ms));
  BOOST_TEST(proven_after(5s));
}

BOOST_FIXTURE_TEST_CASE(every_death_within_ten_minutes_doubles_that, two_nodes) {
  see();
  restart_n1(2);
  BOOST_TEST(!proven_after(9'999ms));
  BOOST_TEST(proven_after(10s));
  restart_n1(3);
  BOOST_TEST(!proven_after(19'999ms));
  BOOST_TEST(proven_after(20s));
  see(11min);
  restart_n1(4);
  BOOST_TEST(proven_after(10s));
  BOOST_TEST(uut.proven(nodes[1].who, now)); // nothing happened to the other one
}

BOOST_FIXTURE_TEST_CASE(a_node_that_gave_everything_back_before_did_not_die, two_nodes) {
  see();
  partitions[0].owner.reset();
  see(1s);
  restart_n1(2);
  BOOST_TEST(proven_after(5s));
}

BOOST_FIXTURE_TEST_CASE(two_seconds_without_nats_are_too_long, two_nodes) {
  nodes[0].nats_ok = false;
  see();
  BOOST_TEST(!uut.cut_off(nodes[0].who, now + 1'999ms));
  BOOST_TEST(uut.cut_off(nodes[0].who, now + 2s));
  nodes[0].nats_ok = true;
  see(1s);
  BOOST_TEST(!uut.cut_off(nodes[0].who, now + 2s));
}

BOOST_AUTO_TEST_SUITE_END()
