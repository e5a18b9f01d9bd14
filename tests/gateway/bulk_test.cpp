#include "gateway/shapes/ids.hpp"
#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;

namespace {

json text(const std::string& what) {
  return {{"type", "text"}, {"text", what}};
}

json message_in(const std::string& where, const std::string& what) {
  return {{"conversation_id", where}, {"from", "ana"}, {"payload", text(what)}};
}

response send(site& at, const json& messages, std::string_view headers = "") {
  return at.post("/v1/messages/bulk", at.token(), {{"messages", messages}}, headers);
}

std::vector<int> outcomes(const response& got) {
  std::vector<int> out;
  for (const auto& each : got.body.at("results"))
    out.push_back(each.at("status"));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bulk)

BOOST_AUTO_TEST_CASE(a_thousand_messages_are_answered_in_their_order) {
  site at;
  std::vector<std::string> where;
  where.reserve(4);
  for (int i = 0; i < 4; ++i)
    where.push_back(at.conversation({"ana", "bruno"}));
  json all = json::array();
  for (std::size_t i = 0; i < 1000; ++i)
    all.push_back(message_in(where[i % 4], std::to_string(i)));
  auto got = send(at, all);
  BOOST_REQUIRE_EQUAL(got.status, 207);
  const auto& results = got.body.at("results");
  BOOST_REQUIRE_EQUAL(results.size(), 1000U);
  for (std::size_t i = 0; i < 1000; ++i) {
    BOOST_REQUIRE_EQUAL(results[i].at("index"), i);
    BOOST_REQUIRE_EQUAL(results[i].at("status"), 201);
    BOOST_REQUIRE_EQUAL(results[i].at("conversation_id"), where[i % 4]);
    BOOST_REQUIRE_EQUAL(results[i].at("seq"), i / 4 + 1); // as they stood in the request
    BOOST_REQUIRE(!results[i].at("replayed"));
  }
  auto page =
    at.get("/v1/conversations/" + where[1] + "/messages?since_seq=0&limit=1000", at.token());
  const auto& read = page.body.at("data");
  BOOST_REQUIRE_EQUAL(read.size(), 250U);
  for (std::size_t i = 0; i < 250; ++i)
    BOOST_REQUIRE_EQUAL(read[i].at("payload").at("text"), std::to_string(4 * i + 1));
}

BOOST_AUTO_TEST_CASE(each_message_is_judged_by_itself) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  json all{message_in(where, "1"),
           {{"conversation_id", where}, {"payload", {{"type", "text"}, {"text", ""}}}},
           "no object",
           {{"conversation_id", where}, {"from", "carla"}, {"payload", text("stranger")}},
           message_in(uuid::v7().str(), "nowhere"),
           {{"to", {"bruno"}}, {"payload", text("x")}, {"odd", 1}},
           message_in(where, "2")};
  auto got = send(at, all);
  BOOST_REQUIRE_EQUAL(got.status, 207);
  BOOST_TEST(outcomes(got) == (std::vector<int>{201, 422, 422, 422, 404, 422, 201}),
             boost::test_tools::per_element());
  const auto& results = got.body.at("results");
  BOOST_TEST(results[6].at("seq") == 2);
  const auto& wrong = results[1].at("error");
  BOOST_TEST(wrong.at("code") == "invalid_request");
  BOOST_TEST(wrong.at("errors").at(0).at("pointer") == "/payload/text");
  BOOST_TEST(wrong.at("trace_id").get<std::string>().size() == 32U);
  BOOST_TEST(results[2].at("error").at("errors").at(0).at("pointer") == "");
  BOOST_TEST(results[3].at("error").at("code") == "not_a_member");
  BOOST_TEST(results[3].at("error").at("errors").at(0).at("pointer") == "/from");
  BOOST_TEST(results[3].contains("message_id")); // sent again with this id it stays one message
  BOOST_TEST(results[5].at("error").at("errors").at(0).at("pointer") == "/odd");
}

BOOST_AUTO_TEST_CASE(flaws_of_one_message_are_its_own) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto good = message_in(where, "x").dump();
  auto got =
    at.ask("POST", "/v1/messages/bulk", at.token(),
           R"({"messages":[)" + good + R"(,{"to":["a"],"to":["b"],"payload":)" + text("x").dump() +
             R"(},{"to":["b"],"payload":{"type":"text","text":"\u0000"}}]})");
  BOOST_REQUIRE_EQUAL(got.status, 207);
  BOOST_TEST(outcomes(got) == (std::vector<int>{201, 422, 422}), boost::test_tools::per_element());
  BOOST_TEST(got.body["results"][1]["error"]["errors"][0]["pointer"] == "/to");
  BOOST_TEST(got.body["results"][2]["error"]["errors"][0]["pointer"] == "/payload/text");
  auto twice = at.ask("POST", "/v1/messages/bulk", at.token(),
                      R"({"messages":[)" + good + R"(],"messages":[]})");
  BOOST_TEST(twice.status == 422);
  std::string many;
  for (int i = 0; i < 150; ++i)
    many += (i > 0 ? "," : "") + std::string{R"({"a":1,"a":2})"};
  auto flood = at.ask("POST", "/v1/messages/bulk", at.token(), R"({"messages":[)" + many + "]}");
  BOOST_TEST(flood.status == 422);
  BOOST_TEST(flood.body.at("errors").size() == 100U);
}

