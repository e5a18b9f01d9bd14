#include "client_world.hpp"

#include <algorithm>

namespace recado::http::client_test {

std::string answer(std::string_view body, std::string_view more = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string{more} + "\r\n" + std::string{body};
}

/// Reads one request; empty at the end of the stream.
std::string request_of(raw_connection& from) {
  auto head = from.until("\r\n\r\n");
  auto at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  return head + from.bytes(std::stoul(head.substr(at + 16)));
}

transfer_failure failure_of(client_world& w, outgoing_request what) {
  return must<transfer_failure>(w.call(std::move(what)));
}

BOOST_AUTO_TEST_SUITE(http_requests)

BOOST_AUTO_TEST_CASE(a_request_goes_out_whole_and_its_answer_comes_back) {
  std::string seen;
  raw_server server{[&](raw_connection& c, int) {
    seen = request_of(c);
    c.say(answer("done", "X-Thing:  a b \r\n"));
  }};
  client_world w;
  auto request = w.post(server.url("/hook?x=1"), "body");
  request.headers = {{"Content-Type", "text/plain"}, {"X-Empty", ""}};
  auto got = must<incoming_response>(w.call(request));
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.body == "done");
  auto has = [&](const std::string& name, const std::string& value) {
    return std::find(got.headers.begin(), got.headers.end(), std::pair{name, value}) !=
           got.headers.end();
  };
  BOOST_TEST(has("x-thing", "a b"));
  BOOST_TEST(seen.starts_with("POST /hook?x=1 HTTP/1.1\r\n"));
  BOOST_TEST(seen.find("\r\nUser-Agent: Recado\r\n") != std::string::npos);
  BOOST_TEST(seen.find("\r\nContent-Type: text/plain\r\n") != std::string::npos);
  BOOST_TEST(seen.find("\r\nX-Empty:") != std::string::npos);
  BOOST_TEST(seen.find("Expect") == std::string::npos);
  BOOST_TEST(seen.ends_with("\r\n\r\nbody"));
}

BOOST_AUTO_TEST_CASE(connections_are_kept) {
  raw_server server{[&](raw_connection& c, int) {
    while (!request_of(c).empty())
      c.say(answer("x"));
  }};
  client_world w;
  for (int i = 0; i < 5; ++i)
    must<incoming_response>(w.call(w.post(server.url())));
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(redirects_are_not_followed) {
  raw_server server{[&](raw_connection& c, int) {
    request_of(c);
    c.say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  }};
  client_world w;
  BOOST_TEST(must<incoming_response>(w.call(w.post(server.url()))).status == 302);
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_private_address_is_refused_also_behind_a_name_or_a_strange_spelling) {
  raw_server server{[&](raw_connection&, int) {}};
  client_world w{client_config{}};
  auto port = std::to_string(server.port());
  for (const auto* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433",
                           "0x7f.1", "0177.0.0.1", "127.1"}) {
    auto why = failure_of(w, w.post("http://" + std::string{host} + ":" + port + "/"));
    BOOST_TEST((why.what == transfer_error::refused_address), host << ": " << why.detail);
    BOOST_TEST(!why.maybe_taken);
  }
  BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(only_http_and_https_are_spoken_and_headers_stay_one_line) {
  client_world w;
  for (const auto* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "",
                          "x:", "smtp://127.0.0.1/", "http://user:pass@127.0.0.1:1/"})
    BOOST_TEST((failure_of(w, w.post(url)).what == transfer_error::bad_request), url);
  auto split = w.post("http://127.0.0.1:1/");
  split.headers = {{"X", "a\r\nY: b"}};
  BOOST_TEST((failure_of(w, split).what == transfer_error::bad_request));
}

BOOST_AUTO_TEST_CASE(nobody_there_is_a_failure_to_connect) {
  std::uint16_t port = 0;
  {
    raw_server gone{[](raw_connection&, int) {}};
    port = gone.port();
  }
  client_world w;
  auto why = failure_of(w, w.post("http://127.0.0.1:" + std::to_string(port) + "/"));
  BOOST_TEST((why.what == transfer_error::connect));
  BOOST_TEST(!why.maybe_taken);
  auto none = failure_of(w, w.post("http://no-such-host.invalid/"));
  BOOST_TEST((none.what == transfer_error::resolve));
}

