#include "runtime/bus/bus.hpp"
#include "tests/worlds/nats_server.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>

using namespace recado::bus;
using namespace std::chrono_literals;
using recado::worlds::nats_server;

namespace {

/// Waits for something that other threads bring about; generous, because the machine may be busy.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

bus_config config_for(const nats_server& server) {
  bus_config config;
  config.urls = {server.url()};
  config.ping_interval_ms = 200;
  return config;
}

std::unique_ptr<connection> connect(const bus_config& config, link_handler on_link = {}) {
  auto link = connection::connect(config, std::move(on_link));
  BOOST_REQUIRE(link.has_value());
  return std::move(*link);
}

/// Remembers what it was told, in order.
struct link_log {
  std::mutex mutex;
  std::vector<link_event> events;

  link_handler writer() {
    return [this](const link_event& event) {
      std::lock_guard lock{mutex};
      events.push_back(event);
    };
  }
  std::size_t size() {
    std::lock_guard lock{mutex};
    return events.size();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(link_suite)

BOOST_AUTO_TEST_CASE(a_message_reaches_its_subscribers_until_they_leave) {
  nats_server server;
  auto link = connect(config_for(server));
  BOOST_TEST(link->connected());
  BOOST_TEST(!link->server_id().empty());
  std::atomic<int> heard{0};
  {
    auto sub =
      link->subscribe("a.*", [&](message m) { heard += m.subject == "a.b" && m.data == "hello"; });
    BOOST_REQUIRE(sub.has_value());
    BOOST_REQUIRE(link->publish("a.b", "hello").has_value());
    BOOST_TEST(eventually([&] { return heard == 1; }));
  }
  BOOST_REQUIRE(link->publish("a.b", "late").has_value());
  BOOST_CHECK(link->request_wait("a.b", "x", 1s).error().why == reason::no_responders);
  BOOST_TEST(heard == 1);
}

BOOST_AUTO_TEST_CASE(a_queue_group_shares_the_messages) {
  nats_server server;
  auto link = connect(config_for(server));
  std::atomic<int> first{0}, second{0};
  auto one = link->subscribe(
    "work", [&](message) { ++first; }, "group");
  auto two = link->subscribe(
    "work", [&](message) { ++second; }, "group");
  for (int i = 0; i < 100; ++i)
    BOOST_REQUIRE(link->publish("work", "x").has_value());
  BOOST_TEST(eventually([&] { return first + second == 100; }));
}

BOOST_AUTO_TEST_CASE(many_requests_in_flight_get_their_own_answers) {
  nats_server server;
  auto link = connect(config_for(server));
  auto echo = link->subscribe("echo", [&](message m) { (void)link->publish(m.reply, m.data); });
  std::atomic<int> right{0}, wrong{0};
  for (int i = 0; i < 5000; ++i) {
    auto text = std::to_string(i);
    link->request("echo", text, 20s,
                  [&, text](outcome<message> m) { ++(m && m->data == text ? right : wrong); });
  }
  BOOST_TEST(eventually([&] { return right + wrong == 5000; }));
  BOOST_TEST(wrong == 0);
  BOOST_TEST(link->in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(a_request_that_nobody_hears_says_so) {
  nats_server server;
  auto link = connect(config_for(server));
  auto answer = link->request_wait("nobody", "x", 10s);
  BOOST_REQUIRE(!answer.has_value());
  BOOST_CHECK(answer.error().why == reason::no_responders);
}

BOOST_AUTO_TEST_CASE(a_request_that_nobody_answers_times_out) {
  nats_server server;
  auto link = connect(config_for(server));
  auto mute = link->subscribe("mute", [](message) {});
  auto answer = link->request_wait("mute", "x", 30ms);
  BOOST_REQUIRE(!answer.has_value());
  BOOST_CHECK(answer.error().why == reason::timeout);
}

BOOST_AUTO_TEST_CASE(requests_above_the_limit_are_refused) {
  nats_server server;
  auto config = config_for(server);
  config.requests_in_flight_max = 3;
  auto link = connect(config);
  auto mute = link->subscribe("mute", [](message) {});
  std::atomic<int> refused{0}, closed{0};
  for (int i = 0; i < 5; ++i)
    link->request("mute", "x", 60s, [&](outcome<message> m) {
      refused += !m && m.error().why == reason::overloaded;
      closed += !m && m.error().why == reason::closed;
    });
  BOOST_TEST(refused == 2);
  link->close(5s);
  BOOST_TEST(closed == 3);
}

BOOST_AUTO_TEST_CASE(it_starts_without_a_server_and_connects_when_there_is_one) {
  nats_server server{false};
  link_log log;
  auto link = connect(config_for(server), log.writer());
  BOOST_TEST(!link->connected());
  BOOST_CHECK(link->publish("a", "x").error().why == reason::disconnected);
  std::atomic<int> heard{0};
  auto sub = link->subscribe("a", [&](message) { ++heard; });
  BOOST_REQUIRE(sub.has_value());
  server.start();
  BOOST_REQUIRE(eventually([&] { return link->connected(); }));
  BOOST_TEST(eventually([&] { return link->publish("a", "x").has_value() && heard > 0; }));
  BOOST_TEST(eventually([&] { return log.size() == 1; }));
  BOOST_CHECK(log.events[0].now == recado::bus::link::connected);
  BOOST_TEST(log.events[0].generation == 1u);
}

BOOST_AUTO_TEST_CASE(a_killed_server_fails_what_is_in_flight_and_the_link_comes_back) {
  nats_server server;
  link_log log;
  auto link = connect(config_for(server), log.writer());
  auto mute = link->subscribe("mute", [](message) {});
  std::atomic<int> broken{0};
  link->request("mute", "x", 60s,
                [&](outcome<message> m) { broken += !m && m.error().why == reason::disconnected; });
  auto before = link->server_id();
  server.kill();
  BOOST_TEST(eventually([&] { return broken == 1; }));
  BOOST_TEST(!link->connected());
  BOOST_CHECK(link->publish("a", "x").error().why == reason::disconnected);
  server.start();
  BOOST_REQUIRE(eventually([&] { return log.size() == 3; }));
  BOOST_TEST(link->server_id() != before);
  BOOST_TEST(log.events[2].generation == 2u);
  // The subscription is there again: a request finds it.
  auto answer = link->request_wait("mute", "x", 50ms);
  BOOST_CHECK(answer.error().why == reason::timeout);
}

BOOST_AUTO_TEST_CASE(a_paused_server_is_noticed_by_its_silence) {
  nats_server server;
  auto link = connect(config_for(server));
  server.pause();
  BOOST_TEST(eventually([&] { return !link->connected(); }));
  server.resume();
  BOOST_TEST(eventually([&] { return link->connected(); }));
}

BOOST_AUTO_TEST_CASE(publishing_to_a_paused_server_never_blocks_for_long) {
  nats_server server;
  auto config = config_for(server);
  config.write_deadline_ms = 200;
  auto link = connect(config);
  server.pause();
  std::string big(500'000, 'x');
  auto begin = std::chrono::steady_clock::now();
  while (link->publish("a", big)) {
    BOOST_REQUIRE((std::chrono::steady_clock::now() - begin < 30s));
  }
  server.resume();
  BOOST_REQUIRE(eventually([&] { return link->connected(); }));
  // The cut publish did not leave half a message in the new stream of bytes.
  std::atomic<int> heard{0};
  auto sub = link->subscribe("b", [&](message m) { heard += m.data == "whole"; });
  BOOST_TEST(eventually([&] { return link->publish("b", "whole").has_value() && heard > 0; }));
}

BOOST_AUTO_TEST_CASE(a_watcher_is_told_the_present_state_first) {
  nats_server server;
  auto link = connect(config_for(server));
  link_log log;
  link->watch(log.writer());
  BOOST_TEST(eventually([&] { return log.size() == 1; }));
  BOOST_CHECK(log.events[0].now == recado::bus::link::connected);
  server.kill();
  BOOST_TEST(eventually([&] { return log.size() == 2; }));
}

BOOST_AUTO_TEST_CASE(a_slow_handler_loses_messages_aloud) {
  nats_server server;
  auto config = config_for(server);
  config.pending_messages_max = 10;
  std::atomic<int> losses{0};
  auto link = connection::connect(config, {}, [&](const std::string&) { ++losses; });
  BOOST_REQUIRE(link.has_value());
  std::mutex gate;
  gate.lock();
  auto sub = (*link)->subscribe("a", [&](message) { std::lock_guard wait{gate}; });
  for (int i = 0; i < 100; ++i)
    BOOST_REQUIRE((*link)->publish("a", "x").has_value());
  BOOST_TEST(eventually([&] { return losses > 0; }));
  gate.unlock();
}

BOOST_AUTO_TEST_CASE(a_handler_may_end_its_own_subscription) {
  nats_server server;
  auto link = connect(config_for(server));
  std::atomic<int> heard{0};
  std::mutex mutex;
  subscription sub;
  {
    std::lock_guard lock{mutex};
    sub = std::move(*link->subscribe("once", [&](message) {
      std::lock_guard inner{mutex};
      ++heard;
      sub = {};
    }));
  }
  for (int i = 0; i < 10; ++i)
    BOOST_REQUIRE(link->publish("once", "x").has_value());
  BOOST_TEST(eventually([&] { return heard == 1; }));
  link->close(5s);
  BOOST_TEST(heard == 1);
}

BOOST_AUTO_TEST_CASE(a_closed_connection_answers_closed) {
  nats_server server;
  auto link = connect(config_for(server));
  link->close(5s);
  BOOST_CHECK(link->publish("a", "x").error().why == reason::closed);
  BOOST_CHECK(link->subscribe("a", [](message) {}).error().why == reason::closed);
  BOOST_CHECK(link->request_wait("a", "x", 1s).error().why == reason::closed);
}

BOOST_AUTO_TEST_CASE(a_bad_configuration_is_refused_with_the_name_of_the_field) {
  bus_config config;
  config.urls.clear();
  auto link = connection::connect(config);
  BOOST_REQUIRE(!link.has_value());
  BOOST_TEST(link.error().detail.find("bus.urls") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
