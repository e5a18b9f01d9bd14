#include "gateway/auth/base64url.hpp"
#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;

namespace {

constexpr auto form = "Content-Type: application/x-www-form-urlencoded\r\n";

std::string standard_base64(std::string text) {
  auto out = auth::base64url(text);
  for (auto& c : out)
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(authentication)

BOOST_AUTO_TEST_CASE(a_client_gets_a_token_in_every_form) {
  site at;
  auto id = at.below.client.id.str(), secret = at.below.secret;
  auto json_form = at.post("/auth/token", "", {{"client_id", id}, {"client_secret", secret}});
  auto body_form =
    at.ask("POST", "/auth/token", "",
           "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret, form);
  auto basic = at.ask("POST", "/auth/token", "", "grant_type=client_credentials",
                      std::string{form} + "Authorization: Basic " +
                        standard_base64(id + ":" + secret) + "\r\n");
  for (const auto& got : {json_form, body_form, basic}) {
    BOOST_TEST(got.status == 200);
    BOOST_TEST(got.body.at("token_type") == "Bearer");
    BOOST_TEST(got.body.at("expires_in") == 3600);
    BOOST_TEST(got.body.at("scope") == "messages:read messages:write accounts:write");
    BOOST_TEST(got.headers.at("cache-control") == "no-store");
    BOOST_TEST(at.get("/v1/users", got.body.at("access_token").get<std::string>()).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_narrower_scope_may_be_asked_for) {
  site at;
  json asked{{"client_id", at.below.client.id.str()},
             {"client_secret", at.below.secret},
             {"scope", "messages:read"}};
  auto got = at.post("/auth/token", "", asked);
  BOOST_TEST(got.body.at("scope") == "messages:read");
  BOOST_TEST(at.put("/v1/users/ana", got.body.at("access_token").get<std::string>(), json::object())
               .status == 403);
  asked["scope"] = "admin";
  auto refused = at.post("/auth/token", "", asked);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(refused.body.at("error") == "invalid_scope");
}

BOOST_AUTO_TEST_CASE(wrong_credentials_are_invalid_client) {
  site at;
  auto id = at.below.client.id.str();
  auto refused = [](const response& got) {
    return got.status == 401 && got.body.at("error") == "invalid_client" &&
           got.code() == "invalid_client" && got.headers.contains("www-authenticate");
  };
  BOOST_TEST(refused(at.post("/auth/token", "", {{"client_id", id}, {"client_secret", "wrong"}})));
  BOOST_TEST(refused(at.post(
    "/auth/token", "", {{"client_id", uuid::v7().str()}, {"client_secret", at.below.secret}})));
  BOOST_TEST(
    refused(at.post("/auth/token", "", {{"client_id", "not a uuid"}, {"client_secret", "x"}})));
  BOOST_TEST(refused(at.ask("POST", "/auth/token", "", "grant_type=client_credentials", form)));
  BOOST_TEST(refused(at.ask("POST", "/auth/token", "", "grant_type=client_credentials",
                            std::string{form} + "Authorization: Basic !!\r\n")));
}

BOOST_AUTO_TEST_CASE(malformed_token_requests_are_told_apart) {
  site at;
  BOOST_TEST(at.ask("POST", "/auth/token", "", "x", "Content-Type: text/plain\r\n").status == 415);
  BOOST_TEST(at.ask("POST", "/auth/token", "", "{").status == 400);
  BOOST_TEST(at.ask("POST", "/auth/token", "", "{}").status == 422);
  BOOST_TEST(at.ask("POST", "/auth/token", "", "[]").status == 422);
  BOOST_TEST(at.ask("GET", "/auth/token").status == 405);
  auto grant = at.ask("POST", "/auth/token", "", "grant_type=password&username=x", form);
  BOOST_TEST(grant.status == 400);
  BOOST_TEST(grant.body.at("error") == "unsupported_grant_type");
  BOOST_TEST(at.ask("POST", "/auth/token", "", "client_id=x", form).body.at("error") ==
             "invalid_request");
  BOOST_TEST(at.ask("POST", "/auth/token", "", "a=%zz", form).status == 400);
}

BOOST_AUTO_TEST_CASE(the_public_key_is_published) {
  site at;
  auto got = at.get("/.well-known/jwks.json");
  BOOST_TEST(got.status == 200);
  const auto& key = got.body.at("keys").at(0);
  BOOST_TEST(key.at("kty") == "OKP");
  BOOST_TEST(key.at("crv") == "Ed25519");
  BOOST_TEST(key.at("alg") == "EdDSA");
  BOOST_TEST(!key.contains("d"));
  auto token = at.token();
  auto header = json::parse(*auth::from_base64url(token.substr(0, token.find('.'))));
  BOOST_TEST(header.at("kid") == key.at("kid"));
  BOOST_TEST(header.at("typ") == "at+jwt");
}

BOOST_AUTO_TEST_CASE(a_user_token_names_its_user) {
  site at;
  BOOST_TEST(at.put("/v1/users/ana", at.token(), {{"name", "Ana"}}).status == 201);
  auto got = at.ask("POST", "/v1/users/ana/tokens", at.token());
  BOOST_TEST(got.status == 201);
  BOOST_TEST(got.body.at("scope") == "messages:read messages:write");
  auto token = got.body.at("access_token").get<std::string>();
  auto first = token.find('.') + 1;
  auto claims = json::parse(*auth::from_base64url(token.substr(first, token.rfind('.') - first)));
  BOOST_TEST(claims.at("user_id") == "ana");
  BOOST_TEST(claims.at("sub") == "ana");
  BOOST_TEST(claims.at("client_id") == at.below.client.id.str());
  BOOST_TEST(at.ask("POST", "/v1/users/ana/tokens", at.token(), "{}").status == 201);
  BOOST_TEST(at.ask("POST", "/v1/users/ana/tokens", at.token(), "{\"x\":1}").status == 422);
  BOOST_TEST(at.ask("POST", "/v1/users/a%20b/tokens", at.token()).status == 422);
}

BOOST_AUTO_TEST_CASE(a_user_token_does_not_do_for_the_clients_own_things) {
  site at;
  auto ana = at.user_token("ana");
  for (auto [method, path] :
       std::initializer_list<std::pair<std::string, std::string>>{{"GET", "/v1/users"},
                                                                  {"GET", "/v1/users/ana"},
                                                                  {"DELETE", "/v1/users/ana"},
                                                                  {"POST", "/v1/users/ana/tokens"},
                                                                  {"GET", "/v1/accounts"},
                                                                  {"GET", "/v1/webhooks"},
                                                                  {"GET", "/v1/cluster"}})
    BOOST_TEST(at.ask(method, path, ana).code() == "insufficient_scope", path);
}

BOOST_AUTO_TEST_CASE(a_deleted_user_gets_no_token) {
  site at;
  at.put("/v1/users/ana", at.token(), json::object());
  BOOST_TEST(at.remove("/v1/users/ana", at.token()).status == 204);
  BOOST_TEST(at.ask("POST", "/v1/users/ana/tokens", at.token()).code() == "user_deleted");
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_gives_the_first_token_again) {
  site at;
  auto key = "Idempotency-Key: \"k1\"\r\n";
  auto first = at.ask("POST", "/v1/users/ana/tokens", at.token(), "", key);
  auto again = at.ask("POST", "/v1/users/ana/tokens", at.token(), "", "Idempotency-Key: k1\r\n");
  BOOST_TEST(first.status == 201);
  BOOST_TEST(!first.headers.contains("idempotency-replayed"));
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.headers.at("idempotency-replayed") == "true");
  BOOST_TEST(again.text == first.text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(users_and_identities)

BOOST_AUTO_TEST_CASE(a_user_is_put_read_listed_and_deleted) {
  site at;
  auto made = at.put("/v1/users/ana", at.token(),
                     {{"name", "Ana"}, {"locale", "pt-BR"}, {"metadata", {{"k", {1, 2}}}}});
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.body.at("metadata").dump() == R"({"k":[1,2]})");
  BOOST_TEST(made.body.at("time_zone").is_null());
  auto changed = at.put("/v1/users/ana", at.token(), {{"name", "Ana B"}});
  BOOST_TEST(changed.status == 200);
  BOOST_TEST(changed.body.at("locale").is_null());
  BOOST_TEST(changed.body.at("metadata").dump() == "{}");
  BOOST_TEST(at.get("/v1/users/ana", at.token()).text == changed.text);
  BOOST_TEST(at.remove("/v1/users/ana", at.token()).status == 204);
  BOOST_TEST(at.get("/v1/users/ana", at.token()).status == 404);
  BOOST_TEST(at.remove("/v1/users/ana", at.token()).code() == "user_not_found");
  BOOST_TEST(at.put("/v1/users/ana", at.token(), json::object()).code() == "user_deleted");
  BOOST_TEST(at.put("/v1/users/a%20b", at.token(), json::object()).status == 422);
}

BOOST_AUTO_TEST_CASE(lists_are_paged) {
  site at;
  for (std::string user : {"a", "b", "c", "d", "e"})
    at.put("/v1/users/" + user, at.token(), json::object());
  std::string cursor, seen;
  int pages = 0;
  do {
    auto got =
      at.get("/v1/users?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor), at.token());
    BOOST_REQUIRE_EQUAL(got.status, 200);
    for (const auto& each : got.body.at("data"))
      seen += each.at("user_id").get<std::string>();
    bool more = got.body.at("has_more");
    BOOST_TEST(more == got.headers.contains("link"));
    cursor = more ? got.body.at("next_cursor").get<std::string>() : "";
    if (more)
      BOOST_TEST(got.headers.at("link") ==
                 "</v1/users?limit=2&cursor=" + cursor + ">; rel=\"next\"");
    else
      BOOST_TEST(got.body.at("next_cursor").is_null());
    ++pages;
  } while (!cursor.empty());
  BOOST_TEST(seen == "abcde");
  BOOST_TEST(pages == 3);
  auto first = at.get("/v1/users?limit=2", at.token()).body.at("next_cursor").get<std::string>();
  BOOST_TEST(at.get("/v1/conversations?cursor=" + first, at.token()).code() == "invalid_cursor");
  BOOST_TEST(at.get("/v1/users?cursor=" + first, at.token_of(at.below.admin)).code() ==
             "invalid_cursor");
}

BOOST_AUTO_TEST_CASE(identities_belong_to_one_user) {
  site at;
  auto made = at.put("/v1/users/ana/identities/email", at.token(),
                     {{"address", "a@b.c"}, {"verified", true}});
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.body.at("channel") == "email");
  BOOST_TEST(made.body.at("account").is_null());
  BOOST_TEST(at.put("/v1/users/ana/identities/email", at.token(), {{"address", "a@b.d"}}).status ==
             200);
  BOOST_TEST(
    at.put("/v1/users/bruno/identities/email", at.token(), {{"address", "a@b.d"}}).code() ==
    "identity_taken");
  BOOST_TEST(at.put("/v1/users/ana/identities/pigeon", at.token(), {{"address", "x"}}).status ==
             422);
  BOOST_TEST(at.put("/v1/users/ana/identities/email", at.token(), json::object()).status == 422);
  BOOST_TEST(at.get("/v1/users/ana/identities", at.token()).body.at("data").size() == 1U);
  BOOST_TEST(at.remove("/v1/users/ana/identities/email", at.token()).status == 204);
  BOOST_TEST(at.remove("/v1/users/ana/identities/email", at.token()).code() ==
             "identity_not_found");
  BOOST_TEST(at.get("/v1/users/nobody/identities", at.token()).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
