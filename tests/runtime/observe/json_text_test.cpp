#include "runtime/observe/json_text.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <random>

using recado::observe::append_json;

namespace {

std::string json_of(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}
const std::string bad = "\xef\xbf\xbd";

} // namespace

BOOST_AUTO_TEST_SUITE(json_texts)

BOOST_AUTO_TEST_CASE(quotes_backslashes_and_controls_are_escaped) {
  BOOST_TEST(json_of("a\"b\\c\nd\te\r\x01\x1f") == R"("a\"b\\c\nd\te\r\u0001\u001f")");
  BOOST_TEST(json_of(std::string_view{"\0", 1}) == R"("\u0000")");
  BOOST_TEST(json_of("") == R"("")");
}

BOOST_AUTO_TEST_CASE(utf8_of_every_length_stays_as_it_is) {
  for (const auto* text : {"ç", "日本", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\x7f"})
    BOOST_TEST(json_of(text) == "\"" + std::string{text} + "\"");
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_becomes_a_replacement_character) {
  BOOST_TEST(json_of("a\xff"
                     "b") == "\"a" + bad + "b\"");
  BOOST_TEST(json_of("\x80") == "\"" + bad + "\"");
  BOOST_TEST(json_of("\xc0\xaf") == "\"" + bad + bad + "\"");                     // overlong
  BOOST_TEST(json_of("\xe0\x80\xaf") == "\"" + bad + bad + bad + "\"");           // overlong
  BOOST_TEST(json_of("\xed\xa0\x80") == "\"" + bad + bad + bad + "\"");           // a surrogate
  BOOST_TEST(json_of("\xf4\x90\x80\x80") == "\"" + bad + bad + bad + bad + "\""); // too large
  BOOST_TEST(json_of("\xf0\x9f\x98") == "\"" + bad + "\"");   // cut off at the end
  BOOST_TEST(json_of("\xf0\x9f\x98x") == "\"" + bad + "x\""); // cut off in the middle
}

BOOST_AUTO_TEST_CASE(any_bytes_at_all_become_what_another_parser_reads) {
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    std::mt19937_64 random{seed};
    std::string bytes(random() % 40, ' ');
    for (auto& c : bytes) {
      static constexpr unsigned char likely[] = {0xc3, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0xa9, 0xbf};
      c = static_cast<char>(random() % 2 == 0 ? likely[random() % 8] : random());
    }
    auto parsed = nlohmann::json::parse(json_of(bytes), nullptr, false);
    BOOST_REQUIRE(parsed.is_string());
    auto again = parsed.get<std::string>();
    BOOST_REQUIRE_EQUAL(json_of(again), json_of(bytes)); // its own output needs no replacement
  }
}

BOOST_AUTO_TEST_SUITE_END()
