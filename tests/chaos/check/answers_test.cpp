/// Retries, refusals, statuses.
#include "tests/chaos/check/story.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::chaos;

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(a_retry_that_is_told_the_same_passes) {
  story all;
  all.send(1).answer(1, 0).again(1).answer(1, 503).again(1).answer(1, 201, 1).again(1).answer(
    1, 201, 1, true);
  all.row(1, 1);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(a_202_may_become_201_but_not_the_other_way) {
  story fine;
  fine.send(1).answer(1, 202).again(1).answer(1, 202).again(1).answer(1, 201, 1).row(1, 1);
  BOOST_TEST(found(fine).empty());
  story back;
  back.send(1).answer(1, 201, 1).again(1).answer(1, 202).row(1, 1);
  BOOST_TEST((found(back) == kinds{{"answer_changed", 1}}));
}

BOOST_AUTO_TEST_CASE(a_retry_that_is_told_another_seq_is_found) {
  story all;
  all.send(1).answer(1, 201, 1).again(1).answer(1, 201, 2, true).row(1, 1);
  BOOST_TEST((found(all) == kinds{{"answer_changed", 1}}));
}

BOOST_AUTO_TEST_CASE(two_answers_that_both_say_new_are_found) {
  story all;
  all.send(1).answer(1, 201, 1).again(1).answer(1, 201, 1).row(1, 1);
  BOOST_TEST((found(all) == kinds{{"new_twice", 1}}));
}

BOOST_AUTO_TEST_CASE(later_is_an_answer_and_no_is_a_refusal) {
  story all;
  all.send(1).answer(1, 429).again(1).answer(1, 401).again(1).answer(1, 503).again(1).answer(1, 201,
                                                                                             1);
  all.send(2).answer(2, 422).again(2).answer(2, 201, 2).row(1, 1).row(2, 2);
  BOOST_TEST((found(all) == kinds{{"refused", 1}}));
}

BOOST_AUTO_TEST_CASE(what_is_still_open_at_the_end_was_never_accepted) {
  story all;
  all.send(1).answer(1, 503).again(1).answer(1, 0).mark("stopped");
  BOOST_TEST((found(all) == kinds{{"never_accepted", 1}}));
}

BOOST_AUTO_TEST_CASE(a_run_that_was_cut_off_may_leave_things_open) {
  story all;
  all.send(1).answer(1, 503).again(1);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(a_status_moves_forward_only) {
  story fine;
  fine.sent(1, 1).look(1, "sent").look(1, "sent").look(1, "delivered").look(1, "read").row(1, 1);
  BOOST_TEST(found(fine).empty());
  story back;
  back.sent(1, 1).look(1, "read").look(1, "delivered").row(1, 1);
  BOOST_TEST((found(back) == kinds{{"status_went_back", 1}}));
}

BOOST_AUTO_TEST_CASE(an_accepted_message_is_never_unknown) {
  story all;
  all.sent(1, 1).look(1, "not found").row(1, 1);
  BOOST_TEST((found(all) == kinds{{"not_found", 1}}));
}

BOOST_AUTO_TEST_CASE(a_receipt_that_was_answered_is_kept) {
  story fine;
  fine.receipt(3, true, 0).receipt(3, true, 200).receipt(4, false, 200).receipt(9, false, 503);
  fine.held.positions.push_back({room(1), "0a1b2c3d-reader-1", 4, 3});
  BOOST_TEST(found(fine).empty());
  story lost;
  lost.receipt(3, true, 200).receipt(5, false, 200);
  lost.held.positions.push_back({room(1), "0a1b2c3d-reader-1", 4, 2});
  BOOST_TEST((found(lost) == kinds{{"receipt_lost", 2}}));
}

BOOST_AUTO_TEST_CASE(a_receipt_for_what_was_heard_is_not_refused) {
  story all;
  all.receipt(3, true, 422);
  BOOST_TEST((found(all) == kinds{{"refused", 1}}));
}

BOOST_AUTO_TEST_SUITE_END()