BOOST_AUTO_TEST_CASE(a_request_without_an_answer_may_have_been_taken) {
  raw_server server{[&](raw_connection& c, int number) {
    request_of(c);
    if (number == 1) c.close();
    if (number == 2) c.reset();
    if (number == 3) c.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part");
    if (number == 4) c.say("this is no HTTP\r\n\r\n");
    if (number < 5) return c.close();
    c.wait_for_end();
  }};
  client_world w;
  for (int number = 1; number <= 5; ++number) {
    auto request = w.post(server.url());
    request.timeout = std::chrono::milliseconds{number == 5 ? 300 : 20'000};
    auto why = failure_of(w, request);
    BOOST_TEST_CONTEXT(number << " " << why.detail) {
      BOOST_TEST((why.what == (number == 5   ? transfer_error::timed_out
                               : number == 4 ? transfer_error::bad_request
                                             : transfer_error::broken)));
      BOOST_TEST(why.maybe_taken);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_was_written_only_in_part_was_not_taken) {
  raw_server server{[&](raw_connection& c, int) {
    c.until("\r\n\r\n");
    c.bytes(1'000);
    c.reset();
  }};
  client_world w;
  auto why = failure_of(w, w.post(server.url(), std::string(32 << 20, 'x')));
  BOOST_TEST((why.what == transfer_error::broken));
  BOOST_TEST(!why.maybe_taken);
}

BOOST_AUTO_TEST_CASE(a_long_answer_is_cut) {
  raw_server server{[&](raw_connection& c, int) {
    request_of(c);
    c.say(answer(std::string(10'000, 'x')));
    c.wait_for_end();
  }};
  auto config = client_world::loopback();
  config.answer_bytes_max = 1'000;
  client_world w{config};
  auto got = must<incoming_response>(w.call(w.post(server.url())));
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.truncated);
  BOOST_TEST(got.body.size() == 1'000u);
}

BOOST_AUTO_TEST_CASE(endless_headers_end_the_transfer) {
  raw_server server{[&](raw_connection& c, int) {
    request_of(c);
    c.say("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 200; ++i)
      c.say("X-Long-" + std::to_string(i) + ": " + std::string(1'000, 'x') + "\r\n");
    c.wait_for_end();
  }};
  client_world w;
  BOOST_TEST((failure_of(w, w.post(server.url())).what == transfer_error::too_large));
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_died_is_replaced_unless_once_is_asked) {
  raw_server server{[&](raw_connection& c, int) {
    request_of(c);
    c.say(answer("x"));
    if (!request_of(c).empty()) c.close(); // the second request on it is never answered
  }};
  client_world w;
  must<incoming_response>(w.call(w.post(server.url())));
  must<incoming_response>(w.call(w.post(server.url())));
  BOOST_TEST(server.connections() == 2);
  auto once = w.post(server.url());
  once.once = true;
  must<incoming_response>(w.call(once));
  BOOST_TEST(server.connections() == 3);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_a_stopped_client_answers_all) {
  raw_server server{[&](raw_connection& c, int) { c.wait_for_end(); }};
  auto config = client_world::loopback();
  config.transfers_max = 2;
  config.queue_max = 3;
  client_world w{config};
  std::vector<std::future<http_outcome>> pending;
  pending.reserve(20);
  for (int i = 0; i < 20; ++i)
    pending.push_back(w.begin<http_outcome>(w.post(server.url())));
  w.client->stop();
  std::size_t overloaded = 0, stopped = 0;
  for (auto& each : pending) {
    auto why = must<transfer_failure>(w.wait(each));
    overloaded += why.what == transfer_error::overloaded ? 1 : 0;
    stopped += why.what == transfer_error::stopped ? 1 : 0;
  }
  BOOST_TEST(overloaded >= 20u - 5u);
  BOOST_TEST(overloaded + stopped == 20u);
  BOOST_TEST((failure_of(w, w.post(server.url())).what == transfer_error::stopped));
}

BOOST_AUTO_TEST_CASE(many_requests_run_side_by_side) {
  raw_server server{[&](raw_connection& c, int) {
    while (!request_of(c).empty())
      c.say(answer("x"));
  }};
  client_world w;
  std::vector<std::future<http_outcome>> pending;
  pending.reserve(200);
  for (int i = 0; i < 200; ++i)
    pending.push_back(w.begin<http_outcome>(w.post(server.url())));
  for (auto& each : pending)
    BOOST_TEST(must<incoming_response>(w.wait(each)).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::http::client_test
