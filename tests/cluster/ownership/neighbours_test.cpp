#include "cluster/ownership/neighbours.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

const node_key other{"n2", 7};

struct neighbourhood {
  neighbours uut;
  steady_time now{1h};

  neighbourhood() {
    uut.link(true, now);
    uut.heard(other, now);
  }
  std::size_t quiet_after(std::chrono::milliseconds time) { return uut.quiet(now += time).size(); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(who_has_fallen_quiet)

BOOST_FIXTURE_TEST_CASE(a_node_is_asked_when_its_beacon_is_late, neighbourhood) {
  BOOST_TEST(quiet_after(250ms) == 0u);
  BOOST_TEST(quiet_after(60ms) == 1u);
  BOOST_TEST(quiet_after(50ms) == 0u); // it was asked just now
  BOOST_TEST(quiet_after(60ms) == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_beacon_ends_the_suspicion, neighbourhood) {
  BOOST_TEST(quiet_after(400ms) == 1u);
  uut.heard(other, now);
  BOOST_TEST(quiet_after(200ms) == 0u);
}

BOOST_FIXTURE_TEST_CASE(after_ten_seconds_it_is_gone_and_forgotten, neighbourhood) {
  BOOST_TEST(uut.gone(now).empty());
  BOOST_TEST(uut.gone(now + 10'001ms).size() == 1u);
  BOOST_TEST(uut.gone(now + 10'001ms).empty()); // told once
  BOOST_TEST(quiet_after(10'001ms) == 0u);
}

BOOST_FIXTURE_TEST_CASE(whoever_is_heard_again_after_it_was_gone_is_told_once, neighbourhood) {
  BOOST_TEST(!uut.heard(other, now + 9s));
  BOOST_TEST(uut.gone(now + 20s).size() == 1u);
  BOOST_TEST(uut.heard(other, now + 20s));
  BOOST_TEST(!uut.heard(other, now + 21s));
  BOOST_TEST(uut.gone(now + 30s).empty());
  BOOST_TEST(uut.gone(now + 32s).size() == 1u);
  BOOST_TEST(!uut.heard({"n2", 8}, now + 33s)); // its next life has nothing to miss
}

BOOST_FIXTURE_TEST_CASE(while_our_own_link_is_lost_nobody_is_gone_and_afterwards_the_dead_are,
                        neighbourhood) {
  uut.link(false, now);
  BOOST_TEST(uut.gone(now + 20s).empty());
  uut.link(true, now + 30s);
  BOOST_TEST(uut.gone(now + 40s).empty());
  BOOST_TEST(uut.gone(now + 40'001ms).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(nobody_is_suspected_while_or_shortly_after_our_own_link_was_lost,
                        neighbourhood) {
  uut.link(false, now);
  BOOST_TEST(quiet_after(400ms) == 0u);
  uut.link(true, now);
  uut.heard(other, now);
  BOOST_TEST(quiet_after(4'900ms) == 0u);
  BOOST_TEST(quiet_after(200ms) == 1u);
}

BOOST_FIXTURE_TEST_CASE(after_the_first_link_there_is_no_grace, neighbourhood) {
  BOOST_TEST(quiet_after(310ms) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
