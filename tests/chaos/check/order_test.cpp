/// One order: as answers were given, as sessions spoke.
#include "tests/chaos/check/story.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::chaos;

BOOST_AUTO_TEST_SUITE(order)

BOOST_AUTO_TEST_CASE(messages_that_overlap_may_come_in_any_order) {
  story all;
  all.send(1)
    .send(2, 1, "bulk-1")
    .answer(1, 201, 2)
    .answer(2, 201, 1, false, "bulk-1")
    .row(1, 2)
    .row(2, 1);
  std::swap(all.held.messages[0].created_at, all.held.messages[1].created_at);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(what_was_sent_after_an_answer_may_not_come_before_it) {
  story all;
  all.sent(1, 2).sent(2, 1);
  auto seen = all.told();
  findings into;
  check_real_time_order(seen, placement_of(seen, nullptr), into);
  BOOST_TEST(into.count(broken::out_of_order) == 1u);
}

BOOST_AUTO_TEST_CASE(a_202_is_an_answer_too) {
  story all;
  all.send(1).answer(1, 202).sent(2, 1).again(1).answer(1, 201, 2);
  auto seen = all.told();
  findings into;
  check_real_time_order(seen, placement_of(seen, nullptr), into);
  BOOST_TEST(into.count(broken::out_of_order) == 1u);
}

BOOST_AUTO_TEST_CASE(an_old_try_may_arrive_late) {
  // Message 1 was tried before 2 was answered: its first try may be the one that counted.
  story all;
  all.send(1)
    .answer(1, 0)
    .send(2, 1, "post-2")
    .answer(2, 201, 2, false, "post-2")
    .again(1)
    .answer(1, 201, 1);
  auto seen = all.told();
  findings into;
  check_real_time_order(seen, placement_of(seen, nullptr), into);
  BOOST_TEST(into.total() == 0u);
}

BOOST_AUTO_TEST_CASE(conversations_have_nothing_to_do_with_each_other) {
  story all;
  all.sent(1, 1, 1).sent(2, 2, 1).sent(3, 1, 2).row(1, 1, 1).row(2, 2, 1).row(3, 1, 2);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(a_long_history_is_compared_in_time) {
  story all;
  constexpr unsigned many = 20'000;
  for (unsigned n = 1; n <= many; ++n)
    all.sent(n, n).row(n, n);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(a_session_keeps_the_order_of_what_was_not_answered_yet) {
  story fine;
  fine.say(1, 1)
    .say(2, 1)
    .answer(1, 201, 1, false, "session-1", 1)
    .answer(2, 201, 2, false, "session-1", 1);
  fine.row(1, 1).row(2, 2);
  BOOST_TEST(found(fine).empty());
  story swapped;
  swapped.say(1, 1)
    .say(2, 1)
    .answer(1, 201, 2, false, "session-1", 1)
    .answer(2, 201, 1, false, "session-1", 1);
  swapped.row(2, 1).row(1, 2);
  BOOST_TEST((found(swapped) == kinds{{"session_order", 1}}));
}

BOOST_AUTO_TEST_CASE(lanes_of_a_session_may_overtake_each_other) {
  story all;
  all.say(1, 1, 1, "bulk").say(2, 1, 1, "express");
  all.answer(1, 201, 2, false, "session-1", 1)
    .answer(2, 201, 1, false, "session-1", 1)
    .row(2, 1)
    .row(1, 2);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(what_a_session_was_refused_takes_its_place_when_it_is_sent_again) {
  story all;
  all.say(1, 1).say(2, 1).answer(1, 503, std::nullopt, false, "session-1", 1);
  all.answer(2, 201, 1, false, "session-1", 1).again(1, "session-1", 2);
  all.answer(1, 201, 2, false, "session-1", 2).row(2, 1).row(1, 2);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(a_connection_that_broke_is_no_excuse) {
  story all;
  all.say(1, 1).say(2, 1).answer(1, 0, std::nullopt, false, "session-1", 1);
  all.answer(2, 0, std::nullopt, false, "session-1", 1)
    .again(1, "session-1", 2)
    .again(2, "session-1", 2);
  all.answer(1, 201, 2, false, "session-1", 2).answer(2, 201, 1, true, "session-1", 2);
  all.row(2, 1).row(1, 2);
  BOOST_TEST((found(all) == kinds{{"session_order", 1}}));
}

BOOST_AUTO_TEST_SUITE_END()
