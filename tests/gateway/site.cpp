#include "site.hpp"

#include "runtime/actor/system.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "tests/contract/recorder.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::test {

std::vector<std::string> response::pointers() const {
  std::vector<std::string> out;
  for (const auto& each : body.value("errors", json::array()))
    out.push_back(each.at("pointer"));
  return out;
}

gateway_config site::quick() {
  gateway_config out;
  out.realtime.auth_timeout = std::chrono::milliseconds{300};
  out.realtime.resume_grace = std::chrono::milliseconds{50};
  out.realtime.retry_first = std::chrono::milliseconds{10};
  out.realtime.retry_max = std::chrono::milliseconds{50};
  return out;
}

site::site(gateway_config config, http::server_config listen) {
  settings_ = std::make_unique<actor::system_settings>();
  system_ = std::make_unique<caf::actor_system>(*settings_);
  gateway_ = make_gateway(std::move(config), below.below(),
                          {*system_, health_, metrics_, [] { return clock::system_time(); }});
  listen.port = 0;
  server_ = http::server::start(listen, gateway_->handler()).value();
  BOOST_REQUIRE(http::test::eventually([this] { return gateway_->ready(); }));
}

site::~site() {
  server_->stop(std::chrono::seconds{5});
  server_.reset();
  gateway_->stop();
  gateway_.reset();
  below.sync();
  BOOST_TEST(actor::stop_with_deadline(*system_, std::chrono::seconds{10}) == 0U);
}

response site::ask(std::string_view method, std::string_view path, std::string_view token,
                   std::string_view body, std::string_view headers) {
  std::string text{method};
  text += ' ';
  text += path;
  text += " HTTP/1.1\r\nHost: x\r\n";
  if (!token.empty()) text += "Authorization: Bearer " + std::string{token} + "\r\n";
  if (!body.empty() && headers.find("Content-Type") == std::string_view::npos)
    text += "Content-Type: application/json\r\n";
  text += headers;
  if (method != "GET" && method != "HEAD")
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n";
  text += body;
  http::test::client wire{port()};
  wire.send(text);
  auto got = wire.read_reply(method == "HEAD");
  contract::record({method, path, got.status, got.headers["content-type"], got.body});
  return {got.status, got.headers, got.body, json::parse(got.body, nullptr, false)};
}

std::string site::token_of(const client_record& who) {
  auto got =
    post("/auth/token", "", {{"client_id", who.id.str()}, {"client_secret", below.secret}});
  BOOST_REQUIRE_EQUAL(got.status, 200);
  return got.body.at("access_token");
}

std::string site::token() {
  if (token_.empty()) token_ = token_of(below.client);
  return token_;
}

std::string site::user_token(const std::string& user) {
  auto got = ask("POST", "/v1/users/" + user + "/tokens", token());
  BOOST_REQUIRE_EQUAL(got.status, 201);
  return got.body.at("access_token");
}

std::string site::conversation(const std::vector<std::string>& members, const std::string& type) {
  auto got = post("/v1/conversations", token(), {{"type", type}, {"members", members}});
  BOOST_REQUIRE_EQUAL(got.status, 201);
  return got.body.at("conversation_id");
}

response site::say(const std::string& conversation, const std::string& from,
                   const std::string& text, std::string_view headers) {
  json body{{"conversation_id", conversation}, {"payload", {{"type", "text"}, {"text", text}}}};
  if (!from.empty()) body["from"] = from;
  return post("/v1/messages", token(), body, headers);
}

line::line(site& at, const std::string& token)
  : wire(at.port(), "/v1/ws",
         "Authorization: Bearer " + token + "\r\nSec-WebSocket-Protocol: recado.v1.json\r\n") {
  BOOST_REQUIRE_EQUAL(wire.handshake.status, 101);
  BOOST_REQUIRE_EQUAL(read().value("type", ""), "ready");
}

line::line(site& at, std::nullptr_t) : wire(at.port(), "/v1/ws") {
  BOOST_REQUIRE_EQUAL(wire.handshake.status, 101);
}

json line::read() {
  for (;;) {
    auto got = next();
    if (!got.is_object() || got.at("type") != "presence") return got;
    presences.push_back(std::move(got));
  }
}

json line::presence() {
  while (presences.empty()) {
    auto got = next();
    if (got.is_null()) return got;
    got.at("type") == "presence" ? presences.push_back(got) : passed.push_back(got);
  }
  auto first = std::move(presences.front());
  presences.pop_front();
  return first;
}

json line::next() {
  auto got = wire.read();
  if (got.opcode == 1) {
    contract::record_frame(got.payload);
    return json::parse(got.payload);
  }
  closed = got.opcode == 8 ? got.close_code() : -1;
  return nullptr;
}

json line::read(const std::string& type) {
  for (;;) {
    auto got = read();
    if (got.is_null() || got.at("type") == type) return got;
    passed.push_back(std::move(got));
  }
}

json line::ask(json frame) {
  auto id = std::to_string(++last_id_);
  frame["id"] = id;
  say(frame);
  for (;;) {
    auto got = read();
    if (got.is_null() || (got.contains("id") && got.at("id") == id)) return got;
    passed.push_back(std::move(got));
  }
}

bool line::quiet() {
  auto before = passed.size();
  ask({{"type", "nothing"}}); // an error that names it
  return passed.size() == before;
}

} // namespace recado::test
