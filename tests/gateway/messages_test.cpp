#include "gateway/shapes/ids.hpp"
#include "schemas/deliveries.hpp"
#include "site.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <thread>

using namespace recado;
using namespace recado::test;

namespace {

json text(const std::string& what) {
  return {{"type", "text"}, {"text", what}};
}

reply refusal(const command& what, ec code) {
  return refuse(what.id, code, "because");
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(an_accepted_message_has_its_whole_shape) {
  site at;
  auto where = at.conversation({"ana", "bruno", "carla"});
  auto got = at.say(where, "ana", "Olá");
  BOOST_REQUIRE_EQUAL(got.status, 201);
  BOOST_TEST(got.body.at("status") == "accepted");
  BOOST_TEST(got.body.at("conversation_id") == where);
  BOOST_TEST(got.body.at("seq") == 1);
  BOOST_TEST(got.body.at("deliveries").size() == 2U);
  auto id = message_id::parse(got.body.at("message_id").get<std::string>()).value();
  const auto& delivery = got.body.at("deliveries").at(0);
  BOOST_TEST(delivery.at("recipient") == "bruno");
  BOOST_TEST(delivery.at("channel") == "in_app");
  BOOST_TEST(delivery.at("status") == "sent");
  BOOST_TEST(delivery.at("delivery_id") == in_app_delivery(id, user_id{"bruno"}).str());
  auto read = at.get("/v1/messages/" + id.str(), at.token());
  BOOST_TEST(read.status == 200);
  BOOST_TEST(read.body.at("payload") == text("Olá"));
  BOOST_TEST(read.body.at("from") == "ana");
  BOOST_TEST(read.body.at("to").is_null());
  BOOST_TEST(read.body.at("status") == "sent");
  BOOST_TEST(read.body.at("deliveries_total") == 2);
  BOOST_TEST(at.ask("GET", "/v1/messages/" + id.str(), at.token(), "",
                    "If-None-Match: " + read.headers.at("etag") + "\r\n")
               .status == 304);
  BOOST_TEST(at.get("/v1/messages/" + id.str() + "/history", at.token()).body.at("data").size() ==
             2U);
  BOOST_TEST(at.get("/v1/messages?conversation_id=" + where, at.token()).body.at("data").size() ==
             1U);
  BOOST_TEST(at.get("/v1/messages?status=lost", at.token()).status == 422);
  BOOST_TEST(at.get("/v1/messages?from=yesterday", at.token()).status == 422);
}

BOOST_AUTO_TEST_CASE(a_retry_gets_the_first_answer) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  json asked{{"message_id", uuid::v7().str()},
             {"conversation_id", where},
             {"from", "ana"},
             {"payload", text("x")}};
  auto first = at.post("/v1/messages", at.token(), asked);
  auto again = at.post("/v1/messages", at.token(), asked);
  BOOST_TEST(first.status == 201);
  BOOST_TEST(!first.headers.contains("idempotency-replayed"));
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.text == first.text);
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
  asked["payload"] = text("y");
  BOOST_TEST(at.post("/v1/messages", at.token(), asked).code() == "idempotency_mismatch");
}

BOOST_AUTO_TEST_CASE(a_key_names_the_message) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto first = at.say(where, "ana", "x", "Idempotency-Key: \"order-7\"\r\n");
  BOOST_TEST(first.body.at("message_id") ==
             shapes::message_of_key(at.below.client.id, "order-7").str());
  auto again = at.say(where, "ana", "x", "Idempotency-Key: order-7\r\n");
  BOOST_TEST(again.text == first.text);
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
  auto id = uuid::v7().str();
  auto both = at.post("/v1/messages", at.token(),
                      {{"message_id", id}, {"conversation_id", where}, {"payload", text("x")}},
                      "Idempotency-Key: order-7\r\n");
  BOOST_TEST(both.body.at("message_id") == id);
}

BOOST_AUTO_TEST_CASE(recipients_make_one_implicit_conversation) {
  site at;
  auto one = at.post("/v1/messages", at.token(),
                     {{"from", "ana"}, {"to", {"bruno", "carla"}}, {"payload", text("1")}});
  auto two =
    at.post("/v1/messages", at.token(),
            {{"from", "ana"}, {"to", {"carla", "bruno", "carla"}}, {"payload", text("2")}});
  BOOST_TEST(one.status == 201);
  BOOST_TEST(one.body.at("conversation_id") == two.body.at("conversation_id"));
  BOOST_TEST(two.body.at("seq") == 2);
  BOOST_TEST(one.body.at("deliveries").size() == 2U);
  auto client = at.post("/v1/messages", at.token(), {{"to", {"bruno"}}, {"payload", text("3")}});
  BOOST_TEST(client.body.at("conversation_id") != one.body.at("conversation_id"));
  BOOST_TEST(at.get("/v1/conversations", at.token()).body.at("data").empty());
  BOOST_TEST(at.get("/v1/conversations?type=direct", at.token()).body.at("data").size() == 2U);
}

