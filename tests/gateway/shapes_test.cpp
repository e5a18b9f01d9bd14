#include "gateway/rest/router.hpp"
#include "gateway/shapes/address.hpp"
#include "gateway/shapes/cursor.hpp"
#include "gateway/shapes/ids.hpp"
#include "gateway/shapes/locale.hpp"
#include "gateway/shapes/message.hpp"
#include "gateway/shapes/user.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace recado;

BOOST_AUTO_TEST_SUITE(cursors)

BOOST_AUTO_TEST_CASE(a_cursor_belongs_to_its_list) {
  auto cursor = shapes::make_cursor("list a", "position \1\2");
  BOOST_TEST(shapes::read_cursor("list a", cursor).value() == "position \1\2");
  BOOST_TEST((shapes::read_cursor("list b", cursor).error().code == ec::invalid_cursor));
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!shapes::read_cursor("list a", changed));
  }
  for (const auto& bad : std::vector<std::string>{"", "x", "!!!!", "AAAAAAAAAAA", "AAAAAAAAAAAA",
                                                  "null", std::string(5000, 'A')})
    BOOST_TEST(!shapes::read_cursor("list a", bad));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ids_that_follow_from_others)

BOOST_AUTO_TEST_CASE(the_implicit_conversation_does_not_depend_on_the_order) {
  auto client = client_id::make();
  user_id ana{"ana"}, bruno{"bruno"}, carla{"carla"};
  auto one = shapes::implicit_conversation(client, ana, {bruno, carla});
  BOOST_TEST((one == shapes::implicit_conversation(client, ana, {carla, bruno, carla})));
  BOOST_TEST((one != shapes::implicit_conversation(client, ana, {bruno})));
  BOOST_TEST((one != shapes::implicit_conversation(client, bruno, {ana, carla})));
  BOOST_TEST((one != shapes::implicit_conversation(client, {}, {ana, bruno, carla})));
  BOOST_TEST((one != shapes::implicit_conversation(client_id::make(), ana, {bruno, carla})));
}

