#include "gateway/json/fields.hpp"
#include "gateway/json/writer.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;

namespace {

ec code_of(std::string_view text) {
  auto got = json::parse(text);
  return got ? ec::none : got.error().code;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

BOOST_AUTO_TEST_SUITE(strict_json)

BOOST_AUTO_TEST_CASE(what_is_json_is_read) {
  for (std::string_view text :
       {"null", "true", "false", "0", "-0", "12", "-1.5e+10", "1E5", "\"\"", "[]", "{}",
        " [ 1 , 2 ] ", "{\"a\":{\"b\":[null,true]}}", "\"\\u00e9\\ud83d\\ude00\\n\\/\"",
        "\"\xf0\x9f\x98\x80\"", "1e-400", "123456789012345678901234567890", "\t\r\n1\n"})
    BOOST_TEST(static_cast<int>(code_of(text)) == 0, text);
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_a_400) {
  const std::string_view wrong[] = {
    "",         "  ",      "nul",      "True",      "01",      "+1",
    "1.",       ".5",      "1e",       "0x10",      "NaN",     "Infinity",
    "-",        "1 2",     "{}{}",     "[1,]",      "[,1]",    "{\"a\":1,}",
    "{a:1}",    "{\"a\"}", "{\"a\":}", "{,}",       "[",       "]",
    "{",        "\"",      "\"\\x\"",  "\"\\u12\"", "'a'",     "\"a\nb\"",
    "\"\x01\"", "// c\n1", "1e400",    "-1e999",    "[1e309]", "\xef\xbb\xbf{}",
    "{} x"};
  for (auto text : wrong)
    BOOST_TEST((code_of(text) == ec::invalid_json), text);
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_a_400) {
  const std::string wrong[] = {"\"\xff\"",
                               "\"\xc0\xaf\"",
                               "\"\xc1\x81\"",
                               "\"\xe0\x80\xaf\"",
                               "\"\xed\xa0\x80\"",
                               "\"\xed\xbf\xbf\"",
                               "\"\xf4\x90\x80\x80\"",
                               "\"\xf0\x80\x80\x80\"",
                               "\"\xe2\x82\"",
                               "\"\x80\"",
                               "\"\xf8\x88\x80\x80\x80\"",
                               "\"\xe2\x28\xa1\""};
  for (const auto& text : wrong)
    BOOST_TEST((code_of(text) == ec::invalid_json));
}

BOOST_AUTO_TEST_CASE(lone_surrogates_are_a_400) {
  for (std::string_view text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")",
                                R"("\ud800\ud800")", R"({"\udfff":1})"})
    BOOST_TEST((code_of(text) == ec::invalid_json), text);
}

BOOST_AUTO_TEST_CASE(thirty_two_levels_are_enough) {
  BOOST_TEST((code_of(nested(32)) == ec::none));
  BOOST_TEST((code_of(nested(33)) == ec::json_too_deep));
  BOOST_TEST((code_of(std::string(100'000, '[')) == ec::json_too_deep));
  BOOST_TEST((code_of("{\"a\":" + nested(32) + "}") == ec::json_too_deep));
}

BOOST_AUTO_TEST_CASE(duplicates_and_nul_are_flaws_with_pointers) {
  auto got = json::parse(R"({"a":1,"b":{"c":1,"c":2,"c":3},"a":2,"d":["x\u0000y"],"e~/\u0000":1})");
  BOOST_REQUIRE(got);
  std::vector<std::string> pointers;
  for (const auto& each : got->flaws)
    pointers.push_back(each.pointer);
  const std::vector<std::string> expected{"/b/c", "/d/0", std::string{"/e~0~1"} + '\0', "/a"};
  BOOST_TEST(pointers == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(text_keeps_order_and_spelling) {
  std::string text = R"({"b":1.50,"a":[1e2,"\"\\\n",{}],"c":12345678901234567890})";
  BOOST_TEST(json::to_text(json::parse(text)->root) == text);
}

BOOST_AUTO_TEST_CASE(the_canonical_text_is_the_same_for_the_same_meaning) {
  auto canonical = [](std::string_view text) { return json::canonical(json::parse(text)->root); };
  BOOST_TEST(canonical(R"({"b":1,"a":{"d":2,"c":3}})") ==
             canonical(R"({ "a":{"c":3,"d":2}, "b":1.0 })"));
  BOOST_TEST(canonical("[1e2,-0,0.5]") == "[100,0,0.5]");
  BOOST_TEST(canonical(R"("\u0041")") == canonical(R"("A")"));
  BOOST_TEST(canonical("[1,2]") != canonical("[2,1]"));
  BOOST_TEST(canonical("9007199254740993") != canonical("9007199254740992"));
  BOOST_TEST(canonical("1") != canonical("\"1\""));
}

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read) {
  std::string out;
  json::writer{out}
    .begin_object()
    .field("a", "q\"\\\n\x01")
    .field("n", 5)
    .field_null("x")
    .key("l")
    .begin_array()
    .put(true)
    .put(user_id{})
    .put(user_id{"ana"})
    .begin_object()
    .end_object()
    .end_array()
    .field("o", std::optional<std::string>{})
    .end_object();
  BOOST_TEST(
    out ==
    "{\"a\":\"q\\\"\\\\\\n\\u0001\",\"n\":5,\"x\":null,\"l\":[true,null,\"ana\",{}],\"o\":null}");
  BOOST_TEST((code_of(out) == ec::none));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(fields_of_an_object)

BOOST_AUTO_TEST_CASE(all_errors_come_at_once) {
  auto body = json::parse(
    R"({"name":5,"seq":-1,"when":"soon","id":"x","user":"a b","what":"maybe","list":{},"odd":1})");
  json::complaints wrong;
  json::fields in{body->root, "", wrong};
  in.text("name", {1, 5});
  in.integer("seq", 0, 10);
  in.time("when");
  in.id("id");
  in.user("user");
  in.word("what", {"yes", "no"});
  in.array("list", 0, 3);
  in.require("missing");
  in.find("missing");
  in.finish();
  auto got = wrong.as_problem();
  BOOST_TEST((got.code == ec::invalid_request));
  std::vector<std::string> pointers;
  pointers.reserve(got.errors.size());
  for (const auto& each : got.errors)
    pointers.push_back(each.pointer);
  const std::vector<std::string> expected{"/name", "/seq",  "/when",    "/id", "/user",
                                          "/what", "/list", "/missing", "/odd"};
  BOOST_TEST(pointers == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_not_built_counts_only_when_nothing_is_wrong) {
  json::complaints later;
  later.not_yet("/send_at", "later");
  BOOST_TEST((later.as_problem().code == ec::not_available_yet));
  later.wrong("/to", "wrong");
  BOOST_TEST((later.as_problem().code == ec::invalid_request));
  BOOST_TEST(later.as_problem().errors.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_not_an_object_is_said_once) {
  for (std::string_view text : {"[]", "null", "5", "\"x\""}) {
    auto body = json::parse(text);
    json::complaints wrong;
    json::fields in{body->root, "", wrong};
    in.require("a");
    in.text("a", {});
    in.finish();
    BOOST_TEST(wrong.as_problem().errors.size() == 1U);
    BOOST_TEST(wrong.as_problem().errors[0].pointer == "");
  }
}

BOOST_AUTO_TEST_CASE(whole_numbers_only) {
  for (std::string_view text : {"1.0", "1e0", "12345678901234567890", "\"1\"", "true", "null"}) {
    auto body = json::parse("{\"n\":" + std::string{text} + "}");
    json::complaints wrong;
    json::fields in{body->root, "", wrong};
    BOOST_TEST(!in.integer("n", 0, 100));
    BOOST_TEST(wrong.any());
  }
}

BOOST_AUTO_TEST_SUITE_END()
