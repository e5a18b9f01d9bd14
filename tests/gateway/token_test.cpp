#include "gateway/auth/authority.hpp"
#include "gateway/auth/base64url.hpp"
#include "gateway/auth/secret.hpp"
#include "gateway/json/value.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::auth;
using namespace std::chrono_literals;

namespace {

const wall_time now{std::chrono::seconds{1'800'000'000}};
const token_rules rules{"recado", "recado"};

/// The key pair of RFC 8037, appendix A.
ed25519_key rfc_key() {
  return ed25519_key::from_private(*from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    .value();
}

claims some_claims() {
  return {{client_id::make(), {}, {scope::messages_read, scope::admin}, now + 1h}, now, "j1"};
}

std::string forge(std::string_view header, std::string_view payload, const ed25519_key& key) {
  auto text = base64url(header) + '.' + base64url(payload);
  return text + '.' + base64url(key.sign(text));
}

/// A payload that verifies but for what is replaced.
std::string payload_with(const std::string& from, const std::string& to) {
  std::string text =
    R"({"iss":"recado","sub":"0190b5a0-0000-7000-8000-000000000001","aud":"recado","exp":1800003600,)"
    R"("iat":1800000000,"jti":"j","client_id":"0190b5a0-0000-7000-8000-000000000001","scope":"messages:read"})";
  auto at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string good_header = R"({"alg":"EdDSA","typ":"at+jwt","kid":"k"})";

} // namespace

BOOST_AUTO_TEST_SUITE(tokens)

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_8037_hold) {
  auto key = rfc_key();
  BOOST_TEST(base64url(key.public_bytes()) == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  BOOST_TEST(key.thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  std::string signature =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  BOOST_TEST(base64url(key.sign(text)) == signature);
  BOOST_TEST(key.verify(text, *from_base64url(signature)));
  BOOST_TEST(!key.verify(text + "x", *from_base64url(signature)));
}

BOOST_AUTO_TEST_CASE(a_key_survives_its_pem) {
  auto key = ed25519_key::generate();
  auto read = ed25519_key::from_pem(key.to_pem());
  BOOST_REQUIRE(read);
  BOOST_TEST(read->thumbprint() == key.thumbprint());
  BOOST_TEST(!ed25519_key::from_pem("nonsense"));
}

BOOST_AUTO_TEST_CASE(a_token_tells_who_it_was_issued_to) {
  auto key = rfc_key();
  auto what = some_claims();
  auto got = verify_token(sign_token(what, rules, key), rules, key, now);
  BOOST_REQUIRE(got);
  BOOST_TEST((*got == what.who));
  what.who.user = user_id{"ana@example.org"};
  got = verify_token(sign_token(what, rules, key), rules, key, now);
  BOOST_REQUIRE(got);
  BOOST_TEST((*got == what.who));
}

BOOST_AUTO_TEST_CASE(a_token_expires) {
  auto key = rfc_key();
  auto token = sign_token(some_claims(), rules, key);
  BOOST_TEST(!!verify_token(token, rules, key, now + 3599s));
  BOOST_TEST(!verify_token(token, rules, key, now + 3600s));
  BOOST_TEST(!verify_token(token, rules, key, now - 1h)); // not issued yet
}

BOOST_AUTO_TEST_CASE(forged_tokens_are_refused) {
  auto key = rfc_key(), other = ed25519_key::generate();
  auto token = sign_token(some_claims(), rules, key);
  BOOST_TEST(!verify_token(token, rules, other, now));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!verify_token(changed, rules, key, now));
  }
  for (const auto& bad : std::vector<std::string>{"", "a", "a.b", "a.b.c.d", "..", "....", "a.b.",
                                                  std::string(9000, 'a')}) {
    BOOST_TEST(!verify_token(bad, rules, key, now));
    BOOST_TEST(!key_id_of(bad));
  }
  BOOST_TEST(!verify_token(token + "=", rules, key, now));
}

BOOST_AUTO_TEST_CASE(only_eddsa_access_tokens_are_looked_at) {
  auto key = rfc_key();
  auto payload = payload_with("j", "j");
  BOOST_TEST(key_id_of(forge(good_header, payload, key)).value() == "k");
  for (std::string header :
       {R"({"alg":"none","typ":"at+jwt","kid":"k"})", R"({"alg":"HS256","typ":"at+jwt","kid":"k"})",
        R"({"alg":"ES256","typ":"at+jwt","kid":"k"})",
        R"({"alg":"eddsa","typ":"at+jwt","kid":"k"})", R"({"alg":"EdDSA","typ":"JWT","kid":"k"})",
        R"({"alg":"EdDSA","kid":"k"})",
        R"({"alg":"EdDSA","typ":"at+jwt","kid":"k","crit":["exp"]})",
        R"({"alg":"EdDSA","alg":"none","typ":"at+jwt"})", R"([])", R"(nope)"})
    BOOST_TEST(!key_id_of(forge(header, payload, key)), header);
}

BOOST_AUTO_TEST_CASE(every_claim_is_checked) {
  auto key = rfc_key();
  auto good = [&](const std::string& payload) {
    return !!verify_token(forge(good_header, payload, key), rules, key, now);
  };
  BOOST_TEST(good(payload_with("j", "j")));
  BOOST_TEST(!good(payload_with(R"("iss":"recado")", R"("iss":"other")")));
  BOOST_TEST(!good(payload_with(R"("aud":"recado")", R"("aud":"other")")));
  BOOST_TEST(!good(payload_with(R"("exp":1800003600,)", "")));
  BOOST_TEST(!good(payload_with(R"("exp":1800003600)", R"("exp":"1800003600")")));
  BOOST_TEST(!good(payload_with(R"("iat":1800000000,)", "")));
  BOOST_TEST(!good(payload_with(R"("sub":"0190b5a0)", R"("sub":"1190b5a0)")));
  BOOST_TEST(!good(payload_with(R"("client_id":"0190b5a0)", R"("client_id":"1190b5a0)")));
  BOOST_TEST(!good(payload_with(R"("jti":"j")", R"("user_id":"")")));
  BOOST_TEST(!good(payload_with(R"("jti":"j")", R"("user_id":"ana")"))); // sub is not ana
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_authority)

BOOST_AUTO_TEST_CASE(it_needs_keys_and_keeps_several) {
  authority uut{{}};
  BOOST_TEST(!uut.ready());
  BOOST_TEST(!uut.set_keys({}));
  BOOST_TEST(!uut.set_keys({{"x", "not a key", now}}));
  auto old = make_signing_key(now), fresh = make_signing_key(now);
  BOOST_REQUIRE(uut.set_keys({old}));
  auto client = client_id::make();
  auto first = uut.issue(client, {}, {scope::messages_read}, now).token;
  BOOST_REQUIRE(uut.set_keys({fresh, old}));
  auto second = uut.issue(client, {}, {scope::messages_read}, now).token;
  BOOST_TEST(!!uut.verify(first, now).who);
  BOOST_TEST(!!uut.verify(second, now).who);
  auto jwks = json::parse(uut.jwks());
  BOOST_REQUIRE(jwks);
  BOOST_TEST(jwks->root.members()->front().held.items()->size() == 2U);
  BOOST_TEST(uut.jwks().find("PRIVATE") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_told_apart_from_a_bad_token) {
  authority ours{{}}, theirs{{}};
  ours.set_keys({make_signing_key(now)});
  theirs.set_keys({make_signing_key(now)});
  auto token = theirs.issue(client_id::make(), {}, {}, now).token;
  auto verdict = ours.verify(token, now);
  BOOST_TEST(!verdict.who);
  BOOST_TEST(verdict.unknown_key);
  BOOST_TEST(!ours.verify("nonsense", now).unknown_key);
}

BOOST_AUTO_TEST_CASE(verified_tokens_are_kept_in_bounds_and_still_expire) {
  authority uut{{{}, 60s, 100}};
  uut.set_keys({make_signing_key(now)});
  auto token = uut.issue(client_id::make(), {}, {}, now).token;
  for (int i = 0; i < 300; ++i)
    uut.verify(uut.issue(client_id::make(), {}, {}, now).token, now);
  BOOST_TEST(uut.cached() <= 100U);
  BOOST_TEST(!!uut.verify(token, now).who);
  BOOST_TEST(!!uut.verify(token, now).who);
  BOOST_TEST(!uut.verify(token, now + 60s).who);
}

BOOST_AUTO_TEST_CASE(secrets_are_compared_by_their_hash) {
  auto one = make_secret(), other = make_secret();
  BOOST_TEST(one.text.size() == 43U);
  BOOST_TEST(one.sha256.size() == 32U);
  BOOST_TEST(secret_matches(one.text, one.sha256));
  BOOST_TEST(!secret_matches(other.text, one.sha256));
  BOOST_TEST(!secret_matches("", one.sha256));
  BOOST_TEST(!secret_matches(one.text, ""));
}

BOOST_AUTO_TEST_CASE(base64url_is_strict) {
  for (std::string bytes : {std::string{}, std::string{"f"}, std::string{"fo"}, std::string{"foo"},
                            std::string{"\0\xff\xfe", 3}})
    BOOST_TEST(from_base64url(base64url(bytes)).value() == bytes);
  for (std::string_view bad : {"a", "ab=", "a+b/", "Zh", "Zm9", "Z m", "Zg=="}) {
    auto got = from_base64url(bad);
    BOOST_TEST(!got, bad);
  }
  BOOST_TEST(from_base64("Zm8=").value() == "fo");
  BOOST_TEST(from_base64("Zm8").value() == "fo");
}

BOOST_AUTO_TEST_CASE(scopes_are_words) {
  auto all = scope_set::parse("messages:read admin unknown");
  BOOST_TEST(all.str() == "messages:read admin");
  BOOST_TEST(all.has(scope::admin));
  BOOST_TEST(!all.has(scope::messages_write));
  BOOST_TEST(!scope_set::parse_all("messages:read unknown"));
  BOOST_TEST((scope_set{scope::admin}.within(all)));
  BOOST_TEST(!(scope_set{scope::accounts_write}.within(all)));
}

BOOST_AUTO_TEST_SUITE_END()
