#include "app.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using namespace recado::http;
using namespace recado::http::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(requests)

BOOST_AUTO_TEST_CASE(a_connection_serves_many_requests) {
  world w;
  client c{w.port()};
  for (int i = 0; i < 100; ++i) {
    const auto body = std::to_string(i);
    const auto r =
      c.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body);
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == body);
    BOOST_TEST(r.headers.count("date") == 1U);
    BOOST_TEST(r.headers.at("server") == "recado");
  }
  const auto s = w.web->snapshot();
  BOOST_TEST(s.accepted == 1U);
  BOOST_TEST(s.requests == 100U);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
  world w;
  client c{w.port()};
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += "GET /about?n=" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  c.send(all);
  for (int i = 0; i < 50; ++i) {
    BOOST_TEST(c.read_reply().body == "GET /about n=" + std::to_string(i) + " seen");
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_comes_byte_by_byte_is_served) {
  world w;
  client c{w.port()};
  for (const char b :
       std::string{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok"}) {
    c.send({&b, 1});
  }
  BOOST_TEST(c.read_reply().body == "ok");
}

BOOST_AUTO_TEST_CASE(a_chunked_body_may_come_in_any_parts) {
  world w;
  const std::string head{"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"};
  for (const std::string body : {"0\r\n\r\n", "000\r\n\r\n", "0;a=b\r\nA: b\r\n\r\n",
                                 "2\r\nok\r\n0\r\n\r\n", "1\r\no\r\n1\r\nk\r\n0\r\nA: b\r\n\r\n"}) {
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      BOOST_TEST_CONTEXT(body << " cut at " << cut) {
        client c{w.port()};
        c.send(head + body.substr(0, cut));
        for (std::size_t i = cut; i < body.size(); ++i) {
          std::this_thread::sleep_for(std::chrono::milliseconds{2}); // so that each is read alone
          if (!c.send({&body[i], 1})) break;
        }
        const auto r = c.read_reply();
        BOOST_TEST(r.status == 200);
        BOOST_TEST(r.body == (body.find('k') == std::string::npos ? "" : "ok"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(head_has_the_length_but_no_body) {
  world w;
  client c{w.port()};
  c.send("HEAD /about HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto r = c.read_reply(true);
  BOOST_TEST(r.headers.at("content-length") == "17");
  BOOST_TEST(c.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(no_content_has_neither_body_nor_length) {
  world w;
  client c{w.port()};
  const auto r = c.ask("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(r.status == 204);
  BOOST_TEST(r.headers.count("content-length") == 0U);
  BOOST_TEST(c.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_put_together_and_its_trailer_is_no_header) {
  world w;
  client c{w.port()};
  const auto r = c.ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nAuthorization: evil\r\n\r\n");
  BOOST_TEST(r.body == "abcdefg");
  BOOST_TEST(c.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(connection_close_is_kept_and_http_1_0_closes_by_itself) {
  world w;
  client c{w.port()};
  BOOST_TEST(
    c.ask("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").headers.at("connection") ==
    "close");
  BOOST_TEST(c.ends());
  client old{w.port()};
  BOOST_TEST(old.ask("GET /echo HTTP/1.0\r\n\r\n").headers.at("connection") == "close");
  BOOST_TEST(old.ends());
  client older{w.port()};
  const auto r = older.ask("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(r.headers.at("connection") == "keep-alive");
  BOOST_TEST(older.ask("GET /echo HTTP/1.0\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(expect_is_answered_only_after_the_head_was_accepted) {
  world w;
  client c{w.port()};
  const std::string rest =
    " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  BOOST_TEST(c.ask("POST /echo" + rest).status == 100);
  BOOST_TEST(c.ask("hi").body == "hi");
  client refused{w.port()};
  BOOST_TEST(refused.ask("POST /refused" + rest).status == 401);
  client other{w.port()};
  BOOST_TEST(other.ask("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n").status == 417);
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_from_another_thread) {
  world w;
  client c{w.port()};
  c.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = w.program->parked();
  BOOST_TEST(!answer.client_gone());
  answer({.status = 201, .content_type = "text/plain", .body = "late"});
  answer({.status = 500, .content_type = "text/plain", .body = "twice"});
  const auto r = c.read_reply();
  BOOST_TEST(r.status == 201);
  BOOST_TEST(r.body == "late");
  BOOST_TEST(answer.client_gone());
}

BOOST_AUTO_TEST_CASE(an_abandoned_request_is_answered_503) {
  world w;
  client c{w.port()};
  const auto r = c.ask("GET /abandon HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(r.status == 503);
  BOOST_TEST(r.headers.at("content-type") == "application/problem+json");
  BOOST_TEST(c.ask("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n").status == 503);
  BOOST_TEST(c.ask("GET /throw-early HTTP/1.1\r\nHost: x\r\n\r\n").status == 500);
}

BOOST_AUTO_TEST_CASE(a_handler_that_never_answers_is_answered_for) {
  world w{{.request_timeout = 200ms}};
  client c{w.port()};
  c.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = w.program->parked();
  BOOST_TEST(c.read_reply().status == 503);
  BOOST_TEST(answer.client_gone());
  answer({.status = 200, .content_type = "", .body = "too late"});
  BOOST_TEST(c.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_resets_frees_its_connection_while_the_handler_works) {
  world w;
  client c{w.port()};
  c.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = w.program->parked();
  c.reset();
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
  BOOST_TEST(answer.client_gone());
  answer({.status = 200, .content_type = "", .body = "nobody"});
}

BOOST_AUTO_TEST_CASE(a_client_that_only_ended_its_side_still_gets_its_answer) {
  world w;
  client c{w.port()};
  c.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = w.program->parked();
  c.shutdown_send();
  answer({.status = 200, .content_type = "", .body = "half"});
  BOOST_TEST(c.read_reply().body == "half");
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_in_the_middle_of_a_request_leaves_nothing) {
  world w;
  for (const auto* part :
       {"GET /ec", "GET /echo HTTP/1.1\r\nHost: x\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    client{w.port()}.send(part);
    client reset{w.port()};
    reset.send(part);
    reset.reset();
  }
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(a_large_answer_arrives_whole_at_a_slow_client) {
  world w;
  client c{w.port(), 4096};
  c.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(c.read_reply().body.size() == std::size_t{4 << 20});
}

BOOST_AUTO_TEST_CASE(a_header_cannot_split_an_answer) {
  world w;
  client c{w.port()};
  const auto r = c.ask("GET /split HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(r.headers.count("x-injected") == 0U);
  BOOST_TEST(r.headers.count("x-bad") == 0U);
  BOOST_TEST(r.headers.at("x-good") == "yes");
}

BOOST_AUTO_TEST_CASE(a_sink_takes_a_body_that_is_never_held_whole) {
  world w;
  client c{w.port()};
  const std::size_t size = 20 << 20;
  c.send("POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  const std::string part(1 << 20, 's');
  for (int i = 0; i < 20; ++i)
    c.send(part);
  const auto r = c.read_reply();
  BOOST_TEST(r.status == 200);
  BOOST_TEST(r.body.empty());
  BOOST_TEST(w.program->sunk == size);
}

BOOST_AUTO_TEST_CASE(connections_that_come_and_go_leave_no_session) {
  world w{{.io_threads = 2}};
  for (int i = 0; i < 2000; ++i) {
    client c{w.port()};
    if (i % 3 == 0) c.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    if (i % 15 == 0) c.read_reply();
    if (i % 7 == 0) c.reset();
  }
  BOOST_TEST(eventually([&] {
    const auto s = w.web->snapshot();
    return s.connections == 0 && s.accepted == 2000;
  }));
}

BOOST_AUTO_TEST_CASE(running_out_of_descriptors_only_delays_new_connections) {
  world w;
  client before{w.port()};
  BOOST_TEST(before.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  rlimit usual{};
  ::getrlimit(RLIMIT_NOFILE, &usual);
  const int next = ::dup(0);
  ::close(next);
  // Room for the client's own descriptor, none for accept().
  const rlimit tight{static_cast<rlim_t>(next) + 1, usual.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &tight);
  client late{w.port()};
  late.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 100; ++i)
    before.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(w.web->snapshot().accepted == 1U);
  ::setrlimit(RLIMIT_NOFILE, &usual);
  BOOST_TEST(late.read_reply().status == 200);
}

BOOST_AUTO_TEST_CASE(connections_over_the_maximum_wait) {
  world w{{.connections_max = 2}};
  client a{w.port()};
  client b{w.port()};
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 2; }));
  client c{w.port()};
  c.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(w.web->snapshot().connections == 2U);
  a.close();
  BOOST_TEST(c.read_reply().status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
