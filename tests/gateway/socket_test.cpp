#include "site.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

json text(const std::string& what) {
  return {{"type", "text"}, {"text", what}};
}

/// The text of a message frame.
std::string said(const json& frame) {
  return frame.at("message").at("payload").at("text");
}
int seq_of(const json& frame) {
  return frame.at("message").at("seq");
}

json send(const std::string& where, const std::string& what) {
  return {{"type", "send"}, {"conversation_id", where}, {"payload", text(what)}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(connecting)

BOOST_AUTO_TEST_CASE(a_token_in_the_header_makes_it_ready) {
  site at;
  http::test::ws_client wire{at.port(), "/v1/ws",
                             "Authorization: Bearer " + at.user_token("ana") +
                               "\r\nSec-WebSocket-Protocol: recado.v1.json\r\n"};
  BOOST_TEST(wire.handshake.status == 101);
  BOOST_TEST(wire.handshake.headers.at("sec-websocket-protocol") == "recado.v1.json");
  BOOST_TEST(json::parse(wire.read().payload) ==
             json({{"type", "ready"}, {"id", nullptr}, {"user_id", "ana"}}));
}

BOOST_AUTO_TEST_CASE(a_bad_token_in_the_header_is_a_401) {
  site at;
  http::test::ws_client wire{at.port(), "/v1/ws", "Authorization: Bearer x.y.z\r\n"};
  BOOST_TEST(wire.handshake.status == 401);
  http::test::ws_client elsewhere{at.port(), "/v1/nowhere"};
  BOOST_TEST(elsewhere.handshake.status == 404);
  http::test::ws_client other{at.port(), "/livez"};
  BOOST_TEST(other.handshake.status == 200);
}

BOOST_AUTO_TEST_CASE(a_token_in_the_first_frame_makes_it_ready) {
  site at;
  line ana{at, nullptr};
  ana.say({{"type", "auth"}, {"id", "1"}, {"token", at.user_token("ana")}});
  BOOST_TEST(ana.read() == json({{"type", "ready"}, {"id", "1"}, {"user_id", "ana"}}));
  BOOST_TEST(ana.ask({{"type", "auth"}, {"token", "again"}}).at("status") == 422);
  line client{at, nullptr};
  client.say({{"type", "auth"}, {"token", at.token()}});
  BOOST_TEST(client.read() == json({{"type", "ready"}, {"id", nullptr}, {"user_id", nullptr}}));
}

BOOST_AUTO_TEST_CASE(without_a_token_it_is_closed_with_4401) {
  site at;
  line silent{at, nullptr}, wrong{at, nullptr}, rude{at, nullptr};
  wrong.say({{"type", "auth"}, {"id", 7}, {"token", "x.y.z"}});
  auto error = wrong.read();
  BOOST_TEST(error.at("status") == 401);
  BOOST_TEST(error.at("code") == "invalid_token");
  BOOST_TEST(error.at("id") == 7);
  BOOST_TEST(wrong.read().is_null());
  BOOST_TEST(wrong.closed == 4401);
  rude.say(send(uuid::v7().str(), "x"));
  BOOST_TEST(rude.read().at("code") == "unauthorized");
  BOOST_TEST(rude.read().is_null());
  BOOST_TEST(rude.closed == 4401);
  BOOST_TEST(silent.read().is_null());
  BOOST_TEST(silent.closed == 4401);
}

BOOST_AUTO_TEST_CASE(bad_frames_are_answered_and_the_twentieth_closes) {
  site at;
  line ana{at, at.user_token("ana")};
  for (int i = 0; i < 20; ++i) {
    ana.wire.text(i % 2 ? "{" : "[]");
    auto error = ana.read();
    BOOST_TEST(error.at("type") == "error");
    BOOST_TEST(error.at("id").is_null());
    BOOST_TEST(error.at("status") == (i % 2 ? 400 : 422));
  }
  BOOST_TEST(ana.read().is_null());
  BOOST_TEST(ana.closed == 1008);
}

BOOST_AUTO_TEST_CASE(frames_of_the_wrong_kind_close) {
  site at;
  line binary{at, at.user_token("ana")}, large{at, at.user_token("ana")};
  binary.wire.send(2, "x");
  BOOST_TEST(binary.read().is_null());
  BOOST_TEST(binary.closed == 1003);
  large.wire.text(std::string((1 << 20) + 1, 'x'));
  BOOST_TEST(large.read().is_null());
  BOOST_TEST(large.closed == 1009);
}

BOOST_AUTO_TEST_CASE(wrong_frames_say_what_is_wrong) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")};
  auto code = [&](json frame) {
    auto got = ana.ask(std::move(frame));
    return got.at("type") == "error" ? got.at("code").get<std::string>() : "none";
  };
  BOOST_TEST(code({{"type", "dance"}}) == "invalid_request");
  BOOST_TEST(code({{"type", "send"}}) == "invalid_request");
  BOOST_TEST(
    code({{"type", "send"}, {"conversation_id", where}, {"payload", text("x")}, {"odd", 1}}) ==
    "invalid_request");
  BOOST_TEST(
    code({{"type", "send"}, {"conversation_id", where}, {"payload", {{"type", "image"}}}}) ==
    "not_available_yet");
  BOOST_TEST(
    code(
      {{"type", "send"}, {"conversation_id", where}, {"payload", text("x")}, {"from", "bruno"}}) ==
    "forbidden_sender");
  BOOST_TEST(code(send(uuid::v7().str(), "x")) == "conversation_not_found");
  BOOST_TEST(
    code({{"type", "receipt"}, {"conversation_id", where}, {"kind", "seen"}, {"up_to_seq", 1}}) ==
    "invalid_request");
  BOOST_TEST(
    code({{"type", "receipt"}, {"conversation_id", where}, {"kind", "read"}, {"up_to_seq", 9}}) ==
    "invalid_request");
  BOOST_TEST(code({{"type", "typing"}, {"conversation_id", uuid::v7().str()}, {"on", true}}) ==
             "conversation_not_found");
  BOOST_TEST(code({{"type", "presence"}, {"status", "asleep"}}) == "invalid_request");
  BOOST_TEST(code({{"type", "resume"}, {"conversations", {{"x", 1}}}}) == "invalid_request");
  BOOST_TEST(code({{"type", "resume"}, {"conversations", {{where, -1}}}}) == "invalid_request");
  BOOST_TEST(code({{"type", "resume"}}) == "invalid_request");
  ana.wire.text(R"({"type":"send","type":"send"})");
  BOOST_TEST(ana.read().at("status") == 422);
  ana.wire.text(R"({"type":"presence","id":{}})");
  BOOST_TEST(ana.read().at("status") == 422);
}

BOOST_AUTO_TEST_CASE(a_token_that_may_only_read_cannot_send) {
  site at;
  line reader{at, at.token_of(at.below.reader)};
  BOOST_TEST(reader.ask(send(uuid::v7().str(), "x")).at("code") == "insufficient_scope");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(live)

BOOST_AUTO_TEST_CASE(what_is_sent_is_acked_after_its_commit_and_not_echoed) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")}, ana2{at, at.user_token("ana")},
    bruno{at, at.user_token("bruno")}, client{at, at.token()};
  auto frame = send(where, "Olá");
  frame["message_id"] = uuid::v7().str();
  frame["metadata"] = {{"k", 1}};
  auto ack = ana.ask(frame);
  BOOST_TEST(ack.at("type") == "ack");
  BOOST_TEST(ack.at("message_id") == frame.at("message_id"));
  BOOST_TEST(ack.at("conversation_id") == where);
  BOOST_TEST(ack.at("seq") == 1);
  BOOST_TEST(ack.at("replayed") == false);
  for (auto* each : {&ana2, &bruno, &client}) {
    auto came = each->read("message").at("message");
    BOOST_TEST(came.at("message_id") == frame.at("message_id"));
    BOOST_TEST(came.at("from") == "ana");
    BOOST_TEST(came.at("seq") == 1);
    BOOST_TEST(came.at("metadata") == frame.at("metadata"));
    BOOST_TEST(came.at("created_at") == ack.at("created_at"));
    BOOST_TEST(!came.contains("deliveries"));
  }
  auto again = ana.ask(frame);
  BOOST_TEST(again.at("replayed") == true);
  BOOST_TEST(again.at("seq") == 1);
  BOOST_TEST(ana.quiet());
  BOOST_TEST(bruno.quiet());
}

BOOST_AUTO_TEST_CASE(unanswered_messages_keep_their_order) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")}, bruno{at, at.user_token("bruno")};
  for (int i = 1; i <= 200; ++i) {
    auto frame = send(where, std::to_string(i));
    frame["id"] = std::to_string(i);
    ana.say(frame);
  }
  for (int i = 1; i <= 200; ++i) {
    auto ack = ana.read("ack");
    BOOST_REQUIRE_EQUAL(ack.at("id").get<std::string>(), std::to_string(i));
    BOOST_REQUIRE_EQUAL(ack.at("seq").get<int>(), i);
  }
  for (int i = 1; i <= 200; ++i) {
    auto came = bruno.read("message");
    BOOST_REQUIRE_EQUAL(said(came), std::to_string(i));
    BOOST_REQUIRE_EQUAL(seq_of(came), i);
  }
}

