#include "chaos/load/requests.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

namespace recado::load {
namespace {

stage two_rooms() {
  stage out;
  out.doors = {{"127.0.0.1", 80}};
  out.token = "t";
  out.rooms = {{"c0", "a0", {}}, {"c1", "a1", {}}};
  return out;
}

std::map<std::uint64_t, int> results_in(std::string_view answer) {
  std::map<std::uint64_t, int> out;
  each_result(answer, [&](std::uint64_t place, int status) { out[place] = status; });
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_request_says_how_long_it_is_and_carries_its_number) {
  options how;
  how.text_bytes = 20;
  auto on = two_rooms();
  requests made{how, on};
  auto text = made.text_of(7, 1);
  auto body = text.substr(text.find("\r\n\r\n") + 4);
  BOOST_TEST(text.starts_with("POST /v1/messages HTTP/1.1\r\n"));
  BOOST_TEST(text.find("Content-Length: " + std::to_string(body.size()) + "\r\n") !=
             std::string::npos);
  BOOST_TEST(body.find("\"000000000007xxxxxxxx\"") != std::string::npos);
  BOOST_TEST(requests::number_in(body).value() == 7u);
  BOOST_TEST(body.find(made.room_of(7).conversation) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bulk_has_as_many_messages_as_asked_for) {
  options how;
  how.bulk = 3;
  auto on = two_rooms();
  auto text = requests{how, on}.text_of(10, 3);
  BOOST_TEST(text.starts_with("POST /v1/messages/bulk HTTP/1.1\r\n"));
  for (const auto* number : {"000000000010", "000000000011", "000000000012"})
    BOOST_TEST(text.find(number) != std::string::npos);
  BOOST_TEST(text.find("000000000013") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_conversation_has_its_turn) {
  options how;
  stage on;
  on.doors = {{"127.0.0.1", 80}};
  for (int i = 0; i < 1'000; ++i)
    on.rooms.push_back({std::to_string(i), {}, {}});
  requests made{how, on};
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < on.rooms.size(); ++i)
    seen.insert(made.room_of(i).conversation);
  BOOST_TEST(seen.size() == on.rooms.size());
}

BOOST_AUTO_TEST_CASE(a_frame_without_our_number_is_nobodys) {
  BOOST_TEST(!requests::number_in(R"({"type":"ready"})").has_value());
  BOOST_TEST(!requests::number_in(R"({"text":"hello"})").has_value());
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_bulk_says_what_became_of_each) {
  constexpr std::string_view answer =
    R"({"results":[{"index":0,"status":201,"message_id":"m","seq":7},)"
    R"({"index":1,"status":422,"error":{"type":"t","status":422,"code":"c"}},)"
    R"({"index":2,"status":202,"message_id":"n","seq":null}]})";
  BOOST_TEST((results_in(answer) == std::map<std::uint64_t, int>{{0, 201}, {1, 422}, {2, 202}}));
  BOOST_TEST(results_in(R"({"results":[]})").empty());
  BOOST_TEST(results_in("").empty());
}

} // namespace recado::load