BOOST_AUTO_TEST_CASE(the_request_around_them_is_checked_first) {
  site at;
  auto pointer = [&](const std::string& body) {
    auto got = at.ask("POST", "/v1/messages/bulk", at.token(), body);
    BOOST_TEST(got.status == 422, body);
    return got.pointers().empty() ? "none" : got.pointers().front();
  };
  BOOST_TEST(pointer("{}") == "/messages");
  BOOST_TEST(pointer("[]") == "");
  BOOST_TEST(pointer(R"({"messages":{}})") == "/messages");
  BOOST_TEST(pointer(R"({"messages":[]})") == "/messages");
  BOOST_TEST(pointer(R"({"messages":[{}],"odd":1})") == "/odd");
  json all = json::array();
  for (int i = 0; i < 1001; ++i)
    all.push_back(json::object());
  BOOST_TEST(pointer(json{{"messages", all}}.dump()) == "/messages");
  BOOST_TEST(at.ask("POST", "/v1/messages/bulk", at.token(), "{\"messages\":[").status == 400);
  BOOST_TEST(send(at, json::array({1}), "Idempotency-Key: a b\r\n").status == 400);
}

BOOST_AUTO_TEST_CASE(a_bulk_may_be_larger_than_other_bodies_and_its_limits_can_be_set) {
  auto config = site::quick();
  config.limits.bulk_messages_max = 3;
  config.limits.bulk_bytes_max = 4 << 20;
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  json all = json::array();
  for (int i = 0; i < 3; ++i)
    all.push_back(message_in(where, std::string(60'000, 'x')));
  for (auto& each : all)
    each["metadata"] = {{"pad", std::string(60'000, 'y')}};
  auto padded = std::string(2 << 20, ' ') + json{{"messages", all}}.dump();
  BOOST_TEST(at.ask("POST", "/v1/messages/bulk", at.token(), padded).status == 207);
  BOOST_TEST(at.ask("POST", "/v1/messages/bulk", at.token(), std::string(5 << 20, ' ')).status ==
             413);
  all.push_back(message_in(where, "x"));
  BOOST_TEST(send(at, all).status == 422);
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_bulk_adds_nothing) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  json named{message_in(where, "1"), message_in(where, "2")};
  for (auto& each : named)
    each["message_id"] = uuid::v7().str();
  send(at, named);
  auto again = send(at, named);
  BOOST_TEST(outcomes(again) == (std::vector<int>{201, 201}), boost::test_tools::per_element());
  BOOST_TEST(again.body["results"][1]["seq"] == 2);
  BOOST_TEST(again.body["results"][1]["replayed"] == true);
  named[0]["payload"] = text("other");
  BOOST_TEST(send(at, named).body["results"][0]["error"]["code"] == "idempotency_mismatch");
  json twice{named[1], named[1]};
  twice[0]["message_id"] = twice[1]["message_id"] = uuid::v7().str();
  auto same = send(at, twice);
  BOOST_TEST(same.body["results"][0]["seq"] == 3);
  BOOST_TEST(same.body["results"][1]["seq"] == 3);
  json unnamed{message_in(where, "3"), message_in(where, "3")};
  auto keyed = send(at, unnamed, "Idempotency-Key: k\r\n");
  auto replay = send(at, unnamed, "Idempotency-Key: k\r\n");
  BOOST_TEST(keyed.body["results"][1]["seq"] == 5); // one key, two messages
  BOOST_TEST(replay.body["results"][1]["seq"] == 5);
  BOOST_TEST(replay.body["results"][0]["message_id"] == keyed.body["results"][0]["message_id"]);
}

BOOST_AUTO_TEST_CASE(a_user_speaks_for_itself_in_a_bulk_too) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto got = at.post("/v1/messages/bulk", at.user_token("ana"),
                     {{"messages",
                       {{{"conversation_id", where}, {"payload", text("own")}},
                        {{"conversation_id", where}, {"from", "bruno"}, {"payload", text("x")}}}}});
  BOOST_TEST(outcomes(got) == (std::vector<int>{201, 403}), boost::test_tools::per_element());
  BOOST_TEST(
    at.post("/v1/messages/bulk", at.token_of(at.below.reader), {{"messages", {1}}}).code() ==
    "insufficient_scope");
}

BOOST_AUTO_TEST_CASE(trouble_below_is_told_for_each_message) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  int count = 0;
  at.below.instead = [&](const command& what) -> std::optional<reply> {
    if (++count == 2) return refuse(what.id, ec::outcome_unknown);
    return std::nullopt;
  };
  at.below.to_inbox = [&](const command& what) {
    return std::get<send_message>(what.body).payload.find("later") != std::string::npos;
  };
  auto got = send(at, {message_in(where, "1"), message_in(where, "2"), message_in(where, "later")});
  BOOST_TEST(got.status == 207);
  BOOST_TEST(outcomes(got) == (std::vector<int>{201, 503, 202}), boost::test_tools::per_element());
  BOOST_TEST(got.body["results"][1]["error"]["code"] == "outcome_unknown");
  BOOST_TEST(got.body["results"][1].contains("message_id"));
  BOOST_TEST(!got.body["results"][2].contains("seq"));
}

BOOST_AUTO_TEST_CASE(each_of_its_messages_counts_in_the_admission) {
  auto config = site::quick();
  config.admission.messages_max = 2;
  config.admission.waiting_max = 3;
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  json all = json::array();
  for (int i = 0; i < 10; ++i)
    all.push_back(message_in(where, std::to_string(i)));
  auto got = outcomes(send(at, all));
  // Two start, three wait and come in their turn; the rest is too much at once.
  BOOST_TEST(got == (std::vector<int>{201, 201, 201, 201, 201, 503, 503, 503, 503, 503}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