BOOST_AUTO_TEST_CASE(keys_give_ids) {
  auto client = client_id::make();
  BOOST_TEST((shapes::message_of_key(client, "k") == message_id{uuid::v5(client.value, "k")}));
  BOOST_TEST((shapes::message_of_key(client, "k") != shapes::message_of_key(client, "l")));
  BOOST_TEST(
    (shapes::conversation_of_key(client, "k").value != shapes::message_of_key(client, "k").value));
  BOOST_TEST(
    (shapes::command_of_key(client, "r", "k", {}) == shapes::command_of_key(client, "r", "k", {})));
  BOOST_TEST((shapes::command_of_key(client, "r", "k", {}) !=
              shapes::command_of_key(client, "r", "k", {1})));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(messages_as_asked_for)

namespace {
shapes::message_request read(std::string_view text, json::complaints& wrong) {
  auto body = json::parse(text);
  BOOST_REQUIRE(body);
  return shapes::read_message(body->root, {}, wrong);
}
request_hash hash_of(std::string_view text) {
  static const auto client = client_id::make();
  json::complaints wrong;
  auto asked = read(text, wrong);
  BOOST_REQUIRE(!wrong.any());
  auto from = asked.from.value_or(user_id{});
  return shapes::address(client, std::move(asked), from).body.hash;
}
} // namespace

BOOST_AUTO_TEST_CASE(the_hash_covers_what_carries_meaning) {
  auto one =
    hash_of(R"({"to":["b","a"],"payload":{"type":"text","text":"x"},"metadata":{"k":1,"l":2}})");
  BOOST_TEST(
    (one ==
     hash_of(
       R"({"metadata":{"l":2,"k":1.0},"payload":{"text":"x","type":"text"},"to":["a","b","a"]})")));
  BOOST_TEST((
    one ==
    hash_of(
      R"({"to":["a","b"],"payload":{"type":"text","text":"x"},"metadata":{"k":1,"l":2},"priority":"standard",)"
      R"("message_id":"0190b5a0-0000-7000-8000-000000000001","send_at":null})")));
  BOOST_TEST(
    (one !=
     hash_of(R"({"to":["a"],"payload":{"type":"text","text":"x"},"metadata":{"k":1,"l":2}})")));
  BOOST_TEST(
    (one !=
     hash_of(R"({"to":["a","b"],"payload":{"type":"text","text":"y"},"metadata":{"k":1,"l":2}})")));
  BOOST_TEST((one != hash_of(R"({"to":["a","b"],"payload":{"type":"text","text":"x"}})")));
  BOOST_TEST((
    one !=
    hash_of(
      R"({"to":["a","b"],"from":"c","payload":{"type":"text","text":"x"},"metadata":{"k":1,"l":2}})")));
  BOOST_TEST((
    one !=
    hash_of(
      R"({"to":["a","b"],"payload":{"type":"text","text":"x"},"metadata":{"k":1,"l":2},"priority":"bulk"})")));
}

BOOST_AUTO_TEST_CASE(metadata_may_name_the_lane) {
  auto lane_of = [](const std::string& extra) {
    json::complaints wrong;
    return read(R"({"to":["a"],"payload":{"type":"text","text":"x"})" + extra + "}", wrong)
      .what.priority;
  };
  BOOST_TEST((lane_of("") == lane::standard));
  BOOST_TEST((lane_of(R"(,"metadata":{"priority":"high"})") == lane::express));
  BOOST_TEST((lane_of(R"(,"metadata":{"priority":"normal"})") == lane::standard));
  BOOST_TEST((lane_of(R"(,"metadata":{"priority":"low"})") == lane::bulk));
  BOOST_TEST((lane_of(R"(,"priority":"bulk","metadata":{"priority":"high"})") == lane::bulk));
}

BOOST_AUTO_TEST_CASE(another_word_for_the_lane_in_the_metadata_is_refused) {
  for (const char* word : {"7", R"("urgent")", "null", R"("HIGH")"}) {
    json::complaints wrong;
    read(
      std::string{R"({"to":["a"],"payload":{"type":"text","text":"x"},"metadata":{"priority":)"} +
        word + "}}",
      wrong);
    BOOST_REQUIRE(wrong.any());
    auto told = wrong.as_problem();
    BOOST_TEST((told.code == ec::invalid_request));
    BOOST_TEST(told.errors.at(0).pointer == "/metadata/priority");
  }
}

BOOST_AUTO_TEST_CASE(a_locale_is_a_language_tag) {
  for (const char* good :
       {"pt", "pt-BR", "en-US", "zh-Hant-TW", "sr-Latn-RS", "es-419", "de-CH-1901",
        "sl-rozaj-biske", "de-CH-x-phonebk", "zh-cmn-Hans-CN", "en-a-bbb-x-a-ccc", "x-whatever",
        "i-klingon", "az-Arab-x-AZE-derbend", "ar-u-nu-latn", "EN-us", "abcde", "sgn-BE-FR"})
    BOOST_TEST(shapes::language_tag(good), good);
  for (const char* bad : {"", "p", "pt_BR", "pt-", "-pt", "pt--BR", "pt BR", "portuguese-brazil",
                          "de-419-DE", "a-DE", "en-a", "en-x", "x", "ar-a-aaa-b-bbb-a-ccc",
                          "de-1901-1901", "português", "en-US-toolongsubtag", "12"})
    BOOST_TEST(!shapes::language_tag(bad), bad);
}

BOOST_AUTO_TEST_CASE(each_channel_has_its_own_addresses) {
  std::string token(64, 'a'),
    push = R"({"endpoint":"https://push.example.org/1","keys":{"p256dh":"k","auth":"a"}})";
  for (auto [channel, good] :
       std::vector<std::pair<std::string, std::string>>{{"email", "ana@example.org"},
                                                        {"sms", "+5511999990000"},
                                                        {"whatsapp", "+351210000000"},
                                                        {"telegram", "123456789"},
                                                        {"telegram", "-1001234567890"},
                                                        {"telegram", "@recado_channel"},
                                                        {"messenger", "24680135792468"},
                                                        {"instagram", "17841400000000000"},
                                                        {"fcm", "dGVzdA:APA91b-x_y"},
                                                        {"apns", token},
                                                        {"webpush", push}}) {
    auto got = shapes::canonical_address(channel, good);
    BOOST_TEST(got.has_value(), channel << " " << good);
  }
  for (auto [channel, bad] : std::vector<std::pair<std::string, std::string>>{
         {"email", "ana"},
         {"email", "a b@example.org"},
         {"email", "ana@example.org\r\nBcc: eve@example.org"},
         {"sms", "5511999990000"},
         {"sms", "+0123456789"},
         {"sms", "+55 11 99999"},
         {"sms", "+1234567890123456"},
         {"whatsapp", "+"},
         {"telegram", "@a"},
         {"telegram", "ana"},
         {"telegram", "-"},
         {"messenger", "12a"},
         {"instagram", ""},
         {"fcm", "a b"},
         {"apns", "abc"},
         {"webpush", "https://push.example.org/1"},
         {"webpush",
          R"({"endpoint":"http://push.example.org/1","keys":{"p256dh":"k","auth":"a"}})"},
         {"webpush", R"({"endpoint":"https://push.example.org/1"})"}})
    BOOST_TEST(!shapes::canonical_address(channel, bad).has_value(), channel << " " << bad);
}

BOOST_AUTO_TEST_CASE(a_user_has_a_locale_and_a_time_zone_that_exist) {
  auto wrong_in = [](const std::string& text) {
    auto body = *json::parse(text);
    json::complaints wrong;
    shapes::read_user_fields(body.root, gateway_limits{}, wrong);
    std::string out;
    if (wrong.any())
      for (const auto& each : wrong.as_problem().errors)
        out += each.pointer;
    return out;
  };
  BOOST_TEST(wrong_in(R"({"locale":"pt-BR","time_zone":"America/Sao_Paulo"})").empty());
  BOOST_TEST(wrong_in(R"({"locale":null,"time_zone":null})").empty());
  for (const char* zone : {"UTC", "Europe/Lisbon", "Etc/GMT+3", "US/Eastern"})
    BOOST_TEST(wrong_in(std::string{R"({"time_zone":")"} + zone + "\"}").empty(), zone);
  for (const char* zone :
       {"", "Mars/Phobos", "europe/lisbon", "../../etc/passwd", "GMT+25", "+03:00"})
    BOOST_TEST(wrong_in(std::string{R"({"time_zone":")"} + zone + "\"}") == "/time_zone", zone);
  BOOST_TEST(wrong_in(R"({"locale":"pt_BR","time_zone":"x"})") == "/locale/time_zone");
}

BOOST_AUTO_TEST_CASE(a_message_without_an_id_gets_a_new_one_that_is_known_to_be_new) {
  json::complaints wrong;
  auto asked = read(R"({"from":"c","to":["b"],"payload":{"type":"text","text":"x"}})", wrong);
  auto made = shapes::address(client_id::make(), asked, user_id{"c"}).body;
  BOOST_TEST(made.message_made);
  BOOST_TEST(!made.message.nil());
  asked.message = message_id::make();
  auto named = shapes::address(client_id::make(), asked, user_id{"c"}).body;
  BOOST_TEST(!named.message_made);
  BOOST_TEST((named.message == *asked.message));
}

BOOST_AUTO_TEST_CASE(the_members_of_an_implicit_conversation_include_the_sender) {
  json::complaints wrong;
  auto asked = read(R"({"from":"c","to":["b","a"],"payload":{"type":"text","text":"x"}})", wrong);
  auto whole = shapes::address(client_id::make(), asked, user_id{"c"});
  const std::vector<user_id> expected{user_id{"a"}, user_id{"b"}, user_id{"c"}};
  BOOST_TEST((whole.body.implicit_members == expected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(literal_paths_win_over_parameters) {
  rest::router uut{rest::all_routes()};
  BOOST_TEST(uut.find("POST", "/v1/messages/bulk").found->path == "/v1/messages/bulk");
  BOOST_TEST(uut.find("GET", "/v1/messages/bulk").found->path == "/v1/messages/{id}");
  BOOST_TEST(uut.find("POST", "/v1/dead-letters/redrive").found->path ==
             "/v1/dead-letters/redrive");
}

BOOST_AUTO_TEST_CASE(parameters_are_decoded) {
  rest::router uut{rest::all_routes()};
  auto got = uut.find("GET", "/v1/users/ana%40example.org/identities");
  BOOST_REQUIRE(got.found);
  BOOST_TEST(got.params.at(0) == "ana@example.org");
  BOOST_TEST(uut.find("GET", "/v1/users/a%2Fb").params.at(0) == "a/b");
  for (std::string_view bad :
       {"/v1/users/%zz", "/v1/users/%00", "/v1/users/", "/v1//users", "v1/users", "*", "/", ""})
    BOOST_TEST(!uut.find("GET", bad).found, bad);
}

BOOST_AUTO_TEST_CASE(allow_names_every_method_of_the_path) {
  rest::router uut{rest::all_routes()};
  auto got = uut.find("BREW", "/v1/messages");
  BOOST_TEST(!got.found);
  BOOST_TEST(got.allow == "POST, GET, HEAD");
  BOOST_TEST(uut.find("DELETE", "/nowhere").allow.empty());
  BOOST_TEST(uut.find("HEAD", "/v1/messages").found->method == "GET");
}

BOOST_AUTO_TEST_CASE(no_route_is_there_twice) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& each : rest::all_routes())
    BOOST_TEST(seen.emplace(each.method, each.path).second, each.path);
}

BOOST_AUTO_TEST_SUITE_END()
