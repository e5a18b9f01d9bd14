#include "core_world.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::channels::test {

using seqs = std::vector<std::int64_t>;

BOOST_AUTO_TEST_SUITE(tries)

BOOST_AUTO_TEST_CASE(a_delivery_is_begun_sent_and_settled_in_that_order) {
  core_world w;
  w.offer(draft{});
  BOOST_REQUIRE(w.beginning.size() == 1);
  BOOST_TEST(w.beginning[0].attempt == 1);
  BOOST_TEST(w.sending.empty());
  w.grant();
  BOOST_REQUIRE(w.sending.size() == 1);
  BOOST_TEST(w.settling.empty());
  auto answer = sent();
  answer.provider_id = "p1";
  answer.provider_code = "250";
  w.answer(0, answer);
  BOOST_REQUIRE(w.settling.size() == 1);
  const auto& outcome = w.settling[0].outcome;
  BOOST_TEST((outcome.what == outcome_class::sent));
  BOOST_TEST(outcome.provider_id == "p1");
  BOOST_TEST(!outcome.next_at.has_value());
  w.keep();
  BOOST_TEST(w.connector.size() == 0u);
}

BOOST_AUTO_TEST_CASE(what_the_ledger_refuses_to_begin_is_never_sent) {
  core_world w;
  w.offer(draft{});
  w.grant(false);
  BOOST_TEST(w.sending.empty());
  BOOST_TEST(w.connector.size() == 0u);
  BOOST_TEST(w.connector.snapshot(w.now()).in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(a_failed_try_is_repeated_but_never_before_its_backoff) {
  core_world w;
  w.offer(draft{});
  w.go(later());
  BOOST_REQUIRE(w.settled.size() == 1);
  auto next = w.settled[0].outcome.next_at;
  BOOST_REQUIRE(next.has_value());
  BOOST_TEST((*next <= w.now().wall + seconds{1}));
  BOOST_TEST(w.beginning.empty());
  auto wait = std::chrono::duration_cast<std::chrono::microseconds>(*next - w.now().wall);
  if (wait.count() > 0) {
    w.pass(wait - std::chrono::microseconds{1});
    BOOST_TEST(w.beginning.empty());
  }
  w.pass(std::chrono::microseconds{1});
  BOOST_REQUIRE(w.beginning.size() == 1);
  BOOST_TEST(w.beginning[0].attempt == 2);
}

BOOST_AUTO_TEST_CASE(a_retry_honours_retry_after) {
  core_world w;
  w.offer(draft{});
  auto busy = said(outcome_class::retry_after);
  busy.retry_after = seconds{120};
  w.go(busy);
  BOOST_TEST((*w.settled.at(0).outcome.next_at >= noon + seconds{120}));
  w.pass(seconds{119});
  BOOST_TEST(w.beginning.empty());
  w.pass(seconds{2});
  BOOST_TEST(w.beginning.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_provider_that_asks_for_rest_gets_it_from_the_whole_account) {
  core_world w;
  w.offer(draft{.seq = 1});
  auto busy = said(outcome_class::retry_after);
  busy.retry_after = seconds{30};
  busy.holds_account = true;
  w.go(busy);
  w.offer(draft{.seq = 2, .address = "bruno"});
  w.pass(seconds{29});
  BOOST_TEST(w.begun == seqs{1}, boost::test_tools::per_element());
  w.pass(seconds{3});
  BOOST_TEST(w.begun.size() == 3u);
}

BOOST_AUTO_TEST_CASE(after_the_last_try_the_delivery_is_exhausted) {
  auto config = core_world::fast();
  config.retry.attempts = 3;
  core_world w{config};
  w.offer(draft{});
  w.go(later());
  w.pass(std::chrono::hours{1}, [&] { w.go(later()); });
  BOOST_REQUIRE(w.settled.size() == 3);
  BOOST_TEST(w.settled[2].outcome.attempt == 3);
  BOOST_TEST(w.settled[2].outcome.exhausted);
  BOOST_TEST(!w.settled[2].outcome.next_at.has_value());
  BOOST_TEST(w.connector.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_permanent_failure_is_final_at_once) {
  for (auto what : {outcome_class::permanent_message, outcome_class::permanent_recipient}) {
    core_world w;
    w.offer(draft{});
    w.go(said(what));
    BOOST_REQUIRE(w.settled.size() == 1);
    BOOST_TEST(!w.settled[0].outcome.next_at.has_value());
    BOOST_TEST(!w.settled[0].outcome.exhausted);
    BOOST_TEST(w.connector.size() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_end_is_recorded_and_repeated) {
  core_world w;
  w.offer(draft{});
  w.go(said(outcome_class::unknown));
  BOOST_TEST((w.settled.at(0).outcome.what == outcome_class::unknown));
  BOOST_TEST(w.settled.at(0).outcome.next_at.has_value());
}

BOOST_AUTO_TEST_CASE(an_unknown_end_is_final_when_it_may_be_sent_only_once) {
  core_world w;
  w.offer(draft{.at_most_once = true});
  w.go(said(outcome_class::unknown));
  BOOST_TEST(!w.settled.at(0).outcome.next_at.has_value());
  BOOST_TEST(w.connector.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_try_that_a_dead_owner_began_is_recorded_before_it_is_repeated) {
  core_world w;
  w.window({draft{.attempts = 1, .unknown = true}}, {3});
  BOOST_TEST(w.beginning.empty());
  BOOST_REQUIRE(w.settling.size() == 1);
  BOOST_TEST((w.settling[0].outcome.what == outcome_class::unknown));
  BOOST_TEST(w.settling[0].outcome.attempt == 1);
  BOOST_TEST(w.settling[0].outcome.next_at.has_value());
  w.keep();
  w.pass(seconds{2}, [&] { w.go(sent()); });
  BOOST_REQUIRE(w.settled.size() == 2);
  BOOST_TEST(w.settled[1].outcome.attempt == 2);
}

BOOST_AUTO_TEST_CASE(a_try_that_a_dead_owner_began_is_final_when_it_may_be_sent_only_once) {
  core_world w;
  w.window({draft{.attempts = 1, .unknown = true, .at_most_once = true}}, {3});
  w.go(sent());
  BOOST_TEST(w.begun.empty());
  BOOST_TEST(!w.settled.at(0).outcome.next_at.has_value());
}

BOOST_AUTO_TEST_CASE(a_delivery_that_another_owner_keeps_is_forgotten) {
  core_world w;
  w.offer(draft{});
  w.grant();
  w.answer(0, later());
  w.keep(false);
  BOOST_TEST(w.connector.size() == 0u);
  BOOST_TEST(w.connector.snapshot(w.now()).in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(a_retry_that_was_loaded_waits_until_it_is_due) {
  core_world w;
  w.window({draft{.attempts = 2, .due = noon + seconds{50}}}, {3});
  w.pass(seconds{49});
  BOOST_TEST(w.begun.empty());
  w.pass(seconds{1});
  BOOST_REQUIRE(w.beginning.size() == 1);
  BOOST_TEST(w.beginning[0].attempt == 3);
}

BOOST_AUTO_TEST_CASE(what_expires_while_it_waits_is_reported_and_not_sent) {
  core_world w;
  w.offer(draft{.seq = 1, .expires_at = noon + seconds{10}});
  auto busy = said(outcome_class::retry_after);
  busy.retry_after = seconds{60};
  w.go(busy);
  w.offer(draft{.seq = 2, .expires_at = noon + seconds{5}}); // held behind the first
  w.pass(seconds{6});
  BOOST_TEST(w.expired == seqs{2}, boost::test_tools::per_element());
  w.pass(seconds{5});
  BOOST_TEST(w.expired == (seqs{2, 1}), boost::test_tools::per_element());
  BOOST_TEST(w.connector.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_silent_ledger_frees_the_slot_and_the_row_is_read_again) {
  core_world w;
  auto asked = w.asked;
  w.offer(draft{});
  w.pass(std::chrono::minutes{2});
  BOOST_TEST(w.connector.size() == 0u);
  BOOST_TEST(w.connector.snapshot(w.now()).in_flight == 0u);
  BOOST_TEST(w.asked > asked);
}

BOOST_AUTO_TEST_CASE(what_belongs_to_a_deleted_account_fails) {
  core_world w;
  w.offer(draft{.seq = 1});
  w.offer(draft{.seq = 2}); // held
  w.offer(draft{.seq = 3, .address = "bruno", .due = noon + seconds{99}});
  w.take(w.connector.close("gone", w.now()));
  w.go(later()); // the one under way ends as well, without another try
  BOOST_TEST(w.settled.size() == 3u);
  for (const auto& each : w.settled)
    BOOST_TEST(!each.outcome.next_at.has_value());
  BOOST_TEST(w.connector.size() == 0u);
  w.offer(draft{.seq = 4});
  w.go(sent());
  BOOST_TEST(w.settled.size() == 4u);
  BOOST_TEST(w.begun.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
