#include "actors/history/position.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::history {

BOOST_AUTO_TEST_CASE(an_empty_text_is_the_start) {
  BOOST_TEST((conversation_position_of("")->at == latest));
  BOOST_TEST((message_position_of("")->at == latest));
  BOOST_TEST((trail_position_of("")->at == earliest));
}

BOOST_AUTO_TEST_CASE(a_position_comes_back_as_it_was) {
  auto at = from_micros(1'795'341'723'004'005);
  auto a = uuid::v7(), b = uuid::v7();
  auto conversation = conversation_position_of(encode(conversation_position{at, a}));
  BOOST_REQUIRE(conversation);
  BOOST_TEST((conversation->at == at && conversation->conversation == a));
  auto message = message_position_of(encode(message_position{at, a, 42, b}));
  BOOST_REQUIRE(message);
  BOOST_TEST((message->at == at && message->conversation == a && message->message == b));
  BOOST_TEST(message->seq == 42);
  auto trail = trail_position_of(encode(trail_position{at, 4, "a.b:c@d+e-f_g"}));
  BOOST_REQUIRE(trail);
  BOOST_TEST((trail->at == at));
  BOOST_TEST(trail->step == 4);
  BOOST_TEST(trail->key == "a.b:c@d+e-f_g");
}

BOOST_AUTO_TEST_CASE(what_is_no_position_is_an_invalid_cursor) {
  auto id = uuid::v7().str();
  for (const auto& text : std::vector<std::string>{
         "x", ",", "1," + id + "x", "1," + id + ",", "1x," + id, "999999999999999999," + id,
         "-999999999999999999," + id, "1,nothing", " 1," + id, std::string{"1,\0", 3}}) {
    BOOST_TEST((conversation_position_of(text).error().code == ec::invalid_cursor));
    BOOST_TEST((message_position_of(text).error().code == ec::invalid_cursor));
  }
  BOOST_TEST((message_position_of("1," + id + ",99999999999999999999," + id).error().code ==
              ec::invalid_cursor));
  BOOST_TEST((trail_position_of("1,4,no user").error().code == ec::invalid_cursor));
  BOOST_TEST((trail_position_of("1,x,ana").error().code == ec::invalid_cursor));
  BOOST_TEST((trail_position_of("1,4").error().code == ec::invalid_cursor));
}

} // namespace recado::history
