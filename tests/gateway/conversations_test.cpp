#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;

BOOST_AUTO_TEST_SUITE(conversations)

BOOST_AUTO_TEST_CASE(a_conversation_is_made_read_and_listed) {
  site at;
  auto made = at.post("/v1/conversations", at.token(),
                      {{"type", "group"},
                       {"members", {"bruno", {{"user_id", "ana"}, {"role", "admin"}}}},
                       {"title", "T"},
                       {"metadata", {{"k", 1}}}});
  BOOST_REQUIRE_EQUAL(made.status, 201);
  auto id = made.body.at("conversation_id").get<std::string>();
  BOOST_TEST(made.headers.at("location") == "/v1/conversations/" + id);
  BOOST_TEST(made.body.at("members").size() == 2U);
  BOOST_TEST(made.body.at("members").at(0).at("role") == "admin");
  BOOST_TEST(made.body.at("last_seq") == 0);
  BOOST_TEST(at.get("/v1/conversations/" + id, at.token()).text == made.text);
  BOOST_TEST(at.get("/v1/conversations", at.token()).body.at("data").size() == 1U);
  BOOST_TEST(at.get("/v1/conversations?user_id=ana", at.token()).body.at("data").size() == 1U);
  BOOST_TEST(at.get("/v1/conversations?user_id=carla", at.token()).body.at("data").size() == 0U);
  BOOST_TEST(at.get("/v1/conversations?type=cave", at.token()).status == 422);
  BOOST_TEST(at.get("/v1/conversations/" + id, at.token_of(at.below.admin)).status == 404);
}

BOOST_AUTO_TEST_CASE(a_known_id_is_a_replay_or_a_conflict) {
  site at;
  json asked{
    {"conversation_id", uuid::v7().str()}, {"type", "private"}, {"members", {"ana", "bruno"}}};
  auto first = at.post("/v1/conversations", at.token(), asked);
  auto again = at.post("/v1/conversations", at.token(), asked);
  BOOST_TEST(first.status == 201);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.text == first.text);
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
  asked["title"] = "other";
  auto other = at.post("/v1/conversations", at.token(), asked);
  BOOST_TEST(other.status == 409);
  BOOST_TEST(other.code() == "conversation_exists");
}

BOOST_AUTO_TEST_CASE(without_an_id_it_is_always_a_new_one_unless_a_key_says_so) {
  site at;
  json asked{{"type", "group"}, {"members", {"ana"}}};
  auto id = [](const response& got) { return got.body.at("conversation_id").get<std::string>(); };
  BOOST_TEST(id(at.post("/v1/conversations", at.token(), asked)) !=
             id(at.post("/v1/conversations", at.token(), asked)));
  auto key = "Idempotency-Key: k\r\n";
  auto first = at.post("/v1/conversations", at.token(), asked, key);
  auto again = at.post("/v1/conversations", at.token(), asked, key);
  BOOST_TEST(id(first) == id(again));
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
  asked["title"] = "other";
  BOOST_TEST(at.post("/v1/conversations", at.token(), asked, key).code() == "idempotency_mismatch");
  BOOST_TEST(at.post("/v1/conversations", at.token(), asked,
                     "Idempotency-Key: " + std::string(256, 'k') + "\r\n")
               .status == 400);
}

BOOST_AUTO_TEST_CASE(bad_conversations_are_refused) {
  site at;
  for (std::string body :
       {R"({})", R"({"type":"group"})", R"({"type":"cave","members":["a"]})",
        R"({"type":"group","members":[]})", R"({"type":"group","members":"ana"})",
        R"({"type":"group","members":[5]})", R"({"type":"group","members":["a b"]})",
        R"({"type":"private","members":["a"]})", R"({"type":"private","members":["a","b","c"]})",
        R"({"type":"direct","members":["a","b"]})",
        R"({"type":"group","members":["a"],"conversation_id":"x"})",
        R"({"type":"group","members":["a"],"odd":1})",
        R"({"type":"group","members":[{"user_id":"a","role":"king"}]})"})
    BOOST_TEST(at.ask("POST", "/v1/conversations", at.token(), body).status == 422, body);
}

