/// What a provider says may be anything; what PostgreSQL gets is text.
#include "actors/delivery/clean_text.hpp"

#include <boost/test/unit_test.hpp>

using recado::clean_text;

BOOST_AUTO_TEST_SUITE(cleaning)

BOOST_AUTO_TEST_CASE(text_stays_as_it_is) {
  BOOST_TEST(clean_text("5.1.1 Não há ninguém 🙂", 500) == "5.1.1 Não há ninguém 🙂");
  BOOST_TEST(clean_text("", 500) == "");
}

BOOST_AUTO_TEST_CASE(control_characters_become_spaces) {
  BOOST_TEST(clean_text(std::string{"a\r\nb\0c\x7f", 7}, 500) == "a  b c ");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_become_question_marks) {
  for (const char* bad :
       {"\xff", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    for (char c : clean_text(bad, 500))
      BOOST_TEST((c == '?'), "of " << bad);
  BOOST_TEST(clean_text("a\xe9z", 500) == "a?z"); // Latin-1
}

BOOST_AUTO_TEST_CASE(a_character_is_never_cut) {
  BOOST_TEST(clean_text("ãão", 3) == "ã");
  BOOST_TEST(clean_text("ãão", 4) == "ãã");
}

BOOST_AUTO_TEST_SUITE_END()
