#include "cluster/ownership/silence.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

const node_key other{"n2", 7};

struct watcher {
  silence uut;
  steady_time now{1h};
  void look(std::int64_t heartbeat, std::chrono::milliseconds after = 200ms) {
    now += after;
    uut.observe({{other, heartbeat, false}}, 200ms, now);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(silence_suite)

BOOST_FIXTURE_TEST_CASE(three_seconds_without_a_beat_are_silence, watcher) {
  look(1);
  for (int i = 0; i < 14; ++i)
    look(1);
  BOOST_TEST(!uut.dead(other, now));
  look(1);
  BOOST_TEST(uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(one_beat_ends_it, watcher) {
  look(1);
  for (int i = 0; i < 14; ++i)
    look(1);
  look(2);
  look(2);
  BOOST_TEST(!uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(few_polls_prove_nothing_however_long_ago_they_were, watcher) {
  look(1);
  for (int i = 0; i < 5; ++i)
    look(1, 900ms);
  BOOST_TEST(!uut.dead(other, now));
  look(1, 900ms);
  BOOST_TEST(uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(our_own_pause_starts_the_count_again, watcher) {
  look(1);
  for (int i = 0; i < 14; ++i)
    look(1);
  look(1, 1500ms);
  BOOST_TEST(!uut.dead(other, now));
  for (int i = 0; i < 14; ++i)
    look(1);
  BOOST_TEST(!uut.dead(other, now));
  look(1);
  BOOST_TEST(uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(who_says_that_it_serves_nothing_is_believed_after_a_second, watcher) {
  look(1);
  for (int i = 0; i < 4; ++i)
    look(1);
  uut.serves_nothing(other, now);
  BOOST_TEST(!uut.dead(other, now));
  look(1);
  BOOST_TEST(uut.dead(other, now));
  look(2); // its heartbeat is back
  BOOST_TEST(!uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(what_was_said_a_while_ago_is_no_sign, watcher) {
  look(1);
  uut.serves_nothing(other, now);
  for (int i = 0; i < 6; ++i)
    look(1);
  BOOST_TEST(!uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(who_serves_nothing_but_beats_is_alive, watcher) {
  for (int i = 0; i < 20; ++i) {
    uut.serves_nothing(other, now);
    look(i);
  }
  BOOST_TEST(!uut.dead(other, now));
  BOOST_TEST(!uut.stands_still(other));
}

BOOST_FIXTURE_TEST_CASE(who_left_is_dead_at_once, watcher) {
  uut.observe({{other, 1, true}}, 200ms, now);
  BOOST_TEST(uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(who_has_no_row_is_silent_too, watcher) {
  const node_key unknown{"n3", 1};
  look(1);
  BOOST_TEST(!uut.dead(unknown, now));
  for (int i = 2; i < 20; ++i)
    look(i);
  BOOST_TEST(uut.dead(unknown, now));
  BOOST_TEST(!uut.dead(other, now));
}

BOOST_FIXTURE_TEST_CASE(a_counter_that_rests_is_suspicious_before_it_is_silent, watcher) {
  look(1);
  BOOST_TEST(!uut.suspicious(now));
  look(1);
  BOOST_TEST(!uut.suspicious(now));
  look(1);
  look(1);
  BOOST_TEST(uut.suspicious(now));
  for (int i = 0; i < 20; ++i)
    look(1);
  BOOST_TEST(!uut.suspicious(now));
}

BOOST_AUTO_TEST_SUITE_END()
