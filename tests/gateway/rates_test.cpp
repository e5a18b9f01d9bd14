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
  BOOST_TEST(got.headers.at("ratelimit-policy") == "\"burst\";q=100;w=100");
  BOOST_TEST(got.headers.at("ratelimit").starts_with("\"burst\";r="));
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
  BOOST_TEST(last.headers.at("ratelimit").starts_with("\"burst\";r=0;"));
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

BOOST_AUTO_TEST_SUITE(a_quota_per_day)

namespace {

gateway_config so_many_a_day(std::uint32_t quota) {
  auto out = site::quick();
  out.rates.everybody.per_day = quota;
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(is_told_in_every_answer_to_a_message) {
  auto config = so_many_a_day(10);
  config.rates.everybody.per_second = 50;
  config.rates.everybody.burst = 100;
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  auto got = at.say(where, "ana", "x");
  BOOST_TEST(got.status == 201);
  BOOST_TEST(got.headers.at("ratelimit-policy") == R"("burst";q=100;w=2, "daily";q=10;w=86400)");
  auto left = got.headers.at("ratelimit");
  BOOST_TEST(left.find(R"(, "daily";r=9;t=)") != std::string::npos, left);
  BOOST_TEST(got.headers.at("x-ratelimit-limit") == "10");
  BOOST_TEST(got.headers.at("x-ratelimit-remaining") == "9");
}

BOOST_AUTO_TEST_CASE(over_it_a_message_is_a_429_until_midnight) {
  site at{so_many_a_day(2)};
  auto where = at.conversation({"ana", "bruno"});
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(at.say(where, "ana", "x").status == 201);
  auto got = at.say(where, "ana", "x");
  BOOST_TEST(got.status == 429);
  BOOST_TEST(got.code() == "rate_limited");
  BOOST_TEST(got.body.at("type") == "/problems/rate_limited");
  BOOST_TEST(got.body.at("violated-policies") == json{"daily"});
  BOOST_TEST(got.headers.at("ratelimit-policy") == R"("daily";q=2;w=86400)");
  auto wait = got.headers.at("retry-after");
  BOOST_TEST(got.headers.at("ratelimit") == R"("daily";r=0;t=)" + wait);
  BOOST_TEST((std::stoi(wait) >= 1 && std::stoi(wait) <= 86'400));
  auto page = at.get("/v1/conversations/" + where + "/messages", at.token());
  BOOST_TEST(page.body.at("data").size() == 2U); // and nothing of it was kept
}

BOOST_AUTO_TEST_CASE(counts_every_message_that_a_bulk_accepts) {
  site at{so_many_a_day(3)};
  auto where = at.conversation({"ana", "bruno"});
  json all = json::array();
  all.push_back(message_in(uuid::v7().str())); // 404
  for (int i = 0; i < 4; ++i)
    all.push_back(message_in(where));
  auto got = at.post("/v1/messages/bulk", at.token(), {{"messages", all}});
  BOOST_REQUIRE_EQUAL(got.status, 207);
  std::vector<int> states;
  for (const auto& each : got.body.at("results"))
    states.push_back(each.at("status"));
  BOOST_TEST((states == std::vector{404, 201, 201, 429, 429}));
  // What the refused one was charged came back with its answer.
  BOOST_TEST(at.say(where, "ana", "x").status == 201);
  auto whole = at.post("/v1/messages/bulk", at.token(), {{"messages", {message_in(where)}}});
  BOOST_TEST(whole.status == 429);
  BOOST_TEST(whole.body.at("violated-policies") == json{"daily"});
  BOOST_TEST(std::stoi(whole.headers.at("retry-after")) >= 1);
}

BOOST_AUTO_TEST_CASE(is_not_charged_for_retries_and_answers_them_when_it_is_used) {
  site at{so_many_a_day(2)};
  auto where = at.conversation({"ana", "bruno"});
  std::string key = "Idempotency-Key: once\r\n";
  BOOST_TEST(at.say(where, "ana", "x", key).status == 201);
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(at.say(where, "ana", "x", key).status == 201);
  BOOST_TEST(at.say(where, "ana", "y").status == 201);
  BOOST_TEST(at.say(where, "ana", "y").status == 429);
  auto again = at.say(where, "ana", "x", key);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
}

BOOST_AUTO_TEST_CASE(without_the_store_is_a_503) {
  site at{so_many_a_day(5)};
  auto where = at.conversation({"ana", "bruno"});
  at.below.store_away = true;
  auto got = at.say(where, "ana", "x");
  BOOST_TEST(got.status == 503);
  BOOST_TEST(got.code() == "store_unavailable");
  BOOST_TEST(got.headers.contains("retry-after"));
  at.below.store_away = false;
  BOOST_TEST(at.say(where, "ana", "x").status == 201);
}

BOOST_AUTO_TEST_CASE(holds_on_a_websocket_too) {
  site at{so_many_a_day(1)};
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")};
  json send = {
    {"type", "send"}, {"conversation_id", where}, {"payload", {{"type", "text"}, {"text", "x"}}}};
  BOOST_TEST(ana.ask(send).at("type") == "ack");
  auto refused = ana.ask(send);
  BOOST_TEST(refused.at("status") == 429);
  BOOST_TEST(refused.at("code") == "rate_limited");
}

BOOST_AUTO_TEST_SUITE_END()