BOOST_AUTO_TEST_CASE(members_come_and_go) {
  site at;
  auto where = "/v1/conversations/" + at.conversation({"ana"});
  auto added = at.post(where + "/members", at.token(), {{"user_id", "bruno"}, {"role", "admin"}});
  BOOST_TEST(added.status == 201);
  BOOST_TEST(added.body.at("role") == "admin");
  BOOST_TEST(added.body.at("joined_seq") == 0);
  BOOST_TEST(at.get(where, at.token()).body.at("members").size() == 2U);
  BOOST_TEST(at.remove(where + "/members/bruno", at.token()).status == 204);
  BOOST_TEST(at.remove(where + "/members/bruno", at.token()).code() == "member_not_found");
  BOOST_TEST(at.post(where + "/members", at.token(), json::object()).status == 422);
  auto unknown = "/v1/conversations/" + uuid::v7().str();
  BOOST_TEST(at.post(unknown + "/members", at.token(), {{"user_id", "x"}}).code() ==
             "conversation_not_found");
  auto couple = "/v1/conversations/" + at.conversation({"ana", "bruno"}, "private");
  BOOST_TEST(at.post(couple + "/members", at.token(), {{"user_id", "x"}}).status == 422);
}

BOOST_AUTO_TEST_CASE(a_member_who_is_one_already_is_a_replay) {
  site at;
  auto where = "/v1/conversations/" + at.conversation({"ana"}) + "/members";
  auto first = at.post(where, at.token(), {{"user_id", "bruno"}});
  auto again = at.post(where, at.token(), {{"user_id", "bruno"}});
  BOOST_TEST(first.status == 201);
  BOOST_TEST(!first.headers.contains("idempotency-replayed"));
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.text == first.text);
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
  auto with_key = at.post(where, at.token(), {{"user_id", "bruno"}}, "Idempotency-Key: k\r\n");
  BOOST_TEST(with_key.headers.at("idempotency-replayed") == "true");
  BOOST_TEST(at.post(where, at.token(), {{"user_id", "bruno"}, {"role", "admin"}}).status == 409);
}

BOOST_AUTO_TEST_CASE(every_refusal_of_an_owner_has_a_pointer) {
  site at;
  auto id = at.conversation({"ana", "bruno"}, "private");
  auto couple = "/v1/conversations/" + id;
  at.put("/v1/users/gone", at.token(), json::object());
  at.remove("/v1/users/gone", at.token());
  using list = std::vector<std::string>;
  auto only = [](const response& got, const char* pointer) {
    BOOST_TEST(got.status == 422, got.text);
    BOOST_TEST((got.pointers() == list{pointer}), got.text);
    BOOST_TEST(got.body.at("detail").get<std::string>().find(": ") != 0U, got.text);
  };
  only(at.post(couple + "/members", at.token(), {{"user_id", "x"}}), "/user_id");
  only(at.remove(couple + "/members/ana", at.token()), "/user_id");
  only(at.say(id, "carla", "x"), "/from");
  json to{{"from", "ana"}, {"to", {"gone"}}, {"payload", {{"type", "text"}, {"text", "x"}}}};
  only(at.post("/v1/messages", at.token(), to), "/to");
  json group{{"type", "group"}, {"members", {"ana", "gone"}}};
  only(at.post("/v1/conversations", at.token(), group), "/members");
  auto message = at.say(id, "ana", "x").body.at("message_id");
  json other{{"message_id", message},
             {"conversation_id", id},
             {"payload", {{"type", "text"}, {"text", "y"}}}};
  only(at.post("/v1/messages", at.token(), other), "/message_id");
  only(at.ask("PUT", "/v1/users/ana", at.token(), "[]"), "");
}

