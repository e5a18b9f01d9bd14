/// The checks are worth what they catch: nodes that are wired wrongly must be found out.
#include "tests/simulation/world.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::simulation;

namespace {

constexpr std::uint64_t seeds_max = 400;

/// Some seed of the first few hundred breaks a promise.
void caught(const char* what, bool wiring::*part) {
  wiring wrong;
  wrong.*part = false;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    auto got = run_seed(seed, wrong);
    if (got.broken.empty()) continue;
    BOOST_TEST_MESSAGE(what << ": seed " << seed << ": " << got.broken);
    return;
  }
  BOOST_ERROR(what << " was not noticed in " << seeds_max << " seeds");
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulated_mutants)

BOOST_AUTO_TEST_CASE(a_commit_without_fence_is_caught) {
  caught("no fence", &wiring::fence);
}
BOOST_AUTO_TEST_CASE(an_answer_before_the_commit_is_caught) {
  caught("answer before commit", &wiring::answer_after_commit);
}
BOOST_AUTO_TEST_CASE(a_pre_read_that_finds_no_duplicates_is_caught) {
  caught("no dedupe", &wiring::dedupe);
}
BOOST_AUTO_TEST_CASE(a_pre_read_that_does_not_look_again_after_a_failed_commit_is_caught) {
  caught("no second look", &wiring::look_again);
}
BOOST_AUTO_TEST_CASE(an_inbox_that_is_not_decided_first_is_caught) {
  caught("inbox not first", &wiring::inbox_first);
}
BOOST_AUTO_TEST_CASE(an_owner_that_begins_at_the_end_of_the_stream_is_caught) {
  caught("wrong resume cursor", &wiring::resume_at_cursor);
}
BOOST_AUTO_TEST_CASE(a_lane_that_goes_on_in_a_stream_that_was_cut_and_filled_anew_is_caught) {
  caught("places not judged", &wiring::examine_places);
}
BOOST_AUTO_TEST_CASE(a_gap_that_nobody_notices_is_caught) {
  caught("gaps not told", &wiring::tell_gaps);
}
BOOST_AUTO_TEST_CASE(an_unknown_outcome_that_is_taken_for_success_is_caught) {
  caught("unknown is success", &wiring::doubt_unknown);
}
BOOST_AUTO_TEST_CASE(a_doubtful_commit_that_may_still_arrive_is_caught) {
  caught("epochs not raised", &wiring::raise_epochs);
}
BOOST_AUTO_TEST_CASE(a_cursor_that_runs_ahead_of_decisions_is_caught) {
  caught("cursor runs ahead", &wiring::cursor_waits);
}

BOOST_AUTO_TEST_SUITE_END()
