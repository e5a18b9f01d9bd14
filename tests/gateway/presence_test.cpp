#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;

namespace {

/// "ana:online bruno:offline "
std::string told(const response& got) {
  std::string out;
  for (const auto& each : got.body.at("data"))
    out += each.at("user_id").get<std::string>() + ':' + each.at("status").get<std::string>() + ' ';
  return out;
}

std::string told(const json& frame) {
  return frame.at("user_id").get<std::string>() + ':' + frame.at("status").get<std::string>();
}

} // namespace

BOOST_AUTO_TEST_SUITE(presence_of_people)

BOOST_AUTO_TEST_CASE(co_members_hear_who_comes_goes_away_and_leaves) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")};
  {
    line bruno{at, at.user_token("bruno")};
    BOOST_TEST(told(ana.presence()) == "bruno:online");
    BOOST_TEST(bruno.ask({{"type", "presence"}, {"status", "away"}}).at("type") == "ack");
    auto away = ana.presence();
    BOOST_TEST(told(away) == "bruno:away");
    BOOST_TEST(parse_rfc3339(away.at("last_seen").get<std::string>()).has_value());
    BOOST_TEST(told(at.get("/v1/presence?users=ana,bruno", at.token())) ==
               "ana:online bruno:away ");
  }
  BOOST_TEST(told(ana.presence()) == "bruno:offline");
  auto got = at.get("/v1/presence?users=bruno", at.token());
  BOOST_TEST(got.status == 200);
  BOOST_TEST(told(got) == "bruno:offline ");
  BOOST_TEST(!got.body.at("data").at(0).at("last_seen").is_null());
}

BOOST_AUTO_TEST_CASE(several_connections_are_one_person) {
  site at;
  at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")}, phone{at, at.user_token("bruno")};
  BOOST_TEST(told(ana.presence()) == "bruno:online");
  {
    line desk{at, at.user_token("bruno")};
    phone.ask({{"type", "presence"}, {"status", "away"}});
    BOOST_TEST(told(at.get("/v1/presence?users=bruno", at.token())) == "bruno:online ");
  }
  BOOST_TEST(told(ana.presence()) == "bruno:away"); // the desk has gone
}

BOOST_AUTO_TEST_CASE(strangers_and_other_clients_hear_nothing) {
  site at;
  at.conversation({"ana", "bruno"});
  at.conversation({"carla", "bruno"}); // and ana is no stranger to bruno only
  line carla{at, at.user_token("carla")}, ana{at, at.user_token("ana")};
  line bruno{at, at.user_token("bruno")};
  BOOST_TEST(told(ana.presence()) == "bruno:online");
  BOOST_TEST(told(carla.presence()) == "bruno:online");
  BOOST_TEST(carla.presences.empty()); // ana came before bruno
  BOOST_TEST(told(at.get("/v1/presence?users=ana,bruno", at.user_token("carla"))) ==
             "ana:offline bruno:online ");
  BOOST_TEST(told(at.get("/v1/presence?users=ana", at.token_of(at.below.admin))) == "ana:offline ");
}

BOOST_AUTO_TEST_CASE(a_client_that_looks_at_everything_hears_of_its_users) {
  site at;
  at.conversation({"ana", "bruno"});
  line all{at, at.token()};
  line ana{at, at.user_token("ana")};
  BOOST_TEST(told(all.presence()) == "ana:online");
  auto refused = all.ask({{"type", "presence"}, {"status", "away"}});
  BOOST_TEST(refused.at("status") == 422);
}

BOOST_AUTO_TEST_CASE(nobody_knows_the_unknown) {
  site at;
  auto got = at.get("/v1/presence?users=nobody,ana,nobody", at.token());
  BOOST_TEST(told(got) == "nobody:offline ana:offline "); // each once
  BOOST_TEST(got.body.at("next_cursor").is_null());
  BOOST_TEST(got.body.at("has_more") == false);
  BOOST_TEST(got.body.at("data").at(0) ==
             json({{"user_id", "nobody"}, {"status", "offline"}, {"last_seen", nullptr}}));
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_must_be_users_and_not_too_many) {
  site at;
  auto token = at.token();
  for (const char* query : {"", "?users=", "?users=a,,b", "?users=a,b%20c", "?users=,"}) {
    auto got = at.get(std::string{"/v1/presence"} + query, token);
    BOOST_TEST(got.status == 422, query);
    BOOST_TEST(got.code() == "invalid_request", query);
  }
  std::string many = "u0";
  for (int i = 1; i < 100; ++i)
    many += ",u" + std::to_string(i);
  BOOST_TEST(at.get("/v1/presence?users=" + many, token).status == 200);
  BOOST_TEST(at.get("/v1/presence?users=" + many + ",u100", token).status == 422);
  BOOST_TEST(at.get("/v1/presence?users=a").status == 401);
}

BOOST_AUTO_TEST_SUITE_END()
