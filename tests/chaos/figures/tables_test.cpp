#include "chaos/figures/picture.hpp"
#include "chaos/figures/tables.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::figures {
namespace {

using nlohmann::json;

json latency() {
  return {{"p50", 5.0}, {"p95", 11.25}, {"p99", 18.0}, {"max", 73.0}};
}

json a_run(double per_second, double node_mib) {
  return {{"asked", {{"seconds", 30}}},
          {"accepted", per_second * 30},
          {"delivered", per_second * 30},
          {"accepted_per_second", per_second},
          {"delivered_per_second", per_second},
          {"post_ms", latency()},
          {"post_to_websocket_ms", latency()},
          {"cpu_us_per_message",
           {{"node", 100.0}, {"postgres", 40.0}, {"nats", 30.0}, {"load", 20.0}, {"total", 190.0}}},
          {"wal_bytes_per_message", 1'200.0},
          {"commands_per_commit", 23.4},
          {"conversations_touched", 1'000},
          {"rss_mib", {{"node", node_mib}}},
          {"rss_before_mib", {{"node", node_mib}}}};
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_series_goes_from_the_smallest_to_the_largest) {
  runs all{{"growth-history-10000000", a_run(9'000, 50)},
           {"growth-history-0", a_run(10'000, 50)},
           {"growth-history-x", a_run(1, 1)},
           {"growth-history", a_run(1, 1)}};
  auto got = series_of(all, "growth-history");
  BOOST_REQUIRE_EQUAL(got.size(), 2u);
  BOOST_TEST(got[0].size == 0u);
  BOOST_TEST(got[1].size == 10'000'000u);
}

BOOST_AUTO_TEST_CASE(the_difference_is_in_percent_of_the_first) {
  BOOST_TEST(percent_more(9'000, 10'000) == -10);
  BOOST_TEST(percent_more(11'000, 10'000) == 10);
  BOOST_TEST(percent_more(1, 0) == 0);
  runs all{{"growth-history-0", a_run(10'000, 50)}, {"growth-history-5", a_run(9'000, 60)}};
  auto text = tables(all);
  BOOST_TEST(has(text, "| 0 | 10000 |  | 5.0 / 11.2 | 190.0 | 50 | 1200 |"));
  BOOST_TEST(has(text, "| 5 | 9000 | -10.0 % |"));
  BOOST_TEST(has(text, "(growth-history.svg)"));
}

BOOST_AUTO_TEST_CASE(memory_of_each_socket_is_what_the_node_has_grown_by) {
  runs all{{"growth-sockets-0", a_run(9'000, 50)}, {"growth-sockets-10240", a_run(9'000, 250)}};
  BOOST_TEST(has(tables(all), "| 250 | 20.0 |"));
}

BOOST_AUTO_TEST_CASE(what_was_not_measured_is_not_in_the_document) {
  BOOST_TEST(tables({}).empty());
  auto text = tables({{"low", a_run(100, 30)}});
  BOOST_TEST(has(text, "| `low`, 30 s | 100 | 100 | 5.0 / 11.2 / 18.0 / 73 |"));
  BOOST_TEST(has(text, "| 100 + 40 + 30 + 20 | 1200 | 23 |"));
  BOOST_TEST(!has(text, "###"));
}

BOOST_AUTO_TEST_CASE(overload_says_the_codes_the_memory_and_the_recovery) {
  json run{{"phases",
            {{{"rate", 4000},
              {"seconds", 20},
              {"accepted", 80'000},
              {"refused", 0},
              {"given_up", 0},
              {"post_ms", latency()}}}},
           {"codes", {{"201", 80'000}, {"503", 1'234}}},
           {"without_retry_after", 0},
           {"normal_p95_ms", 11.2},
           {"normal_again_s", 4},
           {"timeline",
            {{{"rss_mib", {{"node", 40.0}, {"postgres", 80.0}, {"nats", 20.0}}}},
             {{"rss_mib", json::object()}},
             {{"rss_mib", {{"node", 90.0}, {"postgres", 81.0}, {"nats", 60.0}}}}}}};
  auto text = tables({{"overload", run}});
  BOOST_TEST(has(text, "1234 × 503"));
  BOOST_TEST(has(text, "node 40 to 90 MiB"));
  BOOST_TEST(has(text, "within twice that 4 s after"));
  run["normal_again_s"] = nullptr;
  BOOST_TEST(has(tables({{"overload", run}}), "did not become normal again"));
}

BOOST_AUTO_TEST_CASE(a_picture_has_two_bars_for_each_size) {
  runs all{{"growth-members-2", a_run(9'000, 50)}, {"growth-members-1000", a_run(1'234, 70)}};
  auto svg = picture(growths()[1], series_of(all, "growth-members"));
  BOOST_TEST(has(svg, "<svg xmlns="));
  BOOST_TEST(has(svg, ">1,234<"));
  BOOST_TEST(has(svg, ">1,000<"));
  std::size_t bars = 0;
  for (auto at = svg.find("<rect"); at != std::string::npos; at = svg.find("<rect", at + 1))
    ++bars;
  BOOST_TEST(bars == 4u);
}

} // namespace recado::figures