BOOST_AUTO_TEST_CASE(bad_messages_are_refused_with_pointers) {
  site at;
  auto where = at.conversation({"ana"});
  auto pointer = [&](const std::string& body) {
    auto got = at.ask("POST", "/v1/messages", at.token(), body);
    BOOST_TEST(got.status == 422, body);
    BOOST_TEST(got.code() == "invalid_request", body);
    return got.pointers().empty() ? "none" : got.pointers().front();
  };
  const std::string ok = R"("payload":{"type":"text","text":"x"})", to = R"("to":["a"],)";
  BOOST_TEST(pointer("{" + ok + "}") == "/to");
  BOOST_TEST(pointer("{" + to + "\"conversation_id\":\"" + where + "\"," + ok + "}") == "/to");
  BOOST_TEST(pointer(R"({"to":[],)" + ok + "}") == "/to");
  BOOST_TEST(pointer(R"({"to":"a",)" + ok + "}") == "/to");
  BOOST_TEST(pointer(R"({"to":["a b"],)" + ok + "}") == "/to/0");
  BOOST_TEST(pointer(R"({"to":["a",{"channel":"email"}],)" + ok + "}") == "/to/1/address");
  BOOST_TEST(pointer("{" + to + R"("message_id":"x",)" + ok + "}") == "/message_id");
  BOOST_TEST(pointer("{" + to + R"("from":5,)" + ok + "}") == "/from");
  BOOST_TEST(pointer("{" + to + R"("priority":"now",)" + ok + "}") == "/priority");
  BOOST_TEST(pointer("{" + to + R"("metadata":[],)" + ok + "}") == "/metadata");
  BOOST_TEST(pointer("{" + to + R"("channels":[],)" + ok + "}") == "/channels");
  BOOST_TEST(pointer("{" + to + R"("channels":["pigeon"],)" + ok + "}") == "/channels/0");
  BOOST_TEST(pointer("{" + to + R"("routing":{"mode":"odd"},)" + ok + "}") == "/routing/mode");
  BOOST_TEST(pointer("{" + to + R"("send_at":"soon",)" + ok + "}") == "/send_at");
  BOOST_TEST(pointer("{" + to + R"("at_most_once":1,)" + ok + "}") == "/at_most_once");
  BOOST_TEST(pointer("{" + to + R"("payload":{}})") == "/payload/type");
  BOOST_TEST(pointer("{" + to + R"("payload":"x"})") == "/payload");
  BOOST_TEST(pointer("{" + to + R"("payload":{"type":"song"}})") == "/payload/type");
  BOOST_TEST(pointer("{" + to + R"("payload":{"type":"text"}})") == "/payload/text");
  BOOST_TEST(pointer("{" + to + R"("payload":{"type":"text","text":""}})") == "/payload/text");
  BOOST_TEST(pointer("{" + to + R"("payload":{"type":"text","text":"x","odd":1}})") ==
             "/payload/odd");
  BOOST_TEST(pointer("{" + to + R"("payload":{"type":"text","text":")" + std::string(65'537, 'x') +
                     "\"}}") == "/payload/text");
  json many{{"payload", text("x")}, {"to", json::array()}};
  for (int i = 0; i < 101; ++i)
    many["to"].push_back("u" + std::to_string(i));
  BOOST_TEST(pointer(many.dump()) == "/to");
  many["to"].erase(100);
  BOOST_TEST(at.post("/v1/messages", at.token(), many).status == 201);
}

