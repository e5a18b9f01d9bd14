#include "channels/email/mime.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::channels::email {

using namespace std::string_literals;

mail simple() {
  mail out;
  out.from = {"Bar do Zé", "bar@example.org"};
  out.to = "ana@example.com";
  out.subject = "Olá, Ana";
  out.message_id = "m1.d1@example.org";
  out.date = *parse_rfc3339("2026-11-22T07:02:03.004Z");
  out.text = "Olá!\nTudo bem?";
  out.boundary = "0198";
  return out;
}

bool all_lines_are_clean(const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    auto end = text.find("\r\n", at);
    if (end == std::string::npos || end - at > 78) return false;
    for (auto i = at; i < end; ++i)
      if (static_cast<unsigned char>(text[i]) >= 0x7f || text[i] == '\r' || text[i] == '\n')
        return false;
    at = end + 2;
  }
  return true;
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t out = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++out;
  return out;
}

BOOST_AUTO_TEST_SUITE(mime)

BOOST_AUTO_TEST_CASE(a_mail_of_text_has_one_part) {
  BOOST_TEST(compose(simple()) == "From: =?UTF-8?B?QmFyIGRvIFrDqQ==?=\r\n <bar@example.org>\r\n"
                                  "To: <ana@example.com>\r\n"
                                  "Subject: =?UTF-8?B?T2zDoSwgQW5h?=\r\n"
                                  "Date: Sun, 22 Nov 2026 07:02:03 +0000\r\n"
                                  "Message-ID: <m1.d1@example.org>\r\n"
                                  "MIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n"
                                  "\r\n"
                                  "Ol=C3=A1!\r\nTudo bem?\r\n");
}

BOOST_AUTO_TEST_CASE(text_and_html_are_alternatives_the_better_one_last) {
  auto both = simple();
  both.html = "<p>Olá!</p>";
  auto text = compose(both);
  BOOST_TEST(count(text, "multipart/alternative; boundary=\"=_0198\"") == 1u);
  BOOST_TEST(count(text, "--=_0198") == 3u);
  BOOST_TEST(text.find("text/plain") < text.find("text/html"));
  BOOST_TEST(text.ends_with("--=_0198--\r\n"));
  BOOST_TEST(all_lines_are_clean(text));
}

BOOST_AUTO_TEST_CASE(the_same_mail_has_the_same_bytes) {
  BOOST_TEST(compose(simple()) == compose(simple()));
}

BOOST_AUTO_TEST_CASE(no_value_can_begin_a_field) {
  auto evil = simple();
  auto injection = "x\r\nBcc: all@example.org\n\rX: y\0z"s;
  evil.subject = evil.from.name = injection;
  evil.to = "ana@example.com\r\nBcc: b@example.org";
  evil.message_id = evil.references = evil.list_unsubscribe = injection;
  evil.more = {{"X-Recado-Delivery", injection}};
  auto text = compose(evil);
  BOOST_TEST(count(text, "\r\nBcc") == 0u);
  BOOST_TEST(count(text, "\r\nX:") == 0u);
  BOOST_TEST(text.find('\0') == std::string::npos);
  BOOST_TEST(count(text, "\n") == count(text, "\r\n"));
  BOOST_TEST(count(text, "\r") == count(text, "\r\n"));
}

BOOST_AUTO_TEST_CASE(a_long_subject_is_folded) {
  auto long_one = simple();
  long_one.subject = "";
  for (int i = 0; i < 60; ++i)
    long_one.subject += "word" + std::to_string(i) + " ";
  BOOST_TEST(all_lines_are_clean(compose(long_one)));
  for (int i = 0; i < 60; ++i)
    long_one.subject += "ação ";
  BOOST_TEST(all_lines_are_clean(compose(long_one)));
  long_one.subject = std::string(500, 'x');
  BOOST_TEST(all_lines_are_clean(compose(long_one)));
  long_one.subject = "";
  for (int i = 0; i < 100; ++i)
    long_one.subject += "😀";
  BOOST_TEST(all_lines_are_clean(compose(long_one)));
  long_one.from.name = long_one.subject;
  BOOST_TEST(all_lines_are_clean(compose(long_one)));
}

