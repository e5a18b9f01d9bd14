#include "runtime/bus/jetstream.hpp"
#include "tests/worlds/nats_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::bus;
using namespace std::chrono_literals;
using recado::worlds::nats_server;

namespace {

struct world {
  nats_server server;
  std::unique_ptr<connection> link;
  std::unique_ptr<jetstream> js;

  world() {
    bus_config config;
    config.urls = {server.url()};
    link = std::move(*connection::connect(config));
    js = std::make_unique<jetstream>(*link, 10s);
  }
  stream_config orders{.name = "ORDERS", .subjects = {"orders.>"}};

  outcome<stream_state> ensure(const stream_config& config) {
    return wait<stream_state>([&](auto then) { js->ensure_stream(config, then); });
  }
  outcome<stream_state> info(const std::string& name) {
    return wait<stream_state>([&](auto then) { js->stream_info(name, then); });
  }
  outcome<stored_message> get(std::uint64_t seq) {
    return wait<stored_message>([&](auto then) { js->get_message("ORDERS", seq, then); });
  }
  outcome<pub_ack> publish(const std::string& subject, std::string_view data) {
    return wait<pub_ack>([&](auto then) { link->publish_stream(subject, data, 10s, then); });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(jetstream_suite, world)

BOOST_AUTO_TEST_CASE(a_stream_is_made_once_and_keeps_its_birth) {
  auto first = ensure(orders);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->name == "ORDERS");
  BOOST_TEST(!first->created.empty());
  auto again = ensure(orders);
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(again->created == first->created);
  BOOST_TEST(info("ORDERS")->created == first->created);
  orders.max_age = 60s;
  BOOST_CHECK(ensure(orders).error().why == reason::refused);
}

BOOST_AUTO_TEST_CASE(a_published_message_is_acked_and_can_be_read_back) {
  BOOST_REQUIRE(ensure(orders).has_value());
  std::string bytes{"\x00\xff\x7fpad", 6};
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    auto ack = publish("orders.1", bytes.substr(0, seq));
    BOOST_REQUIRE(ack.has_value());
    BOOST_TEST(ack->stream == "ORDERS");
    BOOST_TEST(ack->seq == seq);
    auto stored = get(seq);
    BOOST_REQUIRE(stored.has_value());
    BOOST_TEST(stored->subject == "orders.1");
    BOOST_TEST(stored->data == bytes.substr(0, seq));
    auto age = std::chrono::system_clock::now().time_since_epoch().count() - stored->published_ns;
    BOOST_TEST(age > 0);
    BOOST_TEST(age < 60'000'000'000);
  }
  BOOST_TEST(info("ORDERS")->last_seq == 3u);
  BOOST_TEST(info("ORDERS")->first_seq == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_absent_is_not_found) {
  BOOST_CHECK(info("ORDERS").error().why == reason::not_found);
  BOOST_CHECK(publish("orders.1", "x").error().why == reason::no_responders);
  BOOST_REQUIRE(ensure(orders).has_value());
  BOOST_CHECK(get(7).error().why == reason::not_found);
  auto gone = wait<bool>([&](auto then) { js->delete_consumer("ORDERS", "none", then); });
  BOOST_CHECK(gone.error().why == reason::not_found);
}

BOOST_AUTO_TEST_CASE(streams_are_found_by_subject_and_deleted) {
  BOOST_REQUIRE(ensure(orders).has_value());
  BOOST_REQUIRE(ensure({.name = "OTHER", .subjects = {"other.>"}}).has_value());
  auto names = [&] {
    return wait<std::vector<std::string>>([&](auto then) { js->stream_names("orders.>", then); });
  };
  BOOST_CHECK((*names() == std::vector<std::string>{"ORDERS"}));
  auto deleted = wait<bool>([&](auto then) { js->delete_stream("ORDERS", then); });
  BOOST_TEST(deleted.has_value());
  BOOST_TEST(names()->empty());
}

BOOST_AUTO_TEST_CASE(a_consumer_starts_at_its_sequence_and_filters_its_subject) {
  BOOST_REQUIRE(ensure(orders).has_value());
  for (int i = 1; i <= 6; ++i)
    BOOST_REQUIRE(publish(i % 2 ? "orders.odd" : "orders.even", std::to_string(i)).has_value());
  consumer_config config{
    .stream = "ORDERS", .name = "c1", .filter_subject = "orders.even", .start_seq = 3};
  auto made = wait<bool>([&](auto then) { js->create_consumer(config, then); });
  BOOST_REQUIRE(made.has_value());
  std::vector<std::string> heard;
  std::promise<void> ended;
  auto inbox = link->new_inbox();
  auto sub = link->subscribe(inbox, [&](message m) {
    if (m.status != 0) return ended.set_value();
    if (m.reply.rfind("$JS.ACK.ORDERS.c1.", 0) == 0) heard.push_back(m.data);
  });
  BOOST_REQUIRE(
    link->publish("$JS.API.CONSUMER.MSG.NEXT.ORDERS.c1", inbox, R"({"batch":5,"no_wait":true})")
      .has_value());
  ended.get_future().wait();
  BOOST_CHECK((heard == std::vector<std::string>{"4", "6"}));
}

BOOST_AUTO_TEST_SUITE_END()
