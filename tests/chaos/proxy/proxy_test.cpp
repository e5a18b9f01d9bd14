/// Real sockets on the loopback; nothing else runs.
#include "chaos/proxy/proxy.hpp"

#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace recado::chaos::links {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// A socket that is closed at the end of its block.
struct line {
  int fd = -1;
  explicit line(int taken) : fd(taken) {}
  ~line() {
    if (fd >= 0) ::close(fd);
  }
  line(line&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  line(const line&) = delete;

  void say(const std::string& text) const {
    BOOST_REQUIRE(::send(fd, text.data(), text.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(text.size()));
  }
  /// What comes within this time, at most so many bytes; "closed" or "reset" if it ends.
  std::string hear(std::size_t count, std::chrono::milliseconds limit = 10s) const {
    std::string out;
    auto until = clock::now() + limit;
    while (out.size() < count && clock::now() < until) {
      char buffer[4096];
      auto got = ::recv(fd, buffer, std::min(sizeof buffer, count - out.size()), MSG_DONTWAIT);
      if (got == 0) return out + "closed";
      if (got < 0 && errno == ECONNRESET) return out + "reset";
      if (got < 0)
        ::usleep(1'000);
      else
        out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

line dial(std::uint16_t port) {
  line out{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  auto to = loopback(port);
  BOOST_REQUIRE(::connect(out.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  return out;
}

struct server {
  line door{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;

  server() {
    auto here = loopback(0);
    socklen_t size = sizeof here;
    auto* address = reinterpret_cast<sockaddr*>(&here);
    BOOST_REQUIRE(::bind(door.fd, address, size) == 0);
    BOOST_REQUIRE(::listen(door.fd, 8) == 0);
    ::getsockname(door.fd, address, &size);
    port = ntohs(here.sin_port);
  }
  line accept() const { return line{::accept4(door.fd, nullptr, nullptr, SOCK_CLOEXEC)}; }
};

struct scene {
  server there;
  proxy between;
  proxy::link way = between.add(there.port);
  line client = dial(between.port(way));
  line peer = there.accept();
};

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_links)

BOOST_AUTO_TEST_CASE(bytes_pass_in_both_directions) {
  scene one;
  one.client.say("question");
  BOOST_TEST(one.peer.hear(8) == "question");
  one.peer.say("answer");
  BOOST_TEST(one.client.hear(6) == "answer");
}

BOOST_AUTO_TEST_CASE(a_megabyte_passes_whole) {
  scene one;
  std::string big(1'000'000, 'x');
  std::thread talker{[&] { one.client.say(big); }};
  BOOST_TEST((one.peer.hear(big.size()) == big));
  talker.join();
}

BOOST_AUTO_TEST_CASE(behind_a_cut_nothing_is_heard_and_nobody_is_told_until_it_is_mended) {
  scene one;
  one.between.set(one.way, cut);
  one.client.say("lost?");
  one.peer.say("lost!");
  BOOST_TEST(one.peer.hear(5, 100ms) == "");
  BOOST_TEST(one.client.hear(5, 100ms) == "");
  one.between.set(one.way, fair);
  BOOST_TEST(one.peer.hear(5) == "lost?");
  BOOST_TEST(one.client.hear(5) == "lost!");
}

BOOST_AUTO_TEST_CASE(a_link_can_be_deaf) {
  scene one;
  one.between.set(one.way, {.to_server = true, .to_client = false});
  one.client.say("question");
  BOOST_TEST(one.peer.hear(8) == "question");
  one.peer.say("answer");
  BOOST_TEST(one.client.hear(6, 100ms) == "");
}

BOOST_AUTO_TEST_CASE(what_is_delayed_comes_late) {
  scene one;
  one.between.set(one.way, {.delay = 80ms});
  auto begun = clock::now();
  one.client.say("late");
  BOOST_TEST(one.peer.hear(4) == "late");
  BOOST_TEST((clock::now() - begun >= 80ms));
}

BOOST_AUTO_TEST_CASE(a_reset_reaches_both_ends) {
  scene one;
  one.client.say("x");
  BOOST_TEST(one.peer.hear(1) == "x");
  one.between.reset(one.way);
  BOOST_TEST(one.client.hear(1) == "reset");
  BOOST_TEST(one.peer.hear(1) == "reset");
  auto again = dial(one.between.port(one.way));
  auto peer = one.there.accept();
  again.say("y");
  BOOST_TEST(peer.hear(1) == "y");
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_trapped_word_is_lost) {
  scene one;
  one.between.trap(one.way, "COMMIT", 1);
  one.client.say("BEGIN");
  BOOST_TEST(one.peer.hear(5) == "BEGIN");
  one.client.say("COMMIT");
  BOOST_TEST(one.peer.hear(6) == "COMMIT");
  one.peer.say("done");
  BOOST_TEST(one.client.hear(4) == "reset");
  BOOST_TEST(one.between.trapped(one.way) == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_closes_closes_the_client_after_its_last_word) {
  scene one;
  one.peer.say("bye");
  ::shutdown(one.peer.fd, SHUT_WR);
  BOOST_TEST(one.client.hear(10) == "byeclosed");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::chaos::links