BOOST_AUTO_TEST_CASE(who_has_left_sees_nothing_of_it_any_more) {
  site at;
  auto id = at.conversation({"ana", "bruno"});
  auto where = "/v1/conversations/" + id;
  auto bruno = at.user_token("bruno");
  auto message = at.say(id, "ana", "x").body.at("message_id").get<std::string>();
  BOOST_TEST(at.get(where, bruno).status == 200);
  BOOST_TEST(at.get("/v1/messages/" + message, bruno).status == 200);
  at.remove(where + "/members/bruno", at.token());
  for (const auto& path : {where, where + "/messages"})
    BOOST_TEST(at.get(path, bruno).code() == "conversation_not_found");
  for (const auto& path : {"/v1/messages/" + message, "/v1/messages/" + message + "/history"})
    BOOST_TEST(at.get(path, bruno).code() == "message_not_found");
  line socket{at, bruno};
  auto said = socket.ask({{"type", "resume"}, {"conversations", {{id, 0}}}});
  BOOST_TEST(said.at("type") == "error");
  BOOST_TEST(said.at("code") == "conversation_not_found");
  BOOST_TEST(said.at("conversation_id") == id);
  at.post(where + "/members", at.token(), {{"user_id", "bruno"}});
  BOOST_TEST(at.get(where + "/messages", bruno).body.at("data").empty()); // what was said before
}

BOOST_AUTO_TEST_CASE(a_member_with_a_key_is_added_once) {
  site at;
  auto where = "/v1/conversations/" + at.conversation({"ana"}) + "/members";
  auto key = "Idempotency-Key: m\r\n";
  auto first = at.post(where, at.token(), {{"user_id", "bruno"}}, key);
  auto again = at.post(where, at.token(), {{"user_id", "bruno"}}, key);
  BOOST_TEST(first.text == again.text);
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
  BOOST_TEST(at.post(where, at.token(), {{"user_id", "carla"}}, key).code() ==
             "idempotency_mismatch");
}

BOOST_AUTO_TEST_CASE(a_user_makes_conversations_that_it_is_in) {
  site at;
  auto ana = at.user_token("ana");
  auto made = at.post("/v1/conversations", ana, {{"type", "group"}, {"members", {"ana", "bruno"}}});
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.body.at("members").at(0).at("role") == "admin");
  BOOST_TEST(
    at.post("/v1/conversations", ana, {{"type", "group"}, {"members", {"bruno"}}}).status == 422);
  auto where = "/v1/conversations/" + made.body.at("conversation_id").get<std::string>();
  BOOST_TEST(at.post(where + "/members", ana, {{"user_id", "carla"}}).status == 201);
  BOOST_TEST(at.post(where + "/members", at.user_token("bruno"), {{"user_id", "davi"}}).status ==
             403);
}

BOOST_AUTO_TEST_CASE(to_others_users_it_does_not_exist) {
  site at;
  auto id = at.conversation({"ana", "bruno"});
  auto where = "/v1/conversations/" + id;
  auto carla = at.user_token("carla");
  BOOST_TEST(at.get(where, at.user_token("ana")).status == 200);
  BOOST_TEST(at.get(where, carla).code() == "conversation_not_found");
  BOOST_TEST(at.get(where + "/messages", carla).code() == "conversation_not_found");
  BOOST_TEST(at.post(where + "/receipts", carla, {{"type", "read"}, {"up_to_seq", 0}}).code() ==
             "conversation_not_found");
  BOOST_TEST(at.post(where + "/typing", carla, {{"on", true}}).code() == "conversation_not_found");
  BOOST_TEST(at.get("/v1/conversations", carla).body.at("data").empty());
  BOOST_TEST(at.get("/v1/conversations?user_id=ana", carla).code() == "forbidden_sender");
}