BOOST_AUTO_TEST_CASE(fields_of_features_to_come_say_so) {
  site at;
  auto first_pointer = [&](const std::string& extra,
                           const std::string& payload = R"({"type":"text","text":"x"})") {
    auto got = at.ask("POST", "/v1/messages", at.token(),
                      R"({"to":["a"],"payload":)" + payload + extra + "}");
    BOOST_TEST(got.status == 422);
    BOOST_TEST(got.code() == "not_available_yet");
    return got.pointers().empty() ? "none" : got.pointers().front();
  };
  BOOST_TEST(first_pointer(R"(,"send_at":"2030-01-01T00:00:00Z")") == "/send_at");
  BOOST_TEST(first_pointer(R"(,"expires_at":"2030-01-01T00:00:00Z")") == "/expires_at");
  BOOST_TEST(first_pointer(R"(,"channels":["email","sms"])") == "/channels/1");
  BOOST_TEST(first_pointer(R"(,"routing":{"mode":"fallback"})") == "/routing/mode");
  BOOST_TEST(first_pointer(R"(,"routing":{"mode":"first"})") == "/routing/mode");
  BOOST_TEST(first_pointer(R"(,"routing":{"mode":"all","wait":"30s"})") == "/routing/wait");
  BOOST_TEST(first_pointer("", R"({"type":"image","url":"x"})") == "/payload/type");
  auto address = at.ask(
    "POST", "/v1/messages", at.token(),
    R"({"to":[{"channel":"sms","address":"+15550100"}],"payload":{"type":"text","text":"x"}})");
  BOOST_TEST(address.code() == "not_available_yet");
  BOOST_TEST(
    at.ask(
        "POST", "/v1/messages", at.token(),
        R"({"to":["a"],"payload":{"type":"text","text":"x"},"channels":["in_app"],"at_most_once":false,"send_at":null})")
      .status == 201);
}

BOOST_AUTO_TEST_CASE(whoever_cannot_be_reached_on_a_channel_is_told_of_as_failed) {
  site at;
  auto got = at.post("/v1/messages", at.token(),
                     {{"to", {"bruno", {{"channel", "email"}, {"address", "Carla@EXAMPLE.org"}}}},
                      {"channels", {"email", "in_app"}},
                      {"at_most_once", true},
                      {"routing", {{"mode", "all"}}},
                      {"expires_at", "2030-01-01T00:00:00Z"},
                      {"payload", text("x")}});
  BOOST_REQUIRE(got.status == 201);
  const auto& made = got.body;
  BOOST_TEST(made.at("deliveries_total") == 3);
  std::set<std::string> shown;
  for (const auto& one : made.at("deliveries"))
    shown.insert(one.at("channel").get<std::string>() + " " + one.at("status").get<std::string>() +
                 " " + one.at("recipient").dump());
  std::set<std::string> expected{
    "email failed \"bruno\"",
    "email failed {\"address\":\"Carla@example.org\",\"channel\":\"email\"}",
    "in_app sent \"bruno\""};
  BOOST_TEST(shown == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_address_is_held_against_its_channel) {
  site at;
  auto pointer = [&](const json& to) {
    auto got = at.post("/v1/messages", at.token(), {{"to", {to}}, {"payload", text("x")}});
    BOOST_TEST(got.status == 422);
    return got.pointers().empty() ? "none" : got.pointers().front();
  };
  BOOST_TEST(pointer({{"channel", "email"}, {"address", "no address"}}) == "/to/0/address");
  BOOST_TEST(pointer({{"channel", "pigeon"}, {"address", "a"}}) == "/to/0/channel");
  BOOST_TEST(pointer({{"channel", "in_app"}, {"address", "a"}}) == "/to/0/channel");
  BOOST_TEST(pointer({{"channel", "email"}}) == "/to/0/address");
}

BOOST_AUTO_TEST_CASE(a_user_speaks_for_itself_only) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto ana = at.user_token("ana"), carla = at.user_token("carla");
  auto said = at.post("/v1/messages", ana, {{"conversation_id", where}, {"payload", text("x")}});
  BOOST_TEST(said.status == 201);
  auto id = said.body.at("message_id").get<std::string>();
  BOOST_TEST(at.get("/v1/messages/" + id, at.token()).body.at("from") == "ana");
  auto other = at.post("/v1/messages", ana,
                       {{"conversation_id", where}, {"from", "bruno"}, {"payload", text("x")}});
  BOOST_TEST(other.status == 403);
  BOOST_TEST(other.code() == "forbidden_sender");
  BOOST_TEST(
    at.post("/v1/messages", carla, {{"conversation_id", where}, {"payload", text("x")}}).code() ==
    "conversation_not_found");
  BOOST_TEST(at.get("/v1/messages/" + id, carla).code() == "message_not_found");
  auto stranger = at.say(where, "carla", "x");
  BOOST_TEST(stranger.code() == "not_a_member");
  BOOST_TEST(stranger.pointers().at(0) == "/from");
  BOOST_TEST(at.say(uuid::v7().str(), "ana", "x").code() == "conversation_not_found");
}

