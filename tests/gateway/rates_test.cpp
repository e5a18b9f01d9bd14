#include "gateway/admission/rates.hpp"
#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

/// So slow that no message is allowed again while a test runs.
gateway_config three_at_once() {
  auto out = site::quick();
  out.rates.everybody = {1, 3};
  return out;
}

json message_in(const std::string& where) {
  return {
    {"conversation_id", where}, {"from", "ana"}, {"payload", {{"type", "text"}, {"text", "x"}}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(a_rate)

BOOST_AUTO_TEST_CASE(holds_for_each_client_by_itself) {
  rates_config config;
  config.everybody = {10, 2};
  client_id slow = client_id::make(), free = client_id::make(), other = client_id::make();
  config.of_client[slow] = {1, 1};
  config.of_client[free] = {};
  admission::rates uut{config};
  steady_time now{1h};
  BOOST_TEST(uut.take(slow, now));
  BOOST_TEST(!uut.take(slow, now));
  BOOST_TEST(uut.take(slow, now + 1s));
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(uut.take(free, now));
  BOOST_TEST(uut.take(other, now));
  BOOST_TEST(uut.take(other, now));
  BOOST_TEST(!uut.take(other, now));
  BOOST_TEST(uut.take(other, now + 100ms));
}

BOOST_AUTO_TEST_CASE(says_what_is_left) {
  rates_config config;
  config.everybody = {2, 4};
  admission::rates uut{config};
  auto client = client_id::make();
  steady_time now{1h};
  BOOST_TEST(uut.look(client, now)->remaining == 4U);
  BOOST_TEST((uut.look(client, now)->rested == 0s));
  for (int i = 0; i < 4; ++i)
    uut.take(client, now);
  auto left = uut.look(client, now).value();
  BOOST_TEST(left.remaining == 0U);
  BOOST_TEST((left.next == 500ms));
  BOOST_TEST((left.rested == 2s));
  BOOST_TEST(uut.look(client, now + 500ms)->remaining == 1U);
  BOOST_TEST(!admission::rates{{}}.look(client, now));
}

BOOST_AUTO_TEST_CASE(is_told_in_every_answer_to_a_message) {
  auto config = site::quick();
  config.rates.everybody = {1, 100};
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  auto got = at.say(where, "ana", "x");
  BOOST_TEST(got.status == 201);
  BOOST_TEST(got.headers.at("ratelimit-policy") == "\"messages\";q=100;w=100");
  BOOST_TEST(got.headers.at("ratelimit").starts_with("\"messages\";r="));
  BOOST_TEST(got.headers.at("x-ratelimit-limit") == "100");
  BOOST_TEST(std::stoi(got.headers.at("x-ratelimit-remaining")) >= 99);
  BOOST_TEST(got.headers.contains("x-ratelimit-reset"));
  BOOST_TEST(at.say(where, "nobody", "x").headers.contains("ratelimit"));
  BOOST_TEST(!at.get("/v1/conversations", at.token()).headers.contains("ratelimit"));
  site free;
  BOOST_TEST(!free.say(free.conversation({"ana"}), "ana", "x").headers.contains("ratelimit"));
}

BOOST_AUTO_TEST_CASE(over_it_a_message_is_a_429) {
  auto config = three_at_once();
  config.rates.everybody.burst = 1;
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  response last;
  for (int i = 0; i < 20 && last.status != 429; ++i)
    last = at.say(where, "ana", "x");
  BOOST_TEST(last.status == 429);
  BOOST_TEST(last.code() == "rate_limited");
  BOOST_TEST(last.headers.at("retry-after") == "1");
  BOOST_TEST(last.headers.at("ratelimit").starts_with("\"messages\";r=0;"));
  BOOST_TEST(at.get("/v1/conversations", at.token()).status == 200); // messages alone are counted
}

BOOST_AUTO_TEST_CASE(counts_every_message_of_a_bulk) {
  site at{three_at_once()};
  auto where = at.conversation({"ana", "bruno"});
  json all = json::array();
  for (int i = 0; i < 50; ++i)
    all.push_back(message_in(where));
  auto got = at.post("/v1/messages/bulk", at.token(), {{"messages", all}});
  BOOST_REQUIRE_EQUAL(got.status, 207);
  BOOST_TEST(got.headers.contains("ratelimit"));
  const auto& results = got.body.at("results");
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(results[i].at("status") == 201);
  BOOST_TEST(results[49].at("status") == 429);
  BOOST_TEST(results[49].at("error").at("code") == "rate_limited");
  response whole;
  for (int i = 0; i < 20 && whole.status != 429; ++i) // once nothing of it is allowed
    whole = at.post("/v1/messages/bulk", at.token(), {{"messages", {message_in(where)}}});
  BOOST_TEST(whole.status == 429);
  BOOST_TEST(whole.headers.contains("retry-after"));
}

BOOST_AUTO_TEST_CASE(holds_on_a_websocket_too) {
  site at{three_at_once()};
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")};
  auto last = json::object();
  for (int i = 0; i < 20 && last.value("type", "") != "error"; ++i)
    last = ana.ask({{"type", "send"},
                    {"conversation_id", where},
                    {"payload", {{"type", "text"}, {"text", "x"}}}});
  BOOST_TEST(last.at("status") == 429);
  BOOST_TEST(last.at("code") == "rate_limited");
}

BOOST_AUTO_TEST_SUITE_END()
