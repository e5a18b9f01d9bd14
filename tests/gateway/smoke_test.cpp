#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::test;

BOOST_AUTO_TEST_SUITE(first_path)

BOOST_AUTO_TEST_CASE(a_message_goes_from_one_user_to_another) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line bruno{at, at.user_token("bruno")};
  auto sent = at.say(where, "ana", "Olá!");
  BOOST_TEST(sent.status == 201);
  BOOST_TEST(sent.body.at("seq") == 1);
  auto came = bruno.read("message");
  BOOST_TEST(came.at("message").at("payload").at("text") == "Olá!");
  BOOST_TEST(came.at("message").at("seq") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
