/// Readers hear everything, in order, once.
#include "tests/chaos/check/story.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::chaos;

namespace {

/// Five messages, all accepted and there.
story five() {
  story all;
  all.readers({"reader-1"});
  for (unsigned n = 1; n <= 5; ++n)
    all.sent(n, n).row(n, n);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(a_reader_that_resumes_where_it_was_passes) {
  auto all = five();
  all.resumes(0, 1).heard(1, 1).heard(2, 2).resumes(2, 2).heard(3, 3, 2).heard(4, 4, 2).heard(5, 5,
                                                                                              2);
  all.mark("stopped");
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_twice_is_found) {
  auto all = five();
  all.heard(1, 1).heard(2, 2).heard(2, 2).heard(3, 3).heard(4, 4).heard(5, 5);
  BOOST_TEST((found(all) == kinds{{"heard_twice", 1}}));
}

BOOST_AUTO_TEST_CASE(what_was_had_before_the_resume_may_not_come_again) {
  auto all = five();
  all.heard(1, 1).heard(2, 2).resumes(2, 2).heard(2, 2, 2).heard(3, 3, 2);
  BOOST_TEST((found(all) == kinds{{"heard_twice", 1}}));
}

BOOST_AUTO_TEST_CASE(a_seq_that_is_left_out_is_a_hole_and_was_not_heard) {
  auto all = five();
  all.heard(1, 1).heard(3, 3).heard(4, 4).heard(5, 5).mark("stopped");
  BOOST_TEST((found(all) == kinds{{"hole_in_stream", 1}, {"not_heard", 1}}));
}

BOOST_AUTO_TEST_CASE(a_hole_that_a_later_resume_fills_is_still_a_hole) {
  auto all = five();
  all.heard(1, 1).heard(3, 3).resumes(1, 2).heard(2, 2, 2).heard(3, 3, 2).heard(4, 4, 2).heard(5, 5,
                                                                                               2);
  all.mark("stopped");
  BOOST_TEST((found(all) == kinds{{"hole_in_stream", 1}}));
}

BOOST_AUTO_TEST_CASE(messages_out_of_order_are_found) {
  auto all = five();
  all.heard(1, 1).heard(3, 3).heard(2, 2).heard(4, 4).heard(5, 5).mark("stopped");
  auto what = found(all);
  BOOST_TEST(what["heard_twice"] == 1u);
  BOOST_TEST(what["hole_in_stream"] == 1u);
}

BOOST_AUTO_TEST_CASE(the_end_must_be_heard_too) {
  auto all = five();
  all.heard(1, 1).heard(2, 2).heard(3, 3).mark("stopped");
  BOOST_TEST((found(all) == kinds{{"not_heard", 2}}));
}

BOOST_AUTO_TEST_CASE(a_reader_that_never_got_anything_is_found) {
  auto all = five();
  all.mark("stopped");
  BOOST_TEST((found(all) == kinds{{"not_heard", 5}}));
}

BOOST_AUTO_TEST_CASE(a_gap_that_was_announced_must_be_fetched) {
  auto fetched = five();
  fetched.heard(1, 1).resumes(1, 2).gap(2, 4, 2).heard(5, 5, 2).fetched(2, 2).fetched(3, 3).fetched(
    4, 4);
  fetched.mark("stopped");
  BOOST_TEST(found(fetched).empty());
  auto not_fetched = five();
  not_fetched.heard(1, 1).resumes(1, 2).gap(2, 4, 2).heard(5, 5, 2).fetched(2, 2).mark("stopped");
  BOOST_TEST((found(not_fetched) == kinds{{"not_heard", 2}}));
}

BOOST_AUTO_TEST_CASE(a_gap_may_be_announced_behind_the_live_message_that_jumped) {
  auto all = five();
  all.heard(1, 1).resumes(1, 2).heard(4, 4, 2).gap(2, 3, 2).heard(5, 5, 2).fetched(2, 2).fetched(3,
                                                                                                 3);
  all.mark("stopped");
  BOOST_TEST(found(all).empty());
}

BOOST_AUTO_TEST_CASE(another_message_under_a_seq_is_found) {
  auto all = five();
  all.heard(2, 1);
  BOOST_TEST((found(all) == kinds{{"heard_other", 1}}));
}

BOOST_AUTO_TEST_CASE(a_message_that_is_in_no_row_is_found) {
  auto all = five();
  all.heard(9, 1);
  BOOST_TEST((found(all)["heard_other"] == 1u));
}

BOOST_AUTO_TEST_SUITE_END()
