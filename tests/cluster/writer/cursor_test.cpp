#include "cluster/writer/cursor.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace recado;
using namespace recado::cluster;

BOOST_AUTO_TEST_SUITE(cursor)

BOOST_AUTO_TEST_CASE(the_cursor_waits_for_the_oldest_open_command) {
  cursor_tracker lane{{1, 10, {}}};
  for (auto seq : {12, 15, 19})
    BOOST_TEST(lane.delivered(1, seq, command_id::make()));
  lane.done(1, 15);
  BOOST_TEST(lane.cursor().seq == 10);
  lane.done(1, 12);
  BOOST_TEST(lane.cursor().seq == 15);
  lane.done(1, 19);
  BOOST_TEST(lane.cursor().seq == 19);
  BOOST_TEST(lane.unwritten() == 3u);
  BOOST_TEST(lane.open() == 0u);
}

BOOST_AUTO_TEST_CASE(what_ends_ends_once_and_only_if_it_was_delivered_here) {
  cursor_tracker lane{{1, 10, {}}};
  BOOST_TEST(lane.delivered(1, 12, {}));
  BOOST_TEST(lane.delivered(1, 15, {}));
  BOOST_TEST(!lane.done(1, 9));
  BOOST_TEST(!lane.done(2, 12));
  BOOST_TEST(lane.done(1, 15));
  BOOST_TEST(!lane.done(1, 15)); // though it waits for 12
  BOOST_TEST(lane.done(1, 12));
  BOOST_TEST(!lane.done(1, 12));
  BOOST_TEST(lane.cursor().seq == 15);
}

BOOST_AUTO_TEST_CASE(what_was_delivered_before_is_refused) {
  cursor_tracker lane{{2, 10, {}}};
  BOOST_TEST(!lane.delivered(2, 10, {}));
  BOOST_TEST(!lane.delivered(1, 99, {}));
  BOOST_TEST(lane.delivered(2, 11, {}));
  BOOST_TEST(!lane.delivered(2, 11, {}));
  BOOST_TEST(lane.delivered(3, 1, {})); // a new generation begins again at 1
}

BOOST_AUTO_TEST_CASE(in_any_order_of_completion_the_cursor_never_passes_an_open_command) {
  std::mt19937 rng{7};
  cursor_tracker lane;
  std::vector<std::int64_t> open;
  std::int64_t next = 0;
  for (int i = 0; i < 5'000; ++i) {
    if (open.empty() || (open.size() < 50 && rng() % 2)) {
      next += 1 + rng() % 3;
      BOOST_REQUIRE(lane.delivered(1, next, {}));
      open.push_back(next);
    } else {
      auto at = rng() % open.size();
      lane.done(1, open[at]);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
    }
    for (auto seq : open)
      BOOST_REQUIRE(lane.cursor().seq < seq);
  }
}

BOOST_AUTO_TEST_SUITE_END()
