#include "chaos/sockets/caller.hpp"
#include "chaos/sockets/scan.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::chaos;

BOOST_AUTO_TEST_SUITE(sockets)

BOOST_AUTO_TEST_CASE(an_answer_is_read_when_all_of_it_is_there) {
  const std::string whole =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\nContent-Length: 5\r\n"
    "Connection: close\r\n\r\nlater";
  for (std::size_t part = 0; part < whole.size(); ++part) {
    http_answer got;
    BOOST_TEST(read_answer(std::string_view{whole}.substr(0, part), got) == 0u);
  }
  http_answer got;
  auto two = whole + "HTTP/1.1 200 OK\r\n";
  BOOST_TEST(read_answer(two, got) == whole.size());
  BOOST_TEST(got.status == 503);
  BOOST_TEST(got.body == "later");
  BOOST_TEST(got.header("Retry-After") == "2");
  BOOST_TEST(got.header("connection") == "close");
  BOOST_TEST(got.header("X-Other").empty());
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_body_has_none) {
  http_answer got;
  BOOST_TEST(read_answer("HTTP/1.1 204 No Content\r\n\r\n", got) == 27u);
  BOOST_TEST(got.status == 204);
  BOOST_TEST(got.body.empty());
}

BOOST_AUTO_TEST_CASE(single_values_are_taken_by_their_names) {
  constexpr std::string_view text = R"({"type":"ack","id":"17","seq":42,"other":null})";
  BOOST_TEST(*number_after(text, "\"seq\":") == 42);
  BOOST_TEST(!number_after(text, "\"other\":"));
  BOOST_TEST(!number_after(text, "\"none\":"));
  BOOST_TEST(text_after(text, "\"id\":") == "17");
  BOOST_TEST(text_after(text, "\"seq\":").empty());
  BOOST_TEST(!id_after<message_id>(text, "\"id\":"));
}

BOOST_AUTO_TEST_SUITE_END()
