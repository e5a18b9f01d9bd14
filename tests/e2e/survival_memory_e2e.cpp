/// People who behave badly cost no memory that stays.
#include "node/embedded/loopback.hpp"
#include "tests/e2e/survival.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace recado::e2e {

using nlohmann::json;

namespace {

constexpr int rounds = 5;
// What an allocator keeps of a burst; a leak of the burst itself would be several times as much.
constexpr long slack_kib = 48 * 1024;

std::uint16_t port_of(const world& one) {
  return static_cast<std::uint16_t>(std::stoi(client::parse_url(one.url())->port));
}

/// Runs it once to warm up, then `rounds` times, and compares the node's memory.
void memory_must_return(world& one, const std::function<void()>& burst) {
  burst();
  auto pid = one.look().node;
  auto before = resident_kib(pid);
  for (int round = 0; round < rounds; ++round)
    burst();
  long after = 0;
  bool returned = wait_until(
    [&] {
      after = resident_kib(pid);
      return after < before + slack_kib;
    },
    30s);
  BOOST_TEST(one.look().node == pid); // the same process all the time
  BOOST_TEST_MESSAGE("resident before " << before << " KiB, after " << after << " KiB");
  BOOST_TEST(returned, "resident before " << before << " KiB, after " << after << " KiB");
}

void say(const embedded::loopback_socket& socket, std::string_view text) {
  (void)!::send(socket.fd(), text.data(), text.size(), MSG_NOSIGNAL);
}

/// Gone without a farewell: the other side gets a reset.
void vanish(const embedded::loopback_socket& socket) {
  linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

void allow_many_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_reader_that_stops_reading_is_closed_and_its_memory_freed) {
  world one;
  auto api = one.api();
  ledger book{api, 1, 0};
  auto text = std::string(60'000, 'x');
  memory_must_return(one, [&] {
    auto deaf = api.open_socket(); // never reads
    BOOST_REQUIRE_MESSAGE(deaf.has_value(), (deaf ? "" : deaf.error()));
    for (int n = 0; n < 300; ++n) {
      json message{{"conversation_id", book.conversations().front()},
                   {"from", "ana"},
                   {"payload", {{"type", "text"}, {"text", text + std::to_string(n)}}}};
      auto sent =
        api.ask_for_body({.method = "POST", .target = "/v1/messages", .body = message.dump()});
      BOOST_REQUIRE_MESSAGE(sent.has_value(), (sent ? "" : sent.error()));
    }
    // What the kernel holds can still be read; behind it is the end.
    int code = 0;
    bool closed = wait_until(
      [&] {
        auto got = deaf->receive(1s);
        code = deaf->close_code();
        return !got;
      },
      60s);
    BOOST_TEST(closed);
    BOOST_TEST((code == 4408 || code == 1006), "closed with " << code);
  });
}

BOOST_AUTO_TEST_CASE(thousands_of_connections_that_come_and_go_leave_no_memory_behind) {
  allow_many_files();
  world one;
  auto port = port_of(one);
  memory_must_return(one, [&] {
    std::vector<std::unique_ptr<embedded::loopback_socket>> crowd;
    for (int n = 0; n < 2'000; ++n) {
      crowd.push_back(std::make_unique<embedded::loopback_socket>());
      BOOST_REQUIRE(crowd.back()->connect(port));
      say(*crowd.back(), "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    char answer[16];
    for (auto& socket : crowd)
      BOOST_REQUIRE(::recv(socket->fd(), answer, sizeof answer, 0) > 0);
  });
}

BOOST_AUTO_TEST_CASE(clients_that_disappear_in_the_middle_of_a_request_leave_no_memory_behind) {
  world one;
  auto port = port_of(one);
  auto token = one.api().token();
  BOOST_REQUIRE(token.has_value());
  auto head = fmt::format("POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
                          "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n",
                          *token);
  auto half = std::string(30'000, '{');
  auto whole =
    json{{"from", "ana"}, {"to", {"bruno"}}, {"payload", {{"type", "text"}, {"text", "x"}}}}.dump();
  auto complete =
    fmt::format("POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
                "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                *token, whole.size(), whole);
  memory_must_return(one, [&] {
    for (int n = 0; n < 1'000; ++n) {
      embedded::loopback_socket socket;
      BOOST_REQUIRE(socket.connect(port));
      // Every second one has asked for something and does not wait for the answer.
      if (n % 2 == 0) {
        say(socket, head);
        say(socket, half);
      } else {
        say(socket, complete);
      }
      vanish(socket);
    }
  });
  BOOST_TEST(one.api().ask({.target = "/v1/messages?limit=1"})->status == 200);
}

} // namespace recado::e2e
