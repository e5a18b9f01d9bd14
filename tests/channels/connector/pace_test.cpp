#include "core_world.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::channels::test {

using seqs = std::vector<std::int64_t>;

BOOST_AUTO_TEST_SUITE(pace)

BOOST_AUTO_TEST_CASE(no_more_than_max_in_flight_are_under_way) {
  auto config = core_world::fast();
  config.pace.max_in_flight = 3;
  core_world w{config};
  for (int i = 0; i < 10; ++i)
    w.offer(draft{.seq = i, .address = std::to_string(i)});
  BOOST_TEST(w.beginning.size() == 3u);
  w.grant();
  w.answer(0, sent());
  BOOST_TEST(w.beginning.empty()); // its end is not committed yet
  w.keep();
  BOOST_TEST(w.beginning.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_burst_goes_at_once_and_the_rest_at_the_pace) {
  auto config = core_world::fast();
  config.pace = {10, 20, 1'000};
  core_world w{config};
  for (int i = 0; i < 100; ++i)
    w.offer(draft{.seq = i, .address = std::to_string(i)});
  BOOST_TEST(w.begun.size() == 20u);
  w.pass(seconds{1});
  BOOST_TEST(w.begun.size() == 30u);
  w.pass(seconds{3});
  BOOST_TEST(w.begun.size() == 60u);
}

BOOST_AUTO_TEST_CASE(a_node_uses_only_its_share_of_the_pace) {
  auto config = core_world::fast();
  config.pace = {10, 20, 8};
  config.pace_share = 0.5;
  core_world w{config};
  for (int i = 0; i < 100; ++i)
    w.offer(draft{.seq = i, .address = std::to_string(i)});
  BOOST_TEST(w.connector.snapshot(w.now()).in_flight_max == 4u);
  w.go(sent());
  BOOST_TEST(w.begun.size() == 10u);
  w.pass(seconds{2}, [&] { w.go(sent()); });
  BOOST_TEST(w.begun.size() == 20u);
}

BOOST_AUTO_TEST_CASE(express_overtakes_bulk_and_bulk_still_goes) {
  auto config = core_world::fast();
  config.pace.max_in_flight = 1;
  core_world w{config};
  w.take(w.connector.pause(w.now()));
  for (int i = 0; i < 100; ++i)
    w.offer(draft{.seq = 1'000 + i, .address = "b" + std::to_string(i), .priority = lane::bulk});
  for (int i = 0; i < 40; ++i)
    w.offer(draft{.seq = i, .address = "e" + std::to_string(i), .priority = lane::express});
  w.take(w.connector.resume(w.now()));
  w.go(sent());
  BOOST_TEST(w.begun.size() == 140u);
  auto first_bulk = std::find_if(w.begun.begin(), w.begun.end(), [](auto s) { return s >= 1'000; });
  BOOST_TEST(std::distance(w.begun.begin(), first_bulk) == 16);
  auto last_express =
    std::find_if(w.begun.rbegin(), w.begun.rend(), [](auto s) { return s < 1'000; });
  BOOST_TEST(std::distance(last_express, w.begun.rend()) == 42);
}

BOOST_AUTO_TEST_CASE(messages_to_one_recipient_in_one_conversation_leave_in_order) {
  core_world w;
  for (int i = 1; i <= 5; ++i)
    w.offer(draft{.seq = i});
  BOOST_TEST(w.begun == seqs{1}, boost::test_tools::per_element());
  w.go(sent());
  BOOST_TEST(w.begun == (seqs{1, 2, 3, 4, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_retry_holds_back_the_later_ones_to_the_same_recipient_only) {
  core_world w;
  w.offer(draft{.seq = 1});
  w.go(later());
  w.offer(draft{.seq = 2});
  w.offer(draft{.seq = 3, .address = "bruno"});
  w.offer(draft{.conversation = conversation_id::make(), .seq = 4});
  w.go(sent());
  BOOST_TEST(w.begun == (seqs{1, 3, 4}), boost::test_tools::per_element());
  BOOST_TEST(w.connector.snapshot(w.now()).held == 1u);
  BOOST_TEST(w.connector.snapshot(w.now()).retrying == 1u);
  w.pass(seconds{1}, [&] { w.go(sent()); });
  BOOST_TEST(w.begun == (seqs{1, 3, 4, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_final_failure_lets_the_next_one_go) {
  core_world w;
  w.offer(draft{.seq = 1});
  w.offer(draft{.seq = 2});
  w.go([](const open_delivery& what) {
    return what.seq == 1 ? said(outcome_class::permanent_message) : sent();
  });
  BOOST_TEST(w.begun == (seqs{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_channel_without_order_does_not_hold_back) {
  auto config = core_world::fast();
  config.ordered = false;
  core_world w{config};
  w.offer(draft{.seq = 1});
  w.go(later());
  w.offer(draft{.seq = 2});
  w.go(sent());
  BOOST_TEST(w.begun == (seqs{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(express_does_not_wait_for_the_lane_of_the_bulk_message_before_it) {
  auto config = core_world::fast();
  config.pace.max_in_flight = 1;
  core_world w{config};
  w.take(w.connector.pause(w.now()));
  for (int i = 0; i < 50; ++i)
    w.offer(draft{.seq = 100 + i, .address = std::to_string(i)});
  w.offer(draft{.seq = 1, .priority = lane::bulk});
  w.offer(draft{.seq = 2, .priority = lane::express});
  w.take(w.connector.resume(w.now()));
  w.go(sent());
  auto at = [&](std::int64_t seq) {
    return std::find(w.begun.begin(), w.begun.end(), seq) - w.begun.begin();
  };
  BOOST_TEST(at(1) == 0);
  BOOST_TEST(at(2) < 6);
}

BOOST_AUTO_TEST_CASE(an_open_breaker_makes_deliveries_wait_without_counting_tries) {
  core_world w;
  for (int i = 1; i <= 30; ++i)
    w.offer(draft{.seq = i, .address = std::to_string(i)});
  w.go(ill());
  auto tries = w.begun.size();
  BOOST_TEST(tries >= 5u);
  BOOST_TEST(tries <= 5u + 8u); // those that were under way when it opened
  auto shown = w.connector.snapshot(w.now());
  BOOST_TEST((shown.breaker == policy::circuit_breaker::state::open));
  BOOST_TEST(shown.breaker_retry_at.has_value());
  w.pass(milliseconds{999}, [&] { w.go(ill()); });
  BOOST_TEST(w.begun.size() == tries);
  w.pass(seconds{1}, [&] { w.grant(); });
  BOOST_TEST(w.begun.size() == tries + 1); // one probe
  w.answer(0, sent());
  w.pass(std::chrono::minutes{1}, [&] { w.go(sent()); });
  BOOST_TEST(w.connector.size() == 0u);
  for (const auto& each : w.settled)
    BOOST_TEST(each.outcome.attempt <= 2);
}

BOOST_AUTO_TEST_CASE(a_refused_recipient_does_not_open_the_breaker) {
  core_world w;
  for (int i = 1; i <= 30; ++i)
    w.offer(draft{.seq = i, .address = std::to_string(i)});
  w.go(said(outcome_class::permanent_recipient));
  BOOST_TEST(w.begun.size() == 30u);
}

BOOST_AUTO_TEST_CASE(a_paused_connector_begins_nothing) {
  core_world w;
  w.take(w.connector.pause(w.now()));
  w.offer(draft{});
  w.pass(std::chrono::hours{1});
  BOOST_TEST(w.begun.empty());
  BOOST_TEST(w.connector.snapshot(w.now()).paused);
  w.take(w.connector.resume(w.now()));
  BOOST_TEST(w.begun.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
