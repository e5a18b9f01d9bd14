#include "app.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::http;
using namespace recado::http::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(websockets)

BOOST_AUTO_TEST_CASE(texts_are_echoed_in_order) {
  world w;
  ws_client c{w.port()};
  BOOST_TEST(c.handshake.status == 101);
  BOOST_TEST(c.handshake.headers.at("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  BOOST_TEST(c.handshake.headers.count("sec-websocket-extensions") == 0U);
  for (int i = 0; i < 500; ++i)
    c.text(std::to_string(i));
  for (int i = 0; i < 500; ++i)
    BOOST_TEST(c.read().payload == std::to_string(i));
  const std::string large(1 << 20, 'a');
  c.text(large);
  BOOST_TEST((c.read().payload == large));
  c.send(1, "frag", false);
  c.send(0, "ment");
  BOOST_TEST(c.read().payload == "fragment");
  c.text("");
  BOOST_TEST(c.read().opcode == 1);
}

BOOST_AUTO_TEST_CASE(the_subprotocol_is_echoed_when_it_is_known) {
  world w;
  ws_client known{w.port(), "/ws", "Sec-WebSocket-Protocol: other, recado.v1.json\r\n"};
  BOOST_TEST(known.handshake.headers.at("sec-websocket-protocol") == "recado.v1.json");
  ws_client unknown{w.port(), "/ws", "Sec-WebSocket-Protocol: other\r\n"};
  BOOST_TEST(unknown.handshake.headers.count("sec-websocket-protocol") == 0U);
}

BOOST_AUTO_TEST_CASE(an_upgrade_may_be_refused) {
  world w;
  ws_client refused{w.port(), "/no"};
  BOOST_TEST(refused.handshake.status == 403);
  BOOST_TEST(refused.wire.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  BOOST_TEST((ws_client{w.port(), "/refused"}.handshake.status == 401));
  BOOST_TEST((ws_client{w.port(), "/dropped"}.handshake.status == 503));
}

BOOST_AUTO_TEST_CASE(a_wrong_upgrade_is_refused) {
  world w;
  const std::string head =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto ask = [&](const std::string& bytes) { return client{w.port()}.ask(bytes); };
  const auto old = ask(head + key + "Sec-WebSocket-Version: 8\r\n\r\n");
  BOOST_TEST(old.status == 426);
  BOOST_TEST(old.headers.at("sec-websocket-version") == "13");
  BOOST_TEST(ask(head + "Sec-WebSocket-Version: 13\r\n\r\n").status == 400);
  BOOST_TEST(ask(head + "Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n\r\n").status ==
             400);
  BOOST_TEST(ask(head + key + "Sec-WebSocket-Version: 13\r\nContent-Length: 1\r\n\r\nx").status ==
             400);
  BOOST_TEST(ask(head + key + "Sec-WebSocket-Version: 13\r\n\r\n\x81").status == 400);
}

BOOST_AUTO_TEST_CASE(what_a_client_does_wrong_has_its_own_close_code) {
  world w;
  const std::string invalid = "\xC3\x28";
  const auto code_after = [&](auto&& wrong) {
    w.program->close_code = 0;
    ws_client c{w.port()};
    wrong(c);
    const auto last = c.read();
    c.send(8, last.payload);
    BOOST_TEST(c.wire.ends());
    BOOST_TEST(eventually([&] { return w.program->close_code == last.close_code(); }));
    return last.close_code();
  };
  BOOST_TEST(code_after([](ws_client& c) { c.send(2, "binary"); }) == 1003);
  BOOST_TEST(code_after([](ws_client& c) { c.text(std::string((1 << 20) + 1, 'a')); }) == 1009);
  BOOST_TEST(code_after([&](ws_client& c) { c.text(invalid); }) == 1007);
  BOOST_TEST(code_after([](ws_client& c) { c.send(0, "no start"); }) == 1002);
  BOOST_TEST(code_after([](ws_client& c) { c.send(3, "reserved"); }) == 1002);
  BOOST_TEST(code_after([](ws_client& c) {
               c.wire.send(std::string{"\x81\x01", 2} + "a");
             }) == 1002);
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(the_close_code_of_the_client_is_reported) {
  world w;
  ws_client c{w.port()};
  c.send(8, std::string{"\x03\xE9", 2} + "bye");
  BOOST_TEST(c.read().close_code() == 1001);
  BOOST_TEST(eventually([&] { return w.program->close_code == 1001; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_vanishes_is_reported_as_1006) {
  world w;
  ws_client c{w.port()};
  w.program->peer();
  c.wire.reset();
  BOOST_TEST(eventually([&] { return w.program->close_code == 1006; }));
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(what_was_queued_before_a_close_is_still_sent) {
  world w;
  ws_client c{w.port(), "/quiet"};
  const auto peer = w.program->peer();
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(peer->send(std::to_string(i)));
  peer->close(4401, "no token came");
  BOOST_TEST(!peer->send("late"));
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(c.read().payload == std::to_string(i));
  const auto last = c.read();
  BOOST_TEST(last.close_code() == 4401);
  BOOST_TEST(last.payload.substr(2) == "no token came");
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_answer_a_close_is_dropped) {
  world w{{.linger_timeout = 200ms, .ws_close_timeout = 200ms}};
  ws_client c{w.port(), "/quiet"};
  w.program->peer()->close(1000, std::string(500, 'x'));
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
  BOOST_TEST(w.program->close_code == 1000);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_is_closed_with_4408_and_its_queue_freed) {
  world w{{.linger_timeout = 200ms, .ws_queue_bytes_max = 1 << 20, .ws_close_timeout = 300ms}};
  ws_client c{w.port(), "/quiet", "", 4096};
  const auto peer = w.program->peer();
  const std::string text(32 * 1024, 'x');
  BOOST_TEST(eventually([&] { return !peer->send(text); }));
  BOOST_TEST(peer->queued_bytes() <= std::size_t{1 << 20});
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
  BOOST_TEST(w.program->close_code == 4408);
  BOOST_TEST(w.web->snapshot().slow_readers == 1U);
  BOOST_TEST(peer->queued_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_that_wakes_up_reads_4408) {
  world w{{.ws_queue_bytes_max = 1 << 20, .ws_close_timeout = 20s}};
  ws_client c{w.port(), "/quiet", "", 4096};
  const auto peer = w.program->peer();
  const std::string text(32 * 1024, 'x');
  BOOST_TEST(eventually([&] { return !peer->send(text); }));
  frame last;
  do
    last = c.read();
  while (last.opcode == 1);
  BOOST_TEST(last.close_code() == 4408);
}

BOOST_AUTO_TEST_CASE(too_many_frames_are_too_many_even_if_small) {
  world w{{.linger_timeout = 200ms, .ws_queue_frames_max = 10, .ws_close_timeout = 300ms}};
  ws_client c{w.port(), "/quiet", "", 4096};
  const auto peer = w.program->peer();
  const std::string text(64 * 1024, 'x');
  BOOST_TEST(eventually([&] { return !peer->send(text); }));
  BOOST_TEST(eventually([&] { return w.program->close_code == 4408; }));
}

BOOST_AUTO_TEST_CASE(reading_pauses_while_texts_are_unconsumed) {
  world w{{.ws_unconsumed_max = 10}};
  ws_client c{w.port(), "/quiet"};
  const auto peer = w.program->peer();
  for (int i = 0; i < 100; ++i)
    c.text("x");
  BOOST_TEST(eventually([&] { return w.program->texts() == 10; }));
  for (int i = 0; i < 5; ++i)
    peer->consumed();
  BOOST_TEST(eventually([&] { return w.program->texts() == 15; }));
  for (std::size_t done = 5; done < 100; ++done) {
    BOOST_TEST(w.program->texts() <= done + 10);
    peer->consumed();
  }
  BOOST_TEST(eventually([&] { return w.program->texts() == 100; }));
}

BOOST_AUTO_TEST_CASE(a_paused_connection_can_be_closed) {
  world w{{.ws_unconsumed_max = 1}};
  ws_client c{w.port(), "/quiet"};
  const auto peer = w.program->peer();
  for (int i = 0; i < 100; ++i)
    c.text("x");
  BOOST_TEST(eventually([&] { return w.program->texts() == 1; }));
  peer->close(1012, "restart");
  const auto last = c.read();
  BOOST_TEST(last.close_code() == 1012);
  c.send(8, last.payload);
  BOOST_TEST(eventually([&] { return w.program->close_code == 1012; }));
  BOOST_TEST(w.program->texts() == 1U);
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_pinged_and_stays_while_it_answers) {
  world w{{.ws_ping_interval = 200ms}};
  ws_client c{w.port()};
  for (int i = 0; i < 5; ++i) {
    const auto ping = c.read(false);
    BOOST_TEST(ping.opcode == 9);
    c.send(10, ping.payload);
  }
  c.text("still here");
  BOOST_TEST(c.read().payload == "still here");
}

BOOST_AUTO_TEST_CASE(a_peer_that_stops_answering_pings_is_dropped) {
  world w{{.ws_ping_interval = 100ms}};
  ws_client c{w.port()};
  BOOST_TEST(eventually([&] { return w.program->close_code == 1006; }));
  BOOST_TEST(c.wire.ends());
}

BOOST_AUTO_TEST_SUITE_END()