BOOST_AUTO_TEST_CASE(what_looks_like_an_encoded_word_is_encoded) {
  BOOST_TEST(unstructured_field("Subject", "=?UTF-8?Q?x?=") ==
             "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n");
}

BOOST_AUTO_TEST_CASE(quoted_printable_keeps_lines_short_and_meaning_whole) {
  BOOST_TEST(quoted_printable("a=b\r\n") == "a=3Db\r\n");
  BOOST_TEST(quoted_printable("end \r\n\tx\t\r\n") == "end=20\r\n\tx=09\r\n");
  BOOST_TEST(quoted_printable(".\r\nFrom me\r\nFor\r\n") == "=2E\r\n=46rom me\r\nFor\r\n");
  BOOST_TEST(all_lines_are_clean(quoted_printable(std::string(2'000, 'x') + "\r\n")));
  BOOST_TEST(all_lines_are_clean(quoted_printable(std::string(2'000, '=') + "\r\n")));
}

BOOST_AUTO_TEST_CASE(text_that_is_not_latin_goes_as_base64) {
  auto other = simple();
  other.text = "Привет, как дела?";
  BOOST_TEST(count(compose(other), "Content-Transfer-Encoding: base64") == 1u);
  BOOST_TEST(all_lines_are_clean(compose(other)));
}

BOOST_AUTO_TEST_CASE(line_ends_of_all_kinds_become_crlf) {
  BOOST_TEST(with_crlf("a\nb\rc\r\nd") == "a\r\nb\r\nc\r\nd\r\n");
  BOOST_TEST(with_crlf("") == "\r\n");
  BOOST_TEST(with_crlf("a\n\n") == "a\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(mail_of_programs_says_so_and_lists_can_be_left) {
  auto bulk = simple();
  bulk.auto_generated = true;
  bulk.list_unsubscribe = "https://example.org/leave?u=1";
  auto text = compose(bulk);
  BOOST_TEST(count(text, "Auto-Submitted: auto-generated\r\n") == 1u);
  BOOST_TEST(count(text, "List-Unsubscribe: <https://example.org/leave?u=1>\r\n") == 1u);
  BOOST_TEST(count(text, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") == 1u);
  bulk.list_unsubscribe = "mailto:leave@example.org";
  BOOST_TEST(count(compose(bulk), "List-Unsubscribe-Post") == 0u);
}

BOOST_AUTO_TEST_CASE(the_first_characters_are_characters) {
  BOOST_TEST(first_characters("  Olá,\n\n  mundo  ", 5) == "Olá,");
  BOOST_TEST(first_characters("ação", 3) == "açã");
  BOOST_TEST(first_characters("😀😀😀", 2) == "😀😀");
  BOOST_TEST(first_characters("", 5) == "");
}

BOOST_AUTO_TEST_CASE(mailboxes_are_read_strictly) {
  BOOST_TEST(parse_mailbox("bar@Example.ORG")->address == "bar@example.org");
  auto named = parse_mailbox("\"Bar, do Zé\" <bar@example.org>");
  BOOST_REQUIRE(named);
  BOOST_TEST(named->name == "Bar, do Zé");
  BOOST_TEST(mailbox_text({"Bar \"x\"", "b@c"}) == "\"Bar \\\"x\\\"\" <b@c>");
  for (const auto* wrong :
       {"", "bar", "bar@", "@example.org", "a b@c.d", "a@b c", "a@b@c", "a..b@c.d", ".a@c.d",
        "a@-c.d", "a@c..d", "<a@b.c", "a@b.c>", "x <a@b.c> y", "ação@b.c", "a@ação.org",
        "a@b.c\r\nBcc: d@e.f", "a@1:2"})
    BOOST_TEST(!parse_mailbox(wrong).has_value(), wrong);
  BOOST_TEST(!parse_address(std::string(65, 'a') + "@b.c").has_value());
  BOOST_TEST(parse_address("first.last+tag@sub.example.org").has_value());
  BOOST_TEST(parse_address("root@localhost").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::email