BOOST_AUTO_TEST_CASE(a_client_sees_and_says_everything) {
  site at;
  line client{at, at.token()};
  auto where = at.conversation({"ana", "bruno"});
  at.say(where, "ana", "made after the connection");
  BOOST_TEST(said(client.read("message")) == "made after the connection");
  auto frame = send(where, "as bruno");
  frame["from"] = "bruno";
  BOOST_TEST(client.ask(frame).at("seq") == 2);
  auto stranger = send(where, "as carla");
  stranger["from"] = "carla";
  BOOST_TEST(client.ask(stranger).at("code") == "not_a_member");
  BOOST_TEST(
    client
      .ask({{"type", "receipt"}, {"conversation_id", where}, {"kind", "read"}, {"up_to_seq", 1}})
      .at("status") == 422);
  at.post("/v1/messages", at.token(),
          {{"from", "ana"}, {"to", {"davi"}}, {"payload", text("implicit")}});
  BOOST_TEST(said(client.read("message")) == "implicit");
}

BOOST_AUTO_TEST_CASE(receipts_reach_every_connection_of_members) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  at.say(where, "ana", "x");
  line ana{at, at.user_token("ana")}, bruno{at, at.user_token("bruno")};
  auto ack = bruno.ask(
    {{"type", "receipt"}, {"conversation_id", where}, {"kind", "read"}, {"up_to_seq", 1}});
  BOOST_TEST(ack.at("type") == "ack");
  auto came = ana.read("receipt");
  BOOST_TEST(came.at("user_id") == "bruno");
  BOOST_TEST(came.at("kind") == "read");
  BOOST_TEST(came.at("up_to_seq") == 1);
  BOOST_TEST(came.at("conversation_id") == where);
  BOOST_TEST(came.contains("at"));
}

