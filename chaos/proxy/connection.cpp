#include "chaos/proxy/connection.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace recado::chaos::links {

namespace {

constexpr std::size_t read_bytes = 64 * 1024;

void no_delay(int fd) {
  int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int begin_connect(std::uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  no_delay(fd);
  // A refusal shows as POLLERR at the next turn.
  (void)::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  return fd;
}

void close_socket(int fd, bool hard) {
  if (fd < 0) return;
  linger at_once{.l_onoff = 1, .l_linger = 0};
  if (hard) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

} // namespace

connection::connection(int client, std::uint16_t to) : client_(client), server_(begin_connect(to)) {
  no_delay(client_);
}

connection::~connection() {
  close_socket(client_, hard_);
  close_socket(server_, hard_);
}

connection::connection(connection&& other) noexcept
  : client_(std::exchange(other.client_, -1)),
    server_(std::exchange(other.server_, -1)),
    up_(std::move(other.up_)),
    down_(std::move(other.down_)),
    heard_(std::move(other.heard_)),
    reset_at_(other.reset_at_),
    hard_(other.hard_) {}

void connection::ask(const weather& now, pollfd& client, pollfd& server,
                     proxy_clock::time_point at) const {
  auto reads = [](bool open, const stream& way) { return open && way.wants_bytes() ? POLLIN : 0; };
  // What is delayed is waited for by time; only what is due waits for the socket.
  auto writes = [at](bool open, const stream& way) {
    auto due = way.next_due();
    return open && due && *due <= at ? POLLOUT : 0;
  };
  bool to_client = to_client_open(now);
  client.fd = client_;
  server.fd = server_;
  client.events = static_cast<short>(reads(now.to_server, up_) | writes(to_client, down_));
  server.events = static_cast<short>(reads(to_client, down_) | writes(now.to_server, up_));
  // poll reports errors unasked, also those that a cut link would hide
  if (client.events == 0) client.fd = -1;
  if (server.events == 0) server.fd = -1;
}

bool connection::move(int from, stream& way, int to, bool open, const weather& now, short seen,
                      proxy_clock::time_point at, std::string* copy) {
  if (!open) return true;
  if ((seen & (POLLIN | POLLHUP | POLLERR)) != 0 && way.wants_bytes()) {
    std::array<char, read_bytes> buffer;
    auto got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (got == 0) way.end();
    if (got > 0) {
      std::string bytes(buffer.data(), static_cast<std::size_t>(got));
      if (copy != nullptr) *copy += bytes;
      way.put(std::move(bytes), at + now.delay);
    }
  }
  if (way.drain(to, at) == stream::pass::broken) return false;
  // A half-closed connection is none that our programs use.
  return !way.finished();
}

bool connection::turn(const weather& now, const pollfd& client, const pollfd& server,
                      proxy_clock::time_point at) {
  if (reset_at_ && *reset_at_ <= at) hard_ = true;
  if (hard_) return false;
  return move(client_, up_, server_, now.to_server, now, client.revents, at, &heard_) &&
         move(server_, down_, client_, to_client_open(now), now, server.revents, at, nullptr);
}

std::optional<proxy_clock::time_point> connection::next_due(const weather& now,
                                                            proxy_clock::time_point at) const {
  std::optional<proxy_clock::time_point> first;
  auto consider = [&](std::optional<proxy_clock::time_point> due) {
    if (due && *due > at && (!first || *due < *first)) first = due;
  };
  consider(reset_at_);
  if (now.to_server) consider(up_.next_due());
  if (to_client_open(now)) consider(down_.next_due());
  return first;
}

} // namespace recado::chaos::links
