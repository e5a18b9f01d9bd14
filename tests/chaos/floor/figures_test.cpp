#include "chaos/floor/figures.hpp"
#include "chaos/floor/report.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace recado::floors {
namespace {

figure measured(const char* name, double client_us, double server_us, unsigned batch = 0,
                bool cursors = false) {
  figure out;
  out.name = name;
  out.batch = batch;
  out.cursors = cursors;
  out.messages = out.said = out.found = 1'000;
  out.seconds = 2;
  out.client_cpu_s = client_us / 1'000;
  out.server_cpu_s = server_us / 1'000;
  return out;
}

std::vector<figure> everything() {
  return {measured("http", 10, 20), measured("jetstream", 12, 28),
          measured("commit", 100, 400, 1, true), measured("commit", 5, 35, 27, true),
          measured("commit", 5, 30, 27, false)};
}

bool close_to(double a, double b) {
  return std::abs(a - b) < 1e-6;
}

} // namespace

BOOST_AUTO_TEST_CASE(processor_time_is_shared_out_over_the_messages) {
  auto one = measured("commit", 5, 35, 27, true);
  one.wal_bytes = 1'200'000;
  BOOST_TEST(close_to(one.client_us(), 5));
  BOOST_TEST(close_to(one.server_us(), 35));
  BOOST_TEST(close_to(one.us(), 40));
  BOOST_TEST(close_to(one.per_second(), 500));
  BOOST_TEST(close_to(one.wal_per_message(), 1'200));
}

BOOST_AUTO_TEST_CASE(without_messages_nothing_is_divided_by_zero) {
  figure none;
  BOOST_TEST(none.us() == 0);
  BOOST_TEST(none.per_second() == 0);
  BOOST_TEST(none.wal_per_message() == 0);
  BOOST_TEST(messages_per_second(0, 2) == 0);
}

BOOST_AUTO_TEST_CASE(two_cores_have_two_seconds_of_processor_time_in_a_second) {
  BOOST_TEST(close_to(messages_per_second(100, 2), 20'000));
  BOOST_TEST(close_to(messages_per_second(100, 1), 10'000));
}

BOOST_AUTO_TEST_CASE(a_stream_costs_all_three_and_the_direct_way_no_stream) {
  auto sums = sums_of(everything(), 27, 2);
  BOOST_REQUIRE_EQUAL(sums.size(), 2u);
  BOOST_TEST(sums[0].wire == "stream");
  BOOST_TEST(close_to(sums[0].us, 30 + 40 + 40));
  BOOST_TEST(close_to(sums[0].per_second, 2e6 / 110));
  BOOST_TEST(sums[1].wire == "auto");
  BOOST_TEST(close_to(sums[1].us, 30 + 35));
}

BOOST_AUTO_TEST_CASE(there_is_no_sum_of_what_was_not_measured) {
  BOOST_TEST(sums_of(everything(), 200, 2).empty());
  auto without_http = everything();
  without_http.erase(without_http.begin());
  BOOST_TEST(sums_of(without_http, 27, 2).empty());
  auto without_stream = everything();
  without_stream.erase(without_stream.begin() + 1);
  BOOST_REQUIRE_EQUAL(sums_of(without_stream, 27, 2).size(), 1u);
  BOOST_TEST(sums_of(without_stream, 27, 2).front().wire == "auto");
}

BOOST_AUTO_TEST_CASE(two_sides_that_disagree_are_named) {
  auto all = everything();
  BOOST_TEST(disagreement(all).empty());
  all[1].found = 999;
  BOOST_TEST(disagreement(all) == "jetstream: 1000 were said, 999 were found");
  all[1] = measured("jetstream", 1, 1);
  all[3].messages = 0;
  BOOST_TEST(disagreement(all) == "commit of 27: not one message");
}

BOOST_AUTO_TEST_CASE(the_report_has_every_floor_and_both_sums) {
  options how;
  auto told = report(how, everything());
  BOOST_TEST(told.at("floors").size() == 5u);
  BOOST_TEST(told.at("sums").size() == 2u);
  BOOST_TEST(told.at("floors").at(3).at("batch") == 27u);
  auto text = to_text(how, everything());
  BOOST_TEST(text.find("sum, wire = stream") != std::string::npos);
  BOOST_TEST(text.find("commit of 27, no cursors") != std::string::npos);
}

} // namespace recado::floors