BOOST_AUTO_TEST_CASE(what_is_stored_only_is_a_202_and_can_be_read) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  at.below.to_inbox = [](const command& what) {
    return std::holds_alternative<send_message>(what.body);
  };
  auto got = at.say(where, "ana", "x");
  BOOST_TEST(got.status == 202);
  BOOST_TEST(got.body.dump() ==
             json({{"status", "accepted"}, {"message_id", got.body.at("message_id")}}).dump());
  auto path = "/v1/messages/" + got.body.at("message_id").get<std::string>();
  auto waiting = at.get(path, at.token());
  BOOST_TEST(waiting.body.at("seq").is_null());
  BOOST_TEST(waiting.body.at("status") == "queued");
  at.below.empty_inbox();
  BOOST_TEST(at.get(path, at.token()).body.at("seq") == 1);
}

BOOST_AUTO_TEST_CASE(a_repeated_202_says_so) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  at.below.instead = [](const command& what) -> std::optional<reply> {
    reply said;
    said.command = what.id;
    said.stored = said.replayed = true;
    return said;
  };
  auto got = at.say(where, "ana", "x");
  BOOST_TEST(got.status == 202);
  BOOST_TEST(got.headers.at("idempotency-replayed") == "true");
}

BOOST_AUTO_TEST_CASE(cancelling_what_was_sent_needs_no_owner) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto id = at.say(where, "ana", "x").body.at("message_id").get<std::string>();
  at.below.instead = [](const command& what) { return refusal(what, ec::owner_unavailable); };
  auto got = at.ask("POST", "/v1/messages/" + id + "/cancel", at.token());
  BOOST_TEST(got.status == 409);
  BOOST_TEST(got.code() == "already_sent");
}

BOOST_AUTO_TEST_CASE(a_filter_by_something_that_is_no_channel_is_refused) {
  site at;
  for (const char* name : {"fax", "all", "", "IN_APP"}) {
    auto got = at.get(std::string{"/v1/messages?channel="} + name, at.token());
    BOOST_TEST(got.status == 422, name);
    BOOST_TEST((got.pointers() == std::vector<std::string>{"/channel"}), name);
  }
  BOOST_TEST(at.get("/v1/messages?channel=in_app", at.token()).status == 200);
  BOOST_TEST(at.get("/v1/messages?channel=email", at.token()).status == 200);
}

BOOST_AUTO_TEST_CASE(trouble_below_has_its_code_and_a_retry_after) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  for (auto code : {ec::owner_unavailable, ec::outcome_unknown, ec::store_unavailable,
                    ec::overloaded, ec::shutting_down}) {
    at.below.instead = [code](const command& what) { return refusal(what, code); };
    auto got = at.say(where, "ana", "x");
    BOOST_TEST(got.status == 503);
    BOOST_TEST(got.code() == info_of(code).code);
    BOOST_TEST(got.headers.contains("retry-after"));
  }
  for (auto internal : {ec::moved, ec::out_of_order, ec::abandoned}) {
    at.below.instead = [internal](const command& what) { return refusal(what, internal); };
    BOOST_TEST(at.say(where, "ana", "x").code() == "outcome_unknown");
  }
}

BOOST_AUTO_TEST_CASE(a_sent_message_cannot_be_cancelled) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto id = at.say(where, "ana", "x").body.at("message_id").get<std::string>();
  auto got = at.ask("POST", "/v1/messages/" + id + "/cancel", at.token());
  BOOST_TEST(got.status == 409);
  BOOST_TEST(got.code() == "already_sent");
  BOOST_TEST(at.ask("POST", "/v1/messages/" + uuid::v7().str() + "/cancel", at.token()).status ==
             404);
  BOOST_TEST(at.ask("POST", "/v1/messages/" + id + "/cancel", at.token(), "{\"a\":1}").status ==
             422);
}

BOOST_AUTO_TEST_CASE(commands_carry_trace_lane_and_speaker) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  at.post("/v1/messages", at.user_token("ana"),
          {{"conversation_id", where}, {"payload", text("x")}, {"priority", "express"}},
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
  auto last = at.below.commands().back();
  BOOST_TEST((last.priority == lane::express));
  BOOST_TEST(last.acting.value == "ana");
  BOOST_TEST(last.trace.find("00-0af7651916cd43dd8448eb211c80319c-") == 0U);
  BOOST_TEST(last.trace.find("b7ad6b7169203331") == std::string::npos);
  BOOST_TEST(last.origin.nil());
}

BOOST_AUTO_TEST_SUITE_END()
