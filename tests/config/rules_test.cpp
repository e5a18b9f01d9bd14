#include <boost/test/unit_test.hpp>

#include "config/load.hpp"

using namespace recado::config;

namespace {

/// The keys that are complained about after this change of the defaults.
template <class Change>
std::string broken_by(Change change) {
  node_config config;
  change(config);
  std::string out;
  for (const auto& error : validate(config))
    out += error.key + " ";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(the_defaults_break_none) {
  BOOST_TEST(validate(node_config{}).empty());
}

BOOST_AUTO_TEST_CASE(a_range_holds_for_values_set_by_code_too) {
  BOOST_TEST(broken_by([](auto& c) { c.store.writers = 0; }) == "store.writers ");
  BOOST_TEST(broken_by([](auto& c) { c.node.id = ""; }) == "node.id ");
}

BOOST_AUTO_TEST_CASE(a_rate_of_one_client_has_its_form) {
  std::string id = "0193a8c0-0000-7000-8000-000000000000";
  BOOST_TEST(
    broken_by([&](auto& c) {
      c.rates.clients = {id + "=50/100", id + "=0/0", id + "=50/100/1000000", id + "=0/0/0"};
    }) == "");
  for (std::string bad :
       {"", "x=1/1", "=1/1", "/", "0193a8c0-0000-7000-8000-000000000000=1",
        "0193a8c0-0000-7000-8000-000000000000=1/-1", "0193a8c0-0000-7000-8000-000000000000=1/2x",
        "0193a8c0-0000-7000-8000-000000000000=/1", "0193a8c0-0000-7000-8000-000000000000=1/1/",
        "0193a8c0-0000-7000-8000-000000000000=1/1/1/1", "0193a8c0-0000-7000-8000-000000000000=1//1",
        "0193a8c0-0000-7000-8000-000000000000=1/1/2000000001",
        "0193a8c0-0000-7000-8000-000000000000=1/1000001"})
    BOOST_TEST(broken_by([&](auto& c) { c.rates.clients = {bad}; }) == "rates.clients ", bad);
}

BOOST_AUTO_TEST_CASE(values_that_may_not_be_together_are_refused) {
  BOOST_TEST(broken_by([](auto& c) { c.http.tls_key_file = "k"; }) == "http.tls_key_file ");
  BOOST_TEST(broken_by([](auto& c) { c.limits.page_default = 1001; }) == "limits.page_default ");
  BOOST_TEST(broken_by([](auto& c) { c.limits.bulk_body_bytes_max = 2048; }) ==
             "limits.bulk_body_bytes_max ");
  BOOST_TEST(broken_by([](auto& c) { c.limits.text_bytes_max = 2 << 20; }) ==
             "limits.text_bytes_max ");
  BOOST_TEST(broken_by([](auto& c) { c.bus.urls.clear(); }) == "bus.urls ");
  BOOST_TEST(broken_by([](auto& c) { c.bus.token = c.bus.user = "x"; }) == "bus.token ");
  BOOST_TEST(broken_by([](auto& c) { c.bus.backoff_ms_max = 1; }) == "bus.backoff_ms_max ");
  BOOST_TEST(broken_by([](auto& c) { c.cluster.silence_ms = 2'000; }) ==
             "cluster.serve_without_heartbeat_ms ");
  BOOST_TEST(broken_by([](auto& c) { c.node.linger_ms = 10'001; }) == "node.linger_ms ");
  BOOST_TEST(broken_by([](auto& c) { c.cluster.heartbeat_ms = 1'000; }) == "cluster.heartbeat_ms ");
  BOOST_TEST(broken_by([](auto& c) { c.cluster.beacon_ms = 301; }) == "cluster.beacon_age_ms_max ");
  BOOST_TEST(broken_by([](auto& c) { c.http.request_timeout_ms = 6'000; }) ==
             "http.request_timeout_ms ");
  BOOST_TEST(broken_by([](auto& c) { c.gateway.in_flight_per_client = 999; }) ==
             "gateway.in_flight_per_client ");
  BOOST_TEST(broken_by([](auto& c) { c.conversations.commands_per_partition_max = 999; }) ==
             "conversations.batch_commands_max ");
}

BOOST_AUTO_TEST_CASE(a_broken_rule_names_the_place_of_its_key) {
  auto config = load_text("[limits]\npage_default = 1001\n", "f.toml", {});
  BOOST_TEST(to_text(config.error()) ==
             "f.toml:2:1: limits.page_default: 1001 is more than page_max (1000)\n");
  config = load("", {{"RECADO__LIMITS__PAGE_MAX", "10"}});
  BOOST_TEST(to_text(config.error()) == "limits.page_default: 50 is more than page_max (10)\n");
}

BOOST_AUTO_TEST_SUITE_END()
