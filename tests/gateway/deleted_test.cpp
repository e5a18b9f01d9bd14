/// Users that were deleted: their tokens outlive them.
#include "gateway/auth/tombstones.hpp"
#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;

BOOST_AUTO_TEST_SUITE(deleted_users)

BOOST_AUTO_TEST_CASE(the_token_of_a_deleted_user_is_refused) {
  site at;
  auto where = "/v1/conversations/" + at.conversation({"ana", "bruno"});
  auto bruno = at.user_token("bruno");
  BOOST_TEST(at.get(where, bruno).status == 200);
  BOOST_TEST(at.remove("/v1/users/bruno", at.token()).status == 204);
  auto refused = at.get(where, bruno);
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.code() == "invalid_token");
  BOOST_TEST(refused.headers.at("www-authenticate").find("invalid_token") != std::string::npos);
  BOOST_TEST(at.post(where + "/typing", bruno, json::object()).status == 401);
  http::test::ws_client wire{at.port(), "/v1/ws", "Authorization: Bearer " + bruno + "\r\n"};
  BOOST_TEST(wire.handshake.status == 401);
  BOOST_TEST(at.get(where, at.user_token("ana")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_first_frame_with_its_token_is_closed_with_4401) {
  site at;
  auto bruno = at.user_token("bruno");
  at.remove("/v1/users/bruno", at.token());
  line wire{at, nullptr};
  wire.say({{"type", "auth"}, {"id", "1"}, {"token", bruno}});
  auto said = wire.read();
  BOOST_TEST(said.at("type") == "error");
  BOOST_TEST(said.at("code") == "invalid_token");
  BOOST_TEST(wire.read().is_null());
  BOOST_TEST(wire.closed == 4401);
}

BOOST_AUTO_TEST_CASE(its_sockets_are_closed_and_those_of_others_are_not) {
  site at;
  at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")}, bruno{at, at.user_token("bruno")};
  at.remove("/v1/users/bruno", at.token());
  BOOST_TEST(bruno.read().is_null());
  BOOST_TEST(bruno.closed == 4401);
  BOOST_TEST(ana.quiet());
}

BOOST_AUTO_TEST_CASE(it_neither_speaks_nor_joins_but_stays_in_the_list) {
  site at;
  auto id = at.conversation({"ana", "bruno"});
  at.remove("/v1/users/bruno", at.token());
  auto said = at.say(id, "bruno", "from beyond");
  BOOST_TEST(said.status == 422);
  BOOST_TEST((said.pointers() == std::vector<std::string>{"/from"}));
  BOOST_TEST(at.get("/v1/conversations/" + id, at.token()).body.at("members").size() == 2U);
  auto other = "/v1/conversations/" + at.conversation({"ana"}) + "/members";
  auto joined = at.post(other, at.token(), {{"user_id", "bruno"}});
  BOOST_TEST((joined.pointers() == std::vector<std::string>{"/user_id"}));
  BOOST_TEST(at.say(id, "ana", "to the others").status == 201);
  BOOST_TEST(at.post("/v1/conversations/" + id + "/receipts", at.token(),
                     {{"user_id", "bruno"}, {"type", "read"}, {"up_to_seq", 1}})
               .status == 200); // the client may still settle what was addressed to it
}

BOOST_AUTO_TEST_CASE(a_living_user_is_asked_for_once_in_a_while_and_a_dead_one_once) {
  struct counting : directory_service {
    int asked = 0;
    result<bool> answer = false;
    void is_deleted(const client_id&, const user_id&, on_result<bool> done) override {
      ++asked;
      done(answer);
    }
    void put_user(const client_id&, const user_id&, user_fields,
                  on_result<upserted<user_record>>) override {}
    void get_user(const client_id&, const user_id&, on_result<user_record>) override {}
    void delete_user(const client_id&, const user_id&, on_result<bool>) override {}
    void list_users(const client_id&, std::string, std::size_t,
                    on_result<page<user_record>>) override {}
    void put_identity(const client_id&, const user_id&, identity_fields,
                      on_result<upserted<identity_record>>) override {}
    void delete_identity(const client_id&, const user_id&, std::string, on_result<bool>) override {}
    void list_identities(const client_id&, const user_id&,
                         on_result<std::vector<identity_record>>) override {}
  };
  auto below = std::make_shared<counting>();
  wall_time now{};
  auto uut = std::make_shared<auth::tombstones>(below, [&now] { return now; });
  auth::principal ana{client_id::make(), user_id{"ana"}, {}, {}}, client{ana.client, {}, {}, {}};
  auto check = [&](const auth::principal& who) {
    ec out = ec::none;
    uut->check(who, [&out](const result<void>& got) {
      if (!got) out = got.error().code;
    });
    return out;
  };
  BOOST_TEST((check(client) == ec::none));
  BOOST_TEST(below->asked == 0);
  for (int i = 0; i < 3; ++i)
    BOOST_TEST((check(ana) == ec::none));
  BOOST_TEST(below->asked == 1);
  now += std::chrono::seconds{2};
  below->answer = fail(ec::store_unavailable);
  BOOST_TEST((check(ana) == ec::store_unavailable)); // nobody knows
  below->answer = true;
  for (int i = 0; i < 3; ++i)
    BOOST_TEST((check(ana) == ec::invalid_token));
  BOOST_TEST(below->asked == 3);
}

BOOST_AUTO_TEST_SUITE_END()