BOOST_AUTO_TEST_CASE(typing_reaches_the_others) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")}, bruno{at, at.user_token("bruno")},
    carla{at, at.user_token("carla")};
  BOOST_TEST(ana.ask({{"type", "typing"}, {"conversation_id", where}, {"on", true}}).at("type") ==
             "ack");
  BOOST_TEST(
    bruno.read("typing") ==
    json({{"type", "typing"}, {"conversation_id", where}, {"user_id", "ana"}, {"on", true}}));
  auto rest = at.post("/v1/conversations/" + where + "/typing", at.token(),
                      {{"user_id", "bruno"}, {"on", false}});
  BOOST_TEST(rest.status == 200);
  BOOST_TEST(ana.read("typing").at("on") == false);
  BOOST_TEST(carla.ask({{"type", "typing"}, {"conversation_id", where}}).at("status") == 404);
  BOOST_TEST(carla.quiet());
  BOOST_TEST(
    at.post("/v1/conversations/" + where + "/typing", at.token(), {{"user_id", "carla"}}).code() ==
    "not_a_member");
}

BOOST_AUTO_TEST_CASE(a_member_gets_what_is_said_between_joining_and_leaving) {
  site at;
  auto where = at.conversation({"ana"});
  line bruno{at, at.user_token("bruno")};
  at.say(where, "ana", "before");
  at.post("/v1/conversations/" + where + "/members", at.token(), {{"user_id", "bruno"}});
  at.say(where, "ana", "between");
  at.remove("/v1/conversations/" + where + "/members/bruno", at.token());
  at.say(where, "ana", "after");
  auto came = bruno.read("message");
  BOOST_TEST(said(came) == "between");
  BOOST_TEST(seq_of(came) == 2);
  at.below.sync();
  BOOST_TEST(bruno.quiet());
}

