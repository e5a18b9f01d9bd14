#include "runtime/fault/plan.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::fault {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(fault_plan)

BOOST_AUTO_TEST_CASE(a_point_rests_as_long_and_as_often_as_is_said) {
  auto plan = parse_plan("store.in_transaction:pause=3000:one_in=50,other:pause=1");
  BOOST_REQUIRE(plan.size() == 2u);
  BOOST_TEST((plan["store.in_transaction"] == order{3'000ms, 50}));
  BOOST_TEST((plan["other"] == order{1ms, 1}));
}

BOOST_AUTO_TEST_CASE(nothing_said_is_nothing_done) {
  BOOST_TEST(parse_plan("").empty());
  BOOST_TEST(parse_plan(",,").empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_does_nothing) {
  auto plan = parse_plan("point:pause=soon:one_in=0:colour=red");
  BOOST_TEST((plan["point"] == order{}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::fault
