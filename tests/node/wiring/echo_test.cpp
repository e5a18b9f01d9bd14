#include "node/wiring/echo.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace std::chrono_literals;

namespace {

struct listening {
  wiring::echo own{800ms};
  steady_time now{};

  /// A beacon every 200 ms for so long; each comes back if the node can hear.
  void speak_for(std::chrono::milliseconds time, bool hears) {
    for (auto end = now + time; now < end; now += 200ms) {
      own.said(now);
      if (hears) own.heard();
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(an_echo, listening)

BOOST_AUTO_TEST_CASE(that_comes_back_is_not_missing) {
  BOOST_TEST(!own.missing(now));
  speak_for(10s, true);
  BOOST_TEST(!own.missing(now));
}

BOOST_AUTO_TEST_CASE(that_does_not_come_back_is_missing_after_a_while_and_until_it_does) {
  speak_for(10s, true);
  speak_for(800ms, false);
  BOOST_TEST(!own.missing(now));
  speak_for(200ms, false);
  BOOST_TEST(own.missing(now));
  own.heard();
  BOOST_TEST(!own.missing(now));
}

BOOST_AUTO_TEST_CASE(of_what_was_not_said_is_not_missed) {
  speak_for(1s, true);
  now += 5s; // the machine had no time for us
  BOOST_TEST(!own.missing(now));
  own.said(now);
  BOOST_TEST(!own.missing(now + 800ms));
  BOOST_TEST(own.missing(now + 801ms));
}

BOOST_AUTO_TEST_CASE(is_not_missed_by_who_speaks_seldom) {
  for (int i = 0; i < 5; ++i, now += 2s) {
    BOOST_TEST(!own.missing(now));
    own.said(now);
    own.heard();
  }
}

BOOST_AUTO_TEST_CASE(is_not_expected_from_a_link_that_broke) {
  speak_for(2s, false);
  own.restart();
  BOOST_TEST(!own.missing(now));
}

BOOST_AUTO_TEST_SUITE_END()