BOOST_AUTO_TEST_CASE(a_stored_message_comes_to_its_sender_too) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")};
  at.below.to_inbox = [](const command& what) {
    return std::holds_alternative<send_message>(what.body);
  };
  auto ack = ana.ask(send(where, "later"));
  BOOST_TEST(ack.at("type") == "ack");
  BOOST_TEST(ack.at("seq").is_null());
  at.below.empty_inbox();
  auto came = ana.read("message");
  BOOST_TEST(came.at("message").at("message_id") == ack.at("message_id"));
  BOOST_TEST(seq_of(came) == 1);
}

BOOST_AUTO_TEST_CASE(lost_events_are_read_again) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")}, bruno{at, at.user_token("bruno")};
  std::atomic<bool> lossy = true;
  at.below.lose = [&](const event_batch&) { return lossy.load(); };
  at.say(where, "ana", "1");
  at.say(where, "ana", "2");
  lossy = false;
  at.say(where, "ana", "3"); // the gap shows
  for (int i = 1; i <= 3; ++i)
    BOOST_TEST(said(bruno.read("message")) == std::to_string(i));
  lossy = true;
  at.say(where, "ana", "4");
  bruno.ask({{"type", "receipt"}, {"conversation_id", where}, {"kind", "read"}, {"up_to_seq", 4}});
  lossy = false;
  at.below.doubt(); // no later event comes, and yet nobody misses one
  BOOST_TEST(said(bruno.read("message")) == "4");
  json last;
  do
    last = ana.read("receipt");
  while (last.at("kind") != "read");
  BOOST_TEST(last.at("up_to_seq") == 4);
}

BOOST_AUTO_TEST_CASE(lost_status_events_are_read_again_for_the_sender) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  line ana{at, at.user_token("ana")}, bruno{at, at.user_token("bruno")};
  std::atomic<bool> lossy = true;
  at.below.lose = [&](const event_batch&) { return lossy.load(); };
  json by_mail{{"conversation_id", where},
               {"from", "ana"},
               {"channels", {"email"}}, // nobody has an address: failed at once
               {"payload", text("x")}};
  auto sent = at.post("/v1/messages", at.token(), by_mail);
  BOOST_TEST(sent.status == 201);
  lossy = false;
  at.below.doubt();
  auto told = ana.read("status");
  BOOST_TEST(told.at("message_id") == sent.body.at("message_id"));
  BOOST_TEST(told.at("status") == "failed");
  at.below.doubt(); // once is enough
  at.say(where, "ana", "later");
  BOOST_TEST(said(ana.read()) == "later");
  BOOST_TEST(ana.quiet());
  BOOST_TEST(said(bruno.read()) == "x"); // no status: it is not the sender
  BOOST_TEST(said(bruno.read()) == "later");
}

