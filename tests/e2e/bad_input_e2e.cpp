/// Input that is wrong in every way we could think of, against a running node: each has its
/// documented answer, and the request after it works.
#include "tests/contract/recorder.hpp"
#include "tests/e2e/bad_input/scene.hpp"
#include "tests/runtime/http/client.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <poll.h>
#include <thread>

namespace recado::e2e {

using http::test::client;
using http::test::ws_client;
using nlohmann::json;

namespace {

/// One world for all cases.
struct stage {
  stage() { at = std::make_unique<scene>(); }
  ~stage() { at.reset(); }
  static std::unique_ptr<scene> at;
};
std::unique_ptr<scene> stage::at;

std::string text_in(const json& one, const char* name, const char* otherwise) {
  return one.contains(name) ? bytes_of(one.at(name), stage::at->values()) : otherwise;
}

/// The body of a request: bytes, a document, or the group's base with some members changed.
std::string body_of(const json& one) {
  const auto& with = stage::at->values();
  if (one.contains("body")) return bytes_of(one.at("body"), with);
  if (one.contains("json")) return document_of(one.at("json"), with).dump();
  if (!one.contains("set")) return {};
  auto out = one.at("base");
  auto changed = document_of(one.at("set"), with);
  for (const auto& [name, value] : changed.items()) {
    if (value == "absent")
      out.erase(name);
    else
      out[name] = value;
  }
  return out.dump();
}

std::string request_of(const json& one) {
  auto to = text_in(one, "to", "");
  auto out = to + " HTTP/1.1\r\nHost: x\r\n";
  if (auto token = stage::at->token(text_in(one, "token", "client")); !token.empty())
    out += "Authorization: Bearer " + token + "\r\n";
  auto type = text_in(one, "type", "application/json");
  bool takes_body = one.contains("body") || one.contains("json") || one.contains("set");
  if (takes_body && !type.empty()) out += "Content-Type: " + type + "\r\n";
  if (one.contains("headers"))
    for (const auto& [name, value] : one.at("headers").items())
      out += name + ": " + bytes_of(value, stage::at->values()) + "\r\n";
  auto body = body_of(one);
  if (takes_body) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}

void check_answer(const http::test::reply& got, const expectation& expected) {
  bool right = std::find(expected.numbers.begin(), expected.numbers.end(), got.status) !=
               expected.numbers.end();
  BOOST_TEST(right, "status " << got.status << " " << got.body);
  if (got.status == 0) return;
  auto type = got.headers.find("content-type");
  BOOST_TEST((type != got.headers.end() && type->second == "application/problem+json"));
  auto problem = json::parse(got.body, nullptr, false);
  BOOST_TEST(complaint_about(problem, expected) == "", got.body);
  BOOST_TEST(problem.value("trace_id", "").size() == 32u);
}

/// The same connection if it was kept, and a new one in any case.
void check_next(client& wire, const http::test::reply& got) {
  if (got.status != 0 && !got.headers.contains("connection")) {
    auto next = wire.ask("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(next.status == 200);
  }
  BOOST_TEST(stage::at->works());
}

/// For tests/contract.
void note_answer(std::string_view request, const http::test::reply& got) {
  auto method = request.substr(0, request.find(' '));
  auto rest = request.substr(std::min(method.size() + 1, request.size()));
  if (got.status > 0)
    contract::record({method, rest.substr(0, rest.find(' ')), got.status,
                      got.headers.contains("content-type") ? got.headers.at("content-type") : "",
                      got.body});
}

void run_request(const json& one) {
  client wire{stage::at->port()};
  auto request = request_of(one);
  wire.send(request);
  auto got = wire.read_reply();
  note_answer(request, got);
  check_answer(got, {one.at("expect"), stage::at->values()});
  check_next(wire, got);
}

/// A few bytes now and then, until the other side has had enough.
void trickle(client& wire, const std::string& bytes) {
  for (int n = 0; n < 60 && wire.send(bytes); ++n) {
    pollfd ready{wire.fd(), POLLIN, 0};
    if (::poll(&ready, 1, 100) > 0) return;
  }
}

void run_bytes(const json& one) {
  expectation expected{one.at("expect"), stage::at->values()};
  client wire{stage::at->port()};
  wire.send(bytes_of(one.at("raw"), stage::at->values()));
  if (one.contains("trickle")) trickle(wire, one.at("trickle"));
  for (const auto& part : one.value("later", json::array())) {
    std::this_thread::sleep_for(milliseconds{100}); // so that it is read alone
    wire.send(bytes_of(part, stage::at->values()));
  }
  auto then = text_in(one, "then", "");
  if (then == "half-close") wire.shutdown_send();
  if (then == "reset") wire.reset();
  if (!expected.numbers.empty()) {
    auto got = wire.read_reply();
    check_answer(got, expected);
    if (expected.has("closed") && then.empty()) BOOST_TEST(got.headers["connection"] == "close");
  }
  if (expected.has("closed")) {
    wire.shutdown_send();
    BOOST_TEST(wire.read_to_end() == ""); // above all no second answer
  }
  BOOST_TEST(stage::at->works());
}

/// A frame of ours, masked with zeros.
std::string frame_of(int opcode, const std::string& payload) {
  std::string out{static_cast<char>(0x80 | opcode)};
  auto n = payload.size();
  out += static_cast<char>(0x80 | (n < 126 ? n : n < 65536 ? 126 : 127));
  for (int shift = n < 126 ? -8 : n < 65536 ? 8 : 56; shift >= 0; shift -= 8)
    out += static_cast<char>(n >> shift);
  return out + std::string(4, '\0') + payload;
}

std::string frames_of(const json& one) {
  const auto& with = stage::at->values();
  if (one.contains("send")) return bytes_of(one.at("send"), with);
  if (one.contains("text") && one.at("text").is_null()) return {};
  auto text = one.contains("text") ? bytes_of(one.at("text"), with)
                                   : document_of(one.at("json"), with).dump();
  std::string out;
  for (int n = one.value("times", 1); n > 0; --n)
    out += frame_of(1, text);
  return out;
}

void check_socket_still_works(ws_client& wire) {
  json typing{{"type", "typing"}, {"id", "next"}, {"on", false}};
  typing["conversation_id"] = stage::at->values().at("conversation");
  wire.text(typing.dump());
  for (;;) {
    auto got = wire.read();
    BOOST_REQUIRE_EQUAL(got.opcode, 1);
    auto said = json::parse(got.payload);
    if (said.at("id") != "next") continue;
    BOOST_TEST(said.at("type") == "ack", got.payload);
    return;
  }
}

void check_closed(ws_client& wire, const expectation& expected) {
  auto got = wire.read();
  while (got.opcode == 1)
    got = wire.read();
  BOOST_REQUIRE_EQUAL(got.opcode, 8);
  bool right = std::find(expected.numbers.begin(), expected.numbers.end(), got.close_code()) !=
               expected.numbers.end();
  BOOST_TEST(right, "closed with " << got.close_code());
}

void run_frames(const json& one) {
  expectation expected{one.at("expect"), stage::at->values()};
  auto token = stage::at->token(text_in(one, "token", "user ana"));
  auto header = token.empty() ? "" : "Authorization: Bearer " + token + "\r\n";
  ws_client wire{stage::at->port(), "/v1/ws", header};
  BOOST_REQUIRE_EQUAL(wire.handshake.status, 101);
  if (!token.empty()) BOOST_REQUIRE_EQUAL(json::parse(wire.read().payload).at("type"), "ready");
  wire.wire.send(frames_of(one));
  if (expected.has("error")) {
    auto got = wire.read();
    BOOST_REQUIRE_EQUAL(got.opcode, 1);
    auto said = json::parse(got.payload);
    BOOST_TEST(said.at("type") == "error", got.payload);
    BOOST_TEST(said.at("status") == expected.numbers.at(0), got.payload);
    BOOST_TEST(complaint_about(said, expected) == "", got.payload);
    check_socket_still_works(wire);
  } else {
    check_closed(wire, expected);
  }
  BOOST_TEST(stage::at->works());
}

std::size_t run_all(const char* file, void (*run)(const json&)) {
  auto all = cases_of(file);
  for (const auto& one : all)
    BOOST_TEST_CONTEXT(one.at("name").get<std::string>()) {
      run(one);
    }
  std::printf("bad input: %zu cases of %s\n", all.size(), file);
  return all.size();
}

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(stage);

BOOST_AUTO_TEST_CASE(every_bad_request_has_its_answer_and_the_next_one_works) {
  BOOST_TEST(run_all("requests.json", run_request) > 150u);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_request_end_their_connection_and_no_other) {
  BOOST_TEST(run_all("wire.json", run_bytes) > 50u);
}

BOOST_AUTO_TEST_CASE(every_bad_frame_is_told_or_closes_its_socket_and_no_other) {
  BOOST_TEST(run_all("frames.json", run_frames) > 50u);
}

} // namespace recado::e2e
