/// Gaps around faults, hand-offs, percentiles; and a verdict that can be shown.
#include "chaos/check/timeline.hpp"
#include "chaos/report/report.hpp"
#include "tests/chaos/check/story.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace recado::chaos;

namespace {

/// Two conversations; the first one's owner dies while a message is under way.
story a_kill() {
  story all;
  all.mark("sending").sent(1, 1, 1).sent(2, 1, 2).fault("kill", "n1", true);
  all.send(3, 1).answer(3, 0).wait(600'000).again(3).answer(3, 201, 2);
  all.sent(4, 2, 2).fault("kill", "n1", false).wait(5'000'000).sent(5, 3, 1).mark("stopped");
  all.row(1, 1, 1, 1, "n1").row(3, 2, 1, 2, "n2").row(5, 3, 1, 2, "n2");
  all.row(2, 1, 2, 1, "n2").row(4, 2, 2, 1, "n2");
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(figure)

BOOST_AUTO_TEST_CASE(percentiles_are_values_that_were_there) {
  std::vector<micros> all;
  for (micros us = 1; us <= 200; ++us)
    all.push_back(us);
  auto of = spread_of(all);
  BOOST_TEST(of.min == 1);
  BOOST_TEST(of.median == 100);
  BOOST_TEST(of.p95 == 190);
  BOOST_TEST(of.p99 == 198);
  BOOST_TEST(of.max == 200);
  BOOST_TEST(spread_of({7}).p99 == 7);
  BOOST_TEST(spread_of({}).count == 0u);
}

BOOST_AUTO_TEST_CASE(the_gap_of_a_fault_is_the_longest_wait_of_each_conversation) {
  auto all = a_kill();
  auto of = figures_of(all.told(), &all.held);
  BOOST_REQUIRE(of.faults.size() == 1u);
  const auto& kill = of.faults[0];
  BOOST_TEST(kill.fault == "kill");
  BOOST_TEST(kill.gaps.count == 2u);
  BOOST_TEST(kill.gaps.max > 600'000);
  BOOST_TEST(kill.gaps.max < 700'000);
  BOOST_TEST(kill.gaps.min < 5'000);
  BOOST_TEST(kill.never == 0u);
}

BOOST_AUTO_TEST_CASE(conversations_of_the_target_are_told_apart) {
  auto all = a_kill();
  auto of = figures_of(all.told(), &all.held);
  BOOST_TEST(of.faults.at(0).owned.count == 1u);
  BOOST_TEST(of.faults.at(0).owned.min > 600'000);
}

BOOST_AUTO_TEST_CASE(the_first_message_under_a_new_epoch_is_the_hand_off) {
  auto all = a_kill();
  auto of = figures_of(all.told(), &all.held);
  BOOST_TEST(of.handoffs.count == 1u);
  BOOST_TEST(of.handoffs.max > 600'000);
  BOOST_TEST(of.faults.at(0).handoffs.count == 1u);
}

BOOST_AUTO_TEST_CASE(posts_during_faults_are_counted_apart_from_the_others) {
  auto all = a_kill();
  auto of = figures_of(all.told(), &all.held);
  BOOST_TEST(of.post_inside.count == 2u);
  BOOST_TEST(of.post_outside.count == 3u);
  BOOST_TEST(of.post_outside.max < 5'000);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_never_accepted_is_counted_with_the_fault) {
  story all;
  all.mark("sending")
    .fault("kill", "n1", true)
    .send(1)
    .answer(1, 0)
    .fault("kill", "n1", false)
    .mark("stopped");
  auto of = figures_of(all.told(), nullptr);
  BOOST_TEST(of.faults.at(0).never == 1u);
  BOOST_TEST(of.unknown == 1u);
}

BOOST_AUTO_TEST_CASE(an_end_belongs_to_the_same_fault_and_target) {
  auto spans = spans_of({{1, true, "kill", "n1", ""},
                         {2, true, "kill", "n2", ""},
                         {3, false, "kill", "n1", ""},
                         {4, true, "kill", "n1", ""},
                         {5, false, "kill", "n1", ""}});
  BOOST_REQUIRE(spans.size() == 3u);
  BOOST_TEST(spans[0].end == 3);
  BOOST_TEST(spans[1].end == 2); // never ended
  BOOST_TEST(spans[2].end == 5);
}

BOOST_AUTO_TEST_CASE(a_verdict_can_be_shown_as_a_page_as_text_and_as_markdown) {
  auto all = a_kill();
  all.sent(6, 4, 1); // and is lost
  auto seen = all.told();
  auto verdict = to_json(judge(seen, &all.held), seen);
  BOOST_TEST(verdict.at("ok") == false);
  BOOST_TEST(verdict.at("counts").at("lost") == 1);
  auto page = html_of(verdict);
  BOOST_TEST(page.find("Promises were broken") != std::string::npos);
  BOOST_TEST(page.find(message(6).str()) != std::string::npos);
  BOOST_TEST(page.find("http://") == std::string::npos); // nothing is loaded from elsewhere
  BOOST_TEST(markdown_of(verdict).find("| kill n1 |") != std::string::npos);
  BOOST_TEST(text_of(verdict).find("PROMISES WERE BROKEN") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_run_without_faults_and_without_answers_can_be_shown_too) {
  story all;
  all.send(1);
  auto seen = all.told();
  auto page = html_of(to_json(judge(seen, nullptr), seen));
  BOOST_TEST(page.find("Without the database") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
