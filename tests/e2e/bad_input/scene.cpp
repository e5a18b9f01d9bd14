#include "tests/e2e/bad_input/scene.hpp"

#include "gateway/auth/base64url.hpp"
#include "gateway/auth/token.hpp"
#include "runtime/store/connection.hpp"

#include <openssl/hmac.h>
#include <stdexcept>

namespace recado::e2e {

using nlohmann::json;

namespace {

world_options impatient() {
  world_options out;
  out.environment = {"RECADO__HTTP__HEADERS_TIMEOUT_MS=1000",
                     "RECADO__HTTP__BODY_IDLE_TIMEOUT_MS=1000",
                     "RECADO__GATEWAY__WS_AUTH_TIMEOUT_MS=1000"};
  return out;
}

/// The key that the node under test signs with.
auth::ed25519_key signing_key_of(const std::string& dsn) {
  store::connection_config config;
  config.url = dsn;
  store::connection link{config};
  auto got = link.run_one({{},
                           "select private_pem from signing_key order by created_at desc limit 1",
                           {},
                           store::expect::rows});
  if (!got) throw std::runtime_error(store::describe(got.error()));
  return *auth::ed25519_key::from_pem(std::string{got->get_text(0, 0)});
}

wall_time now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

struct jwt {
  json header, payload;
  std::string unsigned_text() const {
    return auth::base64url(header.dump()) + '.' + auth::base64url(payload.dump());
  }
  std::string by(const auth::ed25519_key& key) const {
    auto text = unsigned_text();
    return text + '.' + auth::base64url(key.sign(text));
  }
  std::string with_hmac(const std::string& secret) const {
    auto text = unsigned_text();
    unsigned char out[32];
    unsigned int size = sizeof out;
    ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
    return text + '.' + auth::base64url({reinterpret_cast<const char*>(out), size});
  }
  jwt but(const char* name, json value) const {
    auto out = *this;
    (std::string{"alg typ kid crit jwk"}.find(name) == std::string::npos ? out.payload
                                                                         : out.header)[name] =
      std::move(value);
    return out;
  }
};

} // namespace

scene::scene() : world_(impatient()) {
  port_ = static_cast<std::uint16_t>(std::stoi(world_.url().substr(world_.url().rfind(':') + 1)));
  make_objects();
  make_tokens();
}

json scene::ask(client::api_client& api, std::string method, std::string target, const json& body) {
  auto got = api.ask(
    {.method = std::move(method), .target = target, .body = body.is_null() ? "" : body.dump()});
  if (!got || got->status >= 300)
    throw std::runtime_error(target + ": " + (got ? got->body : got.error()));
  return got->body.empty() ? json{} : json::parse(got->body);
}

void scene::make_objects() {
  auto api = world_.api(), other = world_.admin();
  json text{{"type", "text"}, {"text", "Olá"}};
  auto make = [&](client::api_client& by, const char* type, json members) {
    return ask(by, "POST", "/v1/conversations", {{"type", type}, {"members", std::move(members)}})
      .at("conversation_id")
      .get<std::string>();
  };
  values_["conversation"] = make(api, "group", {"ana", "bruno"});
  values_["pair"] = make(api, "private", {"ana", "bruno"});
  values_["foreign"] = make(other, "group", {"theirs", "ana"});
  auto say = [&](client::api_client& by, const std::string& where) {
    return ask(by, "POST", "/v1/messages", {{"conversation_id", where}, {"payload", text}})
      .at("message_id")
      .get<std::string>();
  };
  values_["message"] = say(api, values_["conversation"]);
  values_["foreign_message"] = say(other, values_["foreign"]);
  values_["unknown"] = uuid::v7().str();
  values_["cursor"] = ask(api, "GET", "/v1/users?limit=1", nullptr).at("next_cursor");
  auto token_of = [&](const std::string& user) {
    return ask(api, "POST", "/v1/users/" + user + "/tokens", nullptr)
      .at("access_token")
      .get<std::string>();
  };
  for (const char* user : {"ana", "bruno", "carla", "gone"})
    tokens_[std::string{"user "} + user] = token_of(user);
  ask(api, "DELETE", "/v1/users/gone", nullptr);
  tokens_["client"] = *api.token();
  tokens_["read"] = scoped("messages:read");
  tokens_["write"] = scoped("messages:write");
}

std::string scene::scoped(const std::string& scope) const {
  auto now = world_.look();
  client::http_client http{*client::parse_url(now.url)};
  json body{{"client_id", now.client_id}, {"client_secret", now.client_secret}, {"scope", scope}};
  auto got = http.ask({.method = "POST", .target = "/auth/token", .body = body.dump()});
  return json::parse(got.value().body).at("access_token");
}

void scene::make_tokens() {
  auto seen = world_.look();
  auto ours = signing_key_of(seen.dsn), theirs = auth::ed25519_key::generate();
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count();
  jwt good{{{"alg", "EdDSA"}, {"typ", "at+jwt"}, {"kid", ours.thumbprint()}},
           {{"iss", "recado"},
            {"aud", "recado"},
            {"sub", seen.client_id},
            {"client_id", seen.client_id},
            {"exp", seconds + 600},
            {"iat", seconds},
            {"jti", uuid::v7().str()},
            {"scope", "messages:read messages:write"}}};
  auto right = good.by(ours);
  tokens_["right"] = right; // the others differ from it in one thing each
  tokens_["expired"] = good.but("exp", seconds - 1).but("iat", seconds - 600).by(ours);
  tokens_["future"] = good.but("iat", seconds + 300).by(ours);
  tokens_["issuer"] = good.but("iss", "somebody").by(ours);
  tokens_["audience"] = good.but("aud", "somebody").by(ours);
  tokens_["stranger"] = good.but("kid", theirs.thumbprint()).by(theirs);
  tokens_["forged"] = good.by(theirs);
  auto signature = right.substr(right.rfind('.'));
  tokens_["changed"] = good.but("scope", "messages:read admin").unsigned_text() + signature;
  tokens_["unsigned"] = good.unsigned_text() + '.';
  tokens_["half"] = right.substr(0, right.size() - signature.size() / 2);
  tokens_["four"] = right + ".e30";
  tokens_["none-alg"] = good.but("alg", "none").unsigned_text() + '.';
  tokens_["None-alg"] = good.but("alg", "None").by(ours);
  tokens_["hs256"] = good.but("alg", "HS256").with_hmac(ours.public_bytes());
  tokens_["typ"] = good.but("typ", "JWT").by(ours);
  tokens_["crit"] = good.but("crit", json::array({"b64"})).by(ours);
  json jwk{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", auth::base64url(theirs.public_bytes())}};
  tokens_["jwk"] = good.but("jwk", jwk).by(theirs);
  values_["expired"] = tokens_["expired"];
  values_["gone"] = tokens_["user gone"];
  values_["write"] = tokens_["write"];
  values_["client_id"] = seen.client_id;
  values_["bearer"] = "Bearer " + tokens_["client"];
  values_["post"] = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: " + values_["bearer"] +
                    "\r\nContent-Type: application/json\r\n";
  values_["upgrade"] =
    "GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
}

std::string scene::token(const std::string& name) {
  return name == "none" ? "" : tokens_.at(name);
}

bool scene::works() const {
  client::http_client http{*client::parse_url(world_.url())};
  auto got = http.ask({.target = "/v1/users?limit=1",
                       .headers = {{"Authorization", "Bearer " + tokens_.at("right")}}});
  return got && got->status == 200;
}

} // namespace recado::e2e
