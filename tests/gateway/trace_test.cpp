#include "gateway/shapes/answers.hpp"
#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;

BOOST_AUTO_TEST_SUITE(traces)

BOOST_AUTO_TEST_CASE(a_trace_has_the_shape_of_the_contract) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto sent = at.say(where, "ana", "x");
  auto id = sent.body.at("message_id").get<std::string>();
  auto got = at.get("/v1/messages/" + id + "/trace", at.token());
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.body.at("message_id") == id);
  BOOST_TEST(got.body.at("conversation_id") == where);
  BOOST_TEST(got.body.at("seq") == 1);
  BOOST_TEST(got.body.at("partition") == 17);
  BOOST_TEST(got.body.at("path") == "stream");
  BOOST_TEST(got.body.at("trace_id") == std::string(32, 'a'));
  BOOST_TEST(got.body.at("waits_ms").at("wire") == 0.4);
  for (auto name : {"epoch", "node", "sequenced_at", "committed_at"})
    BOOST_TEST(got.body.at(name).is_null(), name); // not known
  BOOST_TEST(got.body.at("waits_ms").at("commit").is_null());
  const auto& attempt = got.body.at("deliveries").at(0).at("attempts").at(0);
  BOOST_TEST(attempt.at("attempt") == 1);
  BOOST_TEST(attempt.at("status") == "retrying");
  BOOST_TEST(attempt.at("provider_code") == "451");
  BOOST_TEST(attempt.at("next_at") == attempt.at("at"));
}

BOOST_AUTO_TEST_CASE(a_way_that_is_not_known_is_null) {
  BOOST_TEST(shapes::trace_body({}).find(R"("path":null)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_who_may_read_the_message_may_read_its_trace) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto id = at.say(where, "ana", "x").body.at("message_id").get<std::string>();
  auto path = "/v1/messages/" + id + "/trace";
  BOOST_TEST(at.get(path, at.user_token("bruno")).status == 200);
  BOOST_TEST(at.get(path, at.user_token("carla")).status == 404);
  BOOST_TEST(at.get(path, at.token_of(at.below.admin)).status == 404);
  BOOST_TEST(at.get("/v1/messages/" + uuid::v7().str() + "/trace", at.token()).status == 404);
  BOOST_TEST(at.get("/v1/messages/x/trace", at.token()).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
