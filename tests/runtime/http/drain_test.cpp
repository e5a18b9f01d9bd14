#include "app.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

using namespace recado::http;
using namespace recado::http::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(drain)

BOOST_AUTO_TEST_CASE(a_port_in_use_is_said_so) {
  world w;
  const auto second = server::start({.port = w.port()}, w.program);
  BOOST_REQUIRE(!second.has_value());
  BOOST_TEST((second.error().code == recado::ec::conflict));
  BOOST_TEST(second.error().detail.find("in use") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(wrong_settings_are_named) {
  const auto program = std::make_shared<app>();
  const auto fault = [&](server_config c) {
    return server::start(std::move(c), program).error().detail;
  };
  BOOST_TEST(fault({.address = "nowhere"}).find("address") == 0U);
  BOOST_TEST(fault({.io_threads = 0}).find("io_threads") == 0U);
  BOOST_TEST(fault({.tls_certificate_file = "/a"}).find("tls_") == 0U);
  BOOST_TEST(fault({.tls_certificate_file = "/no/such", .tls_key_file = "/no/such"})
               .find("tls_certificate_file") == 0U);
  BOOST_TEST(fault({.headers_timeout = 0ms}).find("headers_timeout") == 0U);
}

BOOST_AUTO_TEST_CASE(draining_closes_idle_connections_and_finishes_busy_ones) {
  world w;
  client idle{w.port()};
  BOOST_TEST(idle.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  client busy{w.port()};
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = w.program->parked();
  w.web->drain();
  BOOST_TEST(idle.ends());
  answer({.status = 200, .content_type = "", .body = "done"});
  const auto r = busy.read_reply();
  BOOST_TEST(r.body == "done");
  BOOST_TEST(r.headers.at("connection") == "close");
  BOOST_TEST(busy.ends());
  BOOST_CHECK_THROW(client{w.port()}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(callers_are_sent_away_before_the_door_is_shut) {
  world w;
  client old{w.port()};
  BOOST_TEST(old.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  w.web->send_away();
  client late{w.port()};
  for (auto* one : {&old, &late}) {
    const auto r = one->ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.headers.at("connection") == "close");
    BOOST_TEST(one->ends());
  }
}

BOOST_AUTO_TEST_CASE(stopping_waits_for_requests_in_flight) {
  world w{{.linger_timeout = 200ms}};
  client busy{w.port()};
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = w.program->parked();
  std::thread stopper([&] { w.web->stop(60s); });
  answer({.status = 200, .content_type = "", .body = "done"});
  BOOST_TEST(busy.read_reply().body == "done");
  BOOST_TEST(busy.ends());
  stopper.join();
  BOOST_TEST(w.web->snapshot().connections == 0U);
}

BOOST_AUTO_TEST_CASE(stopping_drops_whoever_is_left_at_the_deadline) {
  world w{{.io_threads = 3}};
  client busy{w.port()};
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = w.program->parked();
  client half{w.port()};
  half.send("GET /ec");
  ws_client chat{w.port()};
  client events{w.port()};
  events.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto stream = w.program->stream();
  const auto peer = w.program->peer();
  w.web->stop(100ms);
  BOOST_TEST(w.web->snapshot().connections == 0U);
  BOOST_TEST(w.web->snapshot().websockets == 0U);
  BOOST_TEST(w.program->close_code == 1006);
  BOOST_TEST(w.program->streams_closed == 1);
  // Handles outlive the server.
  w.web.reset();
  BOOST_TEST(!peer->send("x"));
  peer->close(1000, "");
  peer->consumed();
  BOOST_TEST(!stream->send("x"));
  answer({.status = 200, .content_type = "", .body = ""});
}

BOOST_AUTO_TEST_CASE(websockets_are_closed_spread_over_time) {
  world w{{.linger_timeout = 200ms}};
  std::vector<ws_client> peers;
  peers.reserve(10);
  for (int i = 0; i < 10; ++i)
    peers.emplace_back(w.port());
  BOOST_TEST(eventually([&] { return w.web->snapshot().websockets == 10; }));
  w.web->close_lasting(1012, 500ms);
  for (auto& p : peers) {
    const auto last = p.read();
    BOOST_TEST(last.close_code() == 1012);
    p.send(8, last.payload);
  }
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
  BOOST_TEST(w.program->close_code == 1012);
}

BOOST_AUTO_TEST_CASE(a_websocket_that_comes_too_late_is_sent_on_like_the_others) {
  world w{{.linger_timeout = 200ms}};
  w.web->send_away();
  w.web->close_lasting(1012, 0ms);
  ws_client late{w.port()};
  const auto last = late.read();
  BOOST_TEST(last.close_code() == 1012);
  late.send(8, last.payload);
}

BOOST_AUTO_TEST_CASE(a_stream_that_comes_while_callers_are_sent_away_lasts_as_long_as_the_others) {
  world w{{.linger_timeout = 200ms}};
  w.web->send_away();
  client c{w.port()};
  c.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto out = w.program->stream();
  BOOST_TEST(c.read_reply().status == 200);
  BOOST_TEST(out->send("second;"));
  w.web->close_lasting(1012, 0ms);
  BOOST_TEST(c.read_to_end().find("7\r\nsecond;\r\n0\r\n\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_that_comes_too_late_is_told_to_come_again) {
  world w{{.linger_timeout = 200ms}};
  w.web->send_away();
  w.web->close_lasting(1012, 0ms);
  client late{w.port()};
  const auto r = late.ask("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(r.status == 503);
  BOOST_TEST(r.headers.at("connection") == "close");
  BOOST_TEST(r.body == R"({"detail":"the server restarts"})");
  BOOST_TEST(late.ends());
  BOOST_TEST(w.program->streams_closed == 1);
  BOOST_TEST(!w.program->stream()->send("nobody"));
}

BOOST_AUTO_TEST_CASE(streamed_answers_end_whole_when_the_server_restarts) {
  world w{{.linger_timeout = 200ms}};
  client c{w.port()};
  c.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto out = w.program->stream();
  BOOST_TEST(eventually([&] { return w.web->snapshot().streams == 1; }));
  out->send("second;");
  w.web->close_lasting(1012, 100ms);
  const auto all = c.read_to_end();
  BOOST_TEST(all.find("6\r\nfirst;\r\n7\r\nsecond;\r\n0\r\n\r\n") != std::string::npos);
  c.close();
  BOOST_TEST(eventually([&] { return w.program->streams_closed == 1; }));
  BOOST_TEST(!out->send("nobody"));
}

BOOST_AUTO_TEST_SUITE_END()
