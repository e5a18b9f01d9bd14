// The pure parts, without a socket.
#include "runtime/http/detail/answer.hpp"
#include "runtime/http/detail/head_rules.hpp"
#include "runtime/http/detail/head_scanner.hpp"
#include "runtime/http/detail/outbox.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::http;
using namespace recado::http::detail;

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(percent_encoding_is_decoded_and_a_plus_stays_in_a_path) {
  BOOST_TEST(percent_decode("a%20b%C3%A7+").value() == "a b\xC3\xA7+");
  for (const auto* broken : {"%", "%2", "%zz", "ab%g0"})
    BOOST_TEST(!percent_decode(broken).has_value());
}

BOOST_AUTO_TEST_CASE(a_query_keeps_its_order_and_its_empty_values) {
  const auto items = parse_query("b=1&a=x+y%26&flag&&b=").value();
  const std::vector<std::pair<std::string, std::string>> expected{
    {"b", "1"}, {"a", "x y&"}, {"flag", ""}, {"b", ""}};
  BOOST_TEST((items == expected));
  BOOST_TEST(!parse_query("a=%").has_value());
}

BOOST_AUTO_TEST_CASE(a_header_is_found_in_any_case) {
  request asked;
  asked.headers = {{"Content-TYPE", "a"}, {"content-type", "b"}};
  BOOST_TEST(asked.header_value("Content-Type") == "a");
  BOOST_TEST(asked.header_value("Content").empty());
}

BOOST_AUTO_TEST_CASE(the_scanner_finds_the_end_of_a_head_that_comes_byte_by_byte) {
  const std::string head = "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string input = head + "body\n\n";
  head_scanner scanner;
  for (std::size_t i = 0; i < head.size(); ++i) {
    BOOST_TEST((scanner.scan({input.data(), i}) == head_scanner::verdict::need_more));
  }
  BOOST_TEST((scanner.scan(input) == head_scanner::verdict::complete));
  BOOST_TEST(scanner.begin() == 2U);
  BOOST_TEST(scanner.end() == head.size());
  BOOST_TEST(scanner.lines() == 2U);
}

BOOST_AUTO_TEST_CASE(an_absolute_target_loses_its_authority) {
  request asked;
  asked.method = "GET";
  asked.target = "http://example.org/a/b?c=d";
  BOOST_TEST(split_target(asked));
  BOOST_TEST(asked.path == "/a/b");
  BOOST_TEST(asked.query == "c=d");
  asked.target = "https://example.org?q";
  BOOST_TEST(split_target(asked));
  BOOST_TEST(asked.target == "/?q");
}

BOOST_AUTO_TEST_CASE(the_date_is_that_of_rfc_9110) {
  BOOST_TEST(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

BOOST_AUTO_TEST_CASE(an_answer_without_content_has_no_length) {
  const auto head = render_head({.status = 204, .content_type = "text/plain"}, {.date = "d"});
  BOOST_TEST(head == "HTTP/1.1 204 No Content\r\nDate: d\r\nServer: recado\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_outbox_wakes_the_writer_once_per_sleep) {
  outbox box{100, 10};
  BOOST_TEST((box.push("a", 1) == outbox::outcome::wake_writer));
  BOOST_TEST((box.push("b", 1) == outbox::outcome::queued));
  BOOST_TEST(box.take().size() == 2U);
  BOOST_TEST((box.push("c", 1) == outbox::outcome::queued));
  BOOST_TEST(box.take().size() == 1U);
  BOOST_TEST(box.take().empty());
  BOOST_TEST((box.push("d", 1) == outbox::outcome::wake_writer));
}

BOOST_AUTO_TEST_CASE(an_outbox_counts_what_is_taken_until_it_is_written) {
  outbox box{10, 10};
  box.push("12345678", 1);
  box.take();
  BOOST_TEST(box.bytes() == 8U);
  box.written(8);
  BOOST_TEST((box.push("12345678", 1) == outbox::outcome::wake_writer) == false);
  BOOST_TEST((box.push("123", 4408) == outbox::outcome::overflow));
  BOOST_TEST(box.bytes() == 0U);
  BOOST_TEST(box.ended()->code == 4408);
  BOOST_TEST(box.dropped());
  BOOST_TEST((box.push("1", 1) == outbox::outcome::refused));
}

BOOST_AUTO_TEST_CASE(an_outbox_has_room_for_so_many_frames) {
  outbox box{1000, 2};
  box.push("1", 1);
  box.push("2", 1);
  BOOST_TEST((box.push("3", 1) == outbox::outcome::overflow));
}

BOOST_AUTO_TEST_SUITE_END()
