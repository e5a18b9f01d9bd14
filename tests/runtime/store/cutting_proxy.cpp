#include "tests/runtime/store/cutting_proxy.hpp"

#include <array>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace recado::test {
namespace {

constexpr int tick_ms = 5;

int connect_unix(const std::string& path) {
  int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

bool readable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, tick_ms) > 0;
}

} // namespace

cutting_proxy::cutting_proxy(std::string unix_socket) : unix_socket_(std::move(unix_socket)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, raw, &size) != 0)
    throw std::runtime_error("the proxy has no port");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

cutting_proxy::~cutting_proxy() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

void cutting_proxy::serve() {
  while (!stopping_) {
    if (!readable(listener_)) continue;
    int client = ::accept(listener_, nullptr, nullptr);
    int server = connect_unix(unix_socket_);
    if (server >= 0) relay(client, server);
    ::close(client);
    if (server >= 0) ::close(server);
  }
}

void cutting_proxy::relay(int client, int server) {
  int seen = cuts_;
  while (!stopping_ && cuts_ == seen) {
    std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(both.data(), both.size(), tick_ms) <= 0) continue;
    if (both[0].revents != 0 && !pump(client, server, mode::lose_requests)) return;
    if (both[1].revents != 0 && !pump(server, client, mode::lose_answers)) return;
  }
}

bool cutting_proxy::pump(int from, int to, mode losing) {
  std::array<char, 65'536> bytes;
  auto n = ::read(from, bytes.data(), bytes.size());
  if (n <= 0) return false;
  if (mode_ == losing) return true;
  for (ssize_t at = 0; at < n;) {
    auto sent = ::send(to, bytes.data() + at, static_cast<std::size_t>(n - at), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    at += sent;
  }
  return true;
}

} // namespace recado::test