BOOST_AUTO_TEST_CASE(a_lost_joined_event_is_found_by_a_doubt) {
  site at;
  auto where = at.conversation({"ana"});
  line bruno{at, at.user_token("bruno")}, ana{at, at.user_token("ana")};
  std::atomic<bool> lossy = true;
  at.below.lose = [&](const event_batch&) { return lossy.load(); };
  at.post("/v1/conversations/" + where + "/members", at.token(), {{"user_id", "bruno"}});
  at.say(where, "ana", "hello");
  lossy = false;
  at.below.doubt();
  BOOST_TEST(said(bruno.read("message")) == "hello");
}

BOOST_AUTO_TEST_CASE(conversations_that_nobody_looks_at_are_not_watched) {
  site at;
  at.conversation({"ana", "bruno"});
  at.conversation({"ana"});
  {
    line ana{at, at.user_token("ana")}, again{at, at.user_token("ana")},
      bruno{at, at.user_token("bruno")};
    BOOST_TEST(http::test::eventually([&] { return at.below.watched() == 2; }));
    BOOST_TEST(at.gateway().sessions() == 3U);
  }
  BOOST_TEST(http::test::eventually(
    [&] { return at.below.watched() == 0 && at.gateway().sessions() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_restart_of_the_gateway_answers_503_and_1012) {
  site at;
  line ana{at, at.user_token("ana")};
  auto token = at.token();
  at.gateway().stop();
  BOOST_TEST(ana.read().is_null());
  BOOST_TEST(ana.closed == 1012);
  auto got = at.get("/v1/users", token);
  BOOST_TEST(got.status == 503);
  BOOST_TEST(got.code() == "shutting_down");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(resuming)

BOOST_AUTO_TEST_CASE(what_was_missed_comes_in_order_and_then_resumed) {
  site at;
  auto one = at.conversation({"ana", "bruno"}), two = at.conversation({"ana", "bruno"}),
       three = at.conversation({"bruno"});
  for (int i = 1; i <= 5; ++i)
    at.say(one, "ana", std::to_string(i));
  at.say(two, "ana", "x");
  at.say(three, "bruno", "x");
  line bruno{at, at.user_token("bruno")};
  bruno.say({{"type", "resume"}, {"id", "r"}, {"conversations", {{one, 2}, {two, 1}}}});
  for (int i = 3; i <= 5; ++i)
    BOOST_TEST(said(bruno.read()) == std::to_string(i));
  BOOST_TEST(
    bruno.read() ==
    json({{"type", "resumed"}, {"id", "r"}, {"conversations", {{one, 5}, {two, 1}, {three, 1}}}}));
  at.say(one, "ana", "6");
  BOOST_TEST(seq_of(bruno.read()) == 6);
}

BOOST_AUTO_TEST_CASE(without_resume_nothing_old_comes) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  at.say(where, "ana", "old");
  line bruno{at, at.user_token("bruno")};
  at.say(where, "ana", "new");
  BOOST_TEST(said(bruno.read("message")) == "new");
}

BOOST_AUTO_TEST_CASE(more_than_a_thousand_missed_is_a_gap) {
  auto config = site::quick();
  config.realtime.resume_messages_max = 10;
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  for (int i = 1; i <= 15; ++i)
    at.say(where, "ana", std::to_string(i));
  line bruno{at, at.user_token("bruno")};
  bruno.say({{"type", "resume"}, {"id", "r"}, {"conversations", {{where, 2}}}});
  BOOST_TEST(bruno.read() ==
             json({{"type", "gap"}, {"conversation_id", where}, {"from_seq", 3}, {"to_seq", 5}}));
  for (int i = 6; i <= 15; ++i)
    BOOST_TEST(seq_of(bruno.read()) == i);
  BOOST_TEST(bruno.read().at("type") == "resumed");
}

BOOST_AUTO_TEST_CASE(a_conversation_of_others_is_an_error_of_its_own) {
  site at;
  auto own = at.conversation({"ana", "bruno"}), foreign = at.conversation({"carla"});
  at.say(own, "ana", "1");
  line bruno{at, at.user_token("bruno")};
  bruno.say({{"type", "resume"}, {"id", "r"}, {"conversations", {{foreign, 0}, {own, 0}}}});
  auto resumed = bruno.read("resumed");
  BOOST_TEST(resumed.at("conversations") == json({{own, 1}}));
  BOOST_REQUIRE_EQUAL(bruno.passed.size(), 2U);
  for (const auto& each : bruno.passed)
    if (each.at("type") == "error") {
      BOOST_TEST(each.at("id") == "r");
      BOOST_TEST(each.at("code") == "conversation_not_found");
      BOOST_TEST(each.at("conversation_id") == foreign);
    }
}

BOOST_AUTO_TEST_CASE(a_resume_amid_traffic_misses_nothing_and_repeats_nothing) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  constexpr int total = 300;
  std::thread sender{[&] {
    line ana{at, at.user_token("ana")};
    for (int i = 1; i <= total; ++i)
      ana.ask(send(where, std::to_string(i)));
  }};
  int last = 0;
  auto token = at.user_token("bruno");
  while (last < total) { // comes and goes again
    line bruno{at, token};
    bruno.say({{"type", "resume"}, {"conversations", {{where, last}}}});
    for (int n = 0; n < 40 && last < total; ++n) {
      auto got = bruno.read();
      BOOST_REQUIRE(!got.is_null());
      if (got.at("type") == "resumed") {
        BOOST_REQUIRE_EQUAL(got.at("conversations").at(where).get<int>(), last);
        continue;
      }
      BOOST_REQUIRE_EQUAL(got.at("type").get<std::string>(), "message");
      BOOST_REQUIRE_EQUAL(seq_of(got), last + 1);
      ++last;
    }
  }
  sender.join();
}

BOOST_AUTO_TEST_CASE(a_late_resume_tells_what_cannot_follow_any_more) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  for (int i = 1; i <= 3; ++i)
    at.say(where, "ana", std::to_string(i));
  line bruno{at, at.user_token("bruno")};
  at.say(where, "ana", "4");
  BOOST_TEST(seq_of(bruno.read("message")) == 4);
  bruno.say({{"type", "resume"}, {"id", "r"}, {"conversations", {{where, 1}}}});
  BOOST_TEST(bruno.read() ==
             json({{"type", "gap"}, {"conversation_id", where}, {"from_seq", 2}, {"to_seq", 3}}));
  BOOST_TEST(bruno.read().at("conversations").at(where) == 4);
}

BOOST_AUTO_TEST_CASE(a_seq_that_does_not_exist_yet_hides_nothing) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  at.say(where, "ana", "1");
  line bruno{at, at.user_token("bruno")};
  auto resumed = bruno.ask({{"type", "resume"}, {"conversations", {{where, 900}}}});
  BOOST_TEST(resumed.at("conversations").at(where) == 1);
  at.say(where, "ana", "2");
  BOOST_TEST(seq_of(bruno.read("message")) == 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(overload)

BOOST_AUTO_TEST_CASE(too_much_in_flight_waits_and_is_then_refused) {
  auto config = site::quick();
  config.admission.messages_max = 1;
  config.admission.wait_max = std::chrono::milliseconds{100};
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  std::promise<void> open;
  auto opened = open.get_future().share();
  std::atomic<int> held = 0;
  at.below.instead = [&](const command& what) -> std::optional<reply> {
    if (!std::holds_alternative<send_message>(what.body)) return std::nullopt;
    ++held;
    opened.wait();
    return std::nullopt;
  };
  auto token = at.token(); // before the services are busy
  std::thread first{[&] { BOOST_TEST(at.say(where, "ana", "1").status == 201); }};
  BOOST_TEST(http::test::eventually([&] { return held == 1; }));
  auto refused = at.say(where, "ana", "2");
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.code() == "overloaded");
  BOOST_TEST(refused.headers.contains("retry-after"));
  open.set_value();
  first.join();
  BOOST_TEST(at.say(where, "ana", "3").body.at("seq") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
