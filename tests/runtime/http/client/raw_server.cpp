#include "raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace recado::http::client_test {

bool raw_connection::fill() {
  char part[4096];
  auto got = socket_ < 0 ? 0 : ::recv(socket_, part, sizeof part, 0);
  if (got <= 0) return false;
  buffer_.append(part, static_cast<std::size_t>(got));
  return true;
}

std::string raw_connection::until(std::string_view end) {
  std::size_t at = buffer_.find(end);
  while (at == std::string::npos) {
    if (!fill()) return std::exchange(buffer_, {});
    at = buffer_.find(end);
  }
  auto out = buffer_.substr(0, at + end.size());
  buffer_.erase(0, at + end.size());
  return out;
}

std::string raw_connection::line() {
  auto out = until("\n");
  while (out.ends_with('\n') || out.ends_with('\r'))
    out.pop_back();
  return out;
}

std::string raw_connection::bytes(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  auto out = buffer_.substr(0, count);
  buffer_.erase(0, out.size());
  return out;
}

void raw_connection::say(std::string_view text) {
  while (!text.empty()) {
    auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void raw_connection::close() {
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  socket_ = -1; // the server closes the descriptor
}

void raw_connection::reset() {
  linger hard{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  sockaddr nothing{};
  nothing.sa_family = AF_UNSPEC;
  // Disconnects with RST, and keeps the descriptor.
  if (::connect(socket_, &nothing, sizeof nothing) != 0) ::shutdown(socket_, SHUT_RDWR);
  socket_ = -1;
}

void raw_connection::wait_for_end() {
  while (fill())
    buffer_.clear();
}

raw_server::raw_server(script serve) : serve_(std::move(serve)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for a test's server");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

void raw_server::accept_all() {
  for (;;) {
    auto socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    std::lock_guard lock{mutex_};
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket, number = ++count_] {
      raw_connection connection{socket};
      serve_(connection, number);
    });
  }
}

raw_server::~raw_server() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (auto socket : sockets_)
    ::shutdown(socket, SHUT_RDWR);
  for (auto& each : threads_)
    each.join();
  for (auto socket : sockets_)
    ::close(socket);
}

} // namespace recado::http::client_test
