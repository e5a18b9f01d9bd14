#include "app.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

using namespace recado::http;
using namespace recado::http::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_refused_by_its_length_before_it_comes) {
  world w;
  client c{w.port()};
  const auto r = c.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
  BOOST_TEST(r.status == 413);
  BOOST_TEST(r.headers.at("connection") == "close");
}

BOOST_AUTO_TEST_CASE(a_body_of_exactly_the_limit_is_served) {
  world w;
  client c{w.port()};
  c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n");
  std::thread sender([&] { c.send(std::string(1 << 20, 'x')); });
  const auto r = c.read_reply();
  sender.join();
  BOOST_TEST(r.body.size() == std::size_t{1 << 20});
}

BOOST_AUTO_TEST_CASE(the_limit_is_that_of_the_route) {
  world w;
  client c{w.port()};
  const std::string to = "POST /small HTTP/1.1\r\nHost: x\r\n";
  BOOST_TEST(c.ask(to + "Content-Length: 10\r\n\r\n0123456789").body == "0123456789");
  BOOST_TEST(c.ask(to + "Content-Length: 11\r\n\r\n").status == 413);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_over_the_limit_is_refused) {
  world w;
  const std::string to = "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  client fits{w.port()};
  BOOST_TEST(fits.ask(to + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n").body == "0123456789");
  client one{w.port()};
  BOOST_TEST(one.ask(to + "b\r\n").status == 413);
  client two{w.port()};
  BOOST_TEST(two.ask(to + "5\r\n01234\r\n6\r\n").status == 413);
}

BOOST_AUTO_TEST_CASE(a_head_over_the_limit_is_refused) {
  world w;
  client large{w.port()};
  large.send("GET /echo HTTP/1.1\r\nHost: x\r\nA: " + std::string(40'000, 'a') + "\r\n\r\n");
  BOOST_TEST(large.read_reply().status == 431);
  client endless{w.port()};
  endless.send("GET /" + std::string(33'000, 'a'));
  BOOST_TEST(endless.read_reply().status == 431);
  client many{w.port()};
  std::string lines;
  for (int i = 0; i < 101; ++i)
    lines += "A: b\r\n";
  BOOST_TEST(many.ask("GET /echo HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n").status == 431);
  client fits{w.port()};
  BOOST_TEST(
    fits.ask("GET /echo HTTP/1.1\r\nHost: x\r\nA: " + std::string(32'000, 'a') + "\r\n\r\n")
      .status == 200);
}

BOOST_AUTO_TEST_CASE(an_early_refusal_is_readable_for_a_client_that_is_still_sending) {
  world w;
  client c{w.port()};
  c.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 8388608\r\n\r\n");
  const std::string part(64 * 1024, 'x');
  bool sent = true;
  for (int i = 0; i < 128 && sent; ++i)
    sent = c.send(part);
  BOOST_TEST(sent);
  const auto r = c.read_reply();
  BOOST_TEST(r.status == 401);
  BOOST_TEST(r.headers.at("connection") == "close");
  BOOST_TEST(c.ends());
  BOOST_TEST(w.program->refused_before_body == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_for_ever_after_a_refusal_is_cut_off) {
  world w{{.linger_timeout = 300ms}};
  client c{w.port()};
  c.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
  const std::string part(64 * 1024, 'x');
  BOOST_TEST(eventually([&] {
    c.send(part);
    return w.web->snapshot().connections == 0;
  }));
}

BOOST_AUTO_TEST_CASE(a_slow_head_is_timed_out_whatever_trickles) {
  world w{{.headers_timeout = 400ms}};
  client c{w.port()};
  c.send("GET /echo HTTP/1.1\r\nHost: x\r\n");
  std::thread trickle([&] {
    for (int i = 0; i < 30 && c.send("A: b\r\n"); ++i)
      std::this_thread::sleep_for(50ms);
  });
  BOOST_TEST(c.read_reply().status == 408);
  trickle.join();
}

BOOST_AUTO_TEST_CASE(a_connection_that_never_says_a_word_is_closed) {
  world w{{.headers_timeout = 200ms}};
  client c{w.port()};
  BOOST_TEST(c.ends());
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_is_timed_out) {
  world w{{.body_idle_timeout = 200ms}};
  client c{w.port()};
  BOOST_TEST(c.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").status == 408);
}

BOOST_AUTO_TEST_CASE(a_body_that_trickles_is_timed_out) {
  world w{{.body_idle_timeout = 400ms, .body_bytes_per_second_min = 100'000}};
  client c{w.port()};
  c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n");
  std::thread trickle([&] {
    for (int i = 0; i < 60 && c.send("a"); ++i)
      std::this_thread::sleep_for(20ms);
  });
  BOOST_TEST(c.read_reply().status == 408);
  trickle.join();
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed) {
  world w{{.keep_alive_idle = 200ms}};
  client c{w.port()};
  BOOST_TEST(c.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  BOOST_TEST(c.read_to_end().empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_never_reads_a_large_answer_is_dropped) {
  world w{{.write_timeout = 300ms}};
  client c{w.port(), 4096};
  for (int i = 0; i < 4; ++i)
    c.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
