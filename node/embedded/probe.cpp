#include "node/embedded/probe.hpp"

#include "node/embedded/loopback.hpp"

#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/time.h>

namespace recado::embedded {

int http_status(std::uint16_t port, std::string_view path) {
  loopback_socket asking;
  timeval limit{.tv_sec = 0, .tv_usec = 300'000};
  ::setsockopt(asking.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (!asking.connect(port)) return 0;
  auto request =
    fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
  if (::send(asking.fd(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return 0;
  // "HTTP/1.1 200 OK": the head of the answer is enough.
  constexpr std::string_view start = "HTTP/1.1 ";
  std::array<char, 64> answer{};
  auto size = ::recv(asking.fd(), answer.data(), answer.size() - 1, 0);
  if (size < static_cast<ssize_t>(start.size() + 3)) return 0;
  return std::atoi(answer.data() + start.size());
}

} // namespace recado::embedded
