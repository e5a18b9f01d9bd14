/// What was answered is kept, once, under its seq.
#include "tests/chaos/check/story.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::chaos;

BOOST_AUTO_TEST_SUITE(kept)

BOOST_AUTO_TEST_CASE(an_orderly_history_passes) {
  story all;
  all.readers({"reader-1"}).sent(1, 1).heard(1, 1).sent(2, 2).heard(2, 2).mark("stopped");
  all.row(1, 1).row(2, 2);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(an_answered_message_that_is_not_there_is_lost) {
  story all;
  all.sent(1, 1).sent(2, 2).row(1, 1);
  BOOST_TEST((found(all) == kinds{{"lost", 1}}));
}

BOOST_AUTO_TEST_CASE(a_message_without_an_answer_may_be_there_or_not) {
  story all;
  all.sent(1, 1).send(2).answer(2, 0).send(3).answer(3, 503).row(1, 1).row(2, 2);
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(another_seq_than_was_told_is_found) {
  story all;
  all.sent(1, 2).sent(2, 1).row(1, 1).row(2, 2);
  BOOST_TEST((found(all)["wrong_seq"] == 2u));
}

BOOST_AUTO_TEST_CASE(another_text_than_was_sent_is_found) {
  story all;
  all.sent(1, 1).row(1, 1);
  all.held.messages[0].text_hash = 99;
  BOOST_TEST((found(all) == kinds{{"wrong_content", 1}}));
}

BOOST_AUTO_TEST_CASE(a_message_in_another_conversation_is_found) {
  story all;
  all.sent(1, 1, 1).row(1, 1, 2);
  BOOST_TEST((found(all) == kinds{{"wrong_content", 1}}));
}

BOOST_AUTO_TEST_CASE(a_message_that_nobody_sent_is_found) {
  story all;
  all.sent(1, 1).row(1, 1).row(7, 2);
  BOOST_TEST((found(all) == kinds{{"nobody_sent_it", 1}}));
}

BOOST_AUTO_TEST_CASE(one_message_in_two_rows_is_found) {
  story all;
  all.sent(1, 1).row(1, 1).row(1, 2);
  BOOST_TEST((found(all)["stored_twice"] == 1u));
}

BOOST_AUTO_TEST_CASE(one_command_that_made_two_rows_is_found) {
  story all;
  all.sent(1, 1).sent(2, 2).row(1, 1).row(2, 2);
  all.held.messages[1].command = all.held.messages[0].command;
  BOOST_TEST((found(all) == kinds{{"stored_twice", 1}}));
}

BOOST_AUTO_TEST_CASE(a_202_that_got_its_number_passes_and_one_that_did_not_is_found) {
  story all;
  all.send(1).answer(1, 202).send(2).answer(2, 202).row(1, 1);
  all.held.inbox.push_back(message(2));
  BOOST_TEST((found(all) == kinds{{"never_numbered", 1}}));
}

BOOST_AUTO_TEST_CASE(a_202_that_was_refused_or_parked_later_is_found) {
  story all;
  all.send(1).answer(1, 202).send(2).answer(2, 202).row(1, std::nullopt);
  all.held.dead_letters[message(2)] = "poison";
  BOOST_TEST((found(all) == kinds{{"failed_after_accept", 2}}));
}

BOOST_AUTO_TEST_CASE(a_missing_seq_and_a_double_one_are_found) {
  story gap;
  gap.sent(1, 1).sent(2, 3).row(1, 1).row(2, 3);
  BOOST_TEST((found(gap)["seq_missing"] == 1u));
  story twice;
  twice.sent(1, 1).sent(2, 1).row(1, 1).row(2, 1);
  BOOST_TEST((found(twice)["seq_twice"] == 1u));
  story begins_late;
  begins_late.sent(1, 2).row(1, 2);
  BOOST_TEST((found(begins_late)["seq_missing"] == 1u));
}

BOOST_AUTO_TEST_CASE(a_conversation_that_counts_further_than_its_messages_is_found) {
  story all;
  all.sent(1, 1).row(1, 1);
  all.held.last_seq[room(1)] = 2;
  BOOST_TEST((found(all)["seq_missing"] == 1u));
}

BOOST_AUTO_TEST_CASE(owners_may_change_but_not_come_back_under_an_old_epoch) {
  story fine;
  fine.sent(1, 1)
    .sent(2, 2)
    .sent(3, 3)
    .row(1, 1, 1, 1, "n1")
    .row(2, 2, 1, 2, "n2")
    .row(3, 3, 1, 3, "n1");
  BOOST_TEST(found(fine).empty());
  story back;
  back.sent(1, 1).sent(2, 2).row(1, 1, 1, 2, "n2").row(2, 2, 1, 1, "n1");
  BOOST_TEST((found(back) == kinds{{"epoch_went_back", 1}}));
}

BOOST_AUTO_TEST_CASE(two_nodes_under_one_epoch_are_found_across_conversations) {
  story all;
  all.sent(1, 1, 1).sent(2, 1, 2).row(1, 1, 1, 5, "n1").row(2, 1, 2, 5, "n2");
  all.held.messages[1].part = all.held.messages[0].part;
  BOOST_TEST((found(all) == kinds{{"two_owners", 1}}));
}

BOOST_AUTO_TEST_CASE(creation_times_that_go_back_are_found) {
  story all;
  all.sent(1, 1).sent(2, 2).row(1, 1).row(2, 2);
  all.held.messages[0].created_at = 10;
  BOOST_TEST((found(all) == kinds{{"created_went_back", 1}}));
}

BOOST_AUTO_TEST_SUITE_END()