BOOST_AUTO_TEST_CASE(receipts_only_rise) {
  site at;
  auto id = at.conversation({"ana", "bruno"});
  auto where = "/v1/conversations/" + id + "/receipts";
  for (int i = 0; i < 3; ++i)
    at.say(id, "ana", "x");
  auto receipt = [&](std::string_view type, int seq) {
    return at.post(where, at.token(), {{"user_id", "bruno"}, {"type", type}, {"up_to_seq", seq}});
  };
  BOOST_TEST(receipt("read", 2).body.at("up_to_seq") == 2);
  auto lower = receipt("read", 1);
  BOOST_TEST(lower.status == 200);
  BOOST_TEST(
    lower.body.dump() ==
    json({{"conversation_id", id}, {"user_id", "bruno"}, {"type", "read"}, {"up_to_seq", 2}})
      .dump());
  auto above = receipt("read", 4);
  BOOST_TEST(above.status == 422);
  BOOST_TEST(above.pointers().at(0) == "/up_to_seq");
  BOOST_TEST(receipt("seen", 1).status == 422);
  BOOST_TEST(receipt("read", -1).status == 422);
  auto stranger =
    at.post(where, at.token(), {{"user_id", "carla"}, {"type", "read"}, {"up_to_seq", 1}});
  BOOST_TEST(stranger.code() == "not_a_member");
  BOOST_TEST(stranger.pointers().at(0) == "/user_id");
  BOOST_TEST(at.post(where, at.token(), {{"type", "read"}, {"up_to_seq", 1}}).status == 422);
  BOOST_TEST(
    at.post(where, at.user_token("bruno"), {{"user_id", "ana"}, {"type", "read"}, {"up_to_seq", 1}})
      .code() == "forbidden_sender");
  BOOST_TEST(at.post(where, at.user_token("bruno"), {{"type", "read"}, {"up_to_seq", 3}})
               .body.at("up_to_seq") == 3);
}

BOOST_AUTO_TEST_CASE(the_messages_of_a_conversation_are_paged_both_ways) {
  site at;
  auto id = at.conversation({"ana", "bruno"});
  for (int i = 1; i <= 7; ++i)
    at.say(id, "ana", std::to_string(i));
  auto seqs = [&](const std::string& query, std::string* cursor = nullptr) {
    auto got = at.get("/v1/conversations/" + id + "/messages?" + query, at.token());
    BOOST_REQUIRE_EQUAL(got.status, 200);
    std::string out;
    for (const auto& each : got.body.at("data"))
      out += std::to_string(each.at("seq").get<int>());
    if (cursor)
      *cursor =
        got.body.at("next_cursor").is_null() ? "" : got.body.at("next_cursor").get<std::string>();
    return out;
  };
  BOOST_TEST(seqs("since_seq=0") == "1234567");
  BOOST_TEST(seqs("since=5") == "67");
  BOOST_TEST(seqs("since_seq=2&before_seq=6") == "345");
  BOOST_TEST(seqs("since_seq=7").empty());
  std::string cursor;
  BOOST_TEST(seqs("since_seq=1&limit=3", &cursor) == "234");
  BOOST_TEST(seqs("limit=3&cursor=" + cursor, &cursor) == "567");
  BOOST_TEST(cursor.empty());
  BOOST_TEST(seqs("before_seq=7&limit=4", &cursor) == "3456");
  BOOST_TEST(seqs("limit=4&cursor=" + cursor, &cursor) == "12");
  BOOST_TEST(seqs("since_seq=1&before_seq=6&limit=2", &cursor) == "23");
  BOOST_TEST(seqs("since_seq=1&before_seq=6&limit=2&cursor=" + cursor, &cursor) == "45");
  BOOST_TEST(at.get("/v1/conversations/" + id + "/messages?since_seq=-1", at.token()).status ==
             422);
  BOOST_TEST(at.get("/v1/conversations/" + id + "/messages?limit=0", at.token()).status == 422);
}

BOOST_AUTO_TEST_SUITE_END()
