#include "chaos/sockets/poller.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace recado::chaos {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &to.sin_addr) != 1)
    throw std::runtime_error("an IPv4 address was expected, not " + host);
  return to;
}

} // namespace

connection::~connection() {
  hang_up();
}

void connection::hang_up() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
  connecting_ = false;
}

void connection::lose() {
  hang_up();
  on_closed();
}

void connection::send(std::string_view bytes) {
  if (fd_ < 0) return;
  if (out_.empty() && !connecting_) {
    auto wrote = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
    if (bytes.empty()) return;
  }
  out_.append(bytes);
  if (!wants_write_) loop_->want_write(*this, wants_write_ = true);
}

void connection::established() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return lose();
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return; // not yet
  connecting_ = false;
  if (out_.empty()) loop_->want_write(*this, wants_write_ = false);
  on_open();
}

void connection::writable() {
  if (connecting_) return established();
  auto wrote = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (wrote > 0) out_.erase(0, static_cast<std::size_t>(wrote));
  if (out_.empty()) loop_->want_write(*this, wants_write_ = false);
}

void connection::readable() {
  std::array<char, 65'536> room;
  auto got = ::recv(fd_, room.data(), room.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return lose();
  take({room.data(), static_cast<std::size_t>(got)});
}

void connection::take(std::string_view fresh) {
  if (in_.empty()) { // the usual case: whole answers, nothing to keep
    fresh.remove_prefix(on_bytes(fresh));
    in_.assign(fresh);
  } else {
    in_.append(fresh);
    in_.erase(0, on_bytes(in_));
  }
  if (fd_ < 0) in_.clear();
}

poller::poller() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (epoll_ < 0) fail("epoll_create1");
}
poller::~poller() {
  ::close(epoll_);
}

/// Gives the socket to epoll; what was buffered in an earlier life is gone.
bool poller::watch(connection& what, bool connecting) {
  int on = 1;
  ::setsockopt(what.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  what.loop_ = this;
  what.in_.clear();
  what.out_.clear();
  what.connecting_ = what.wants_write_ = connecting;
  epoll_event event{};
  event.events = connecting ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &what;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, what.fd_, &event) == 0;
}

void poller::connect(connection& what, const std::string& host, std::uint16_t port) {
  auto to = address_of(host, port);
  what.fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (what.fd_ < 0) fail("socket");
  if (::connect(what.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
  if (::fcntl(what.fd_, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
  if (!watch(what, false)) fail("epoll_ctl");
}

bool poller::begin_connect(connection& what, const std::string& host, std::uint16_t port) {
  auto to = address_of(host, port);
  what.hang_up();
  what.fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (what.fd_ < 0) fail("socket");
  auto failed = ::connect(what.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (failed == 0 || errno == EINPROGRESS) {
    if (!watch(what, true)) fail("epoll_ctl");
    return true;
  }
  what.hang_up();
  return false;
}

void poller::want_write(connection& what, bool yes) const {
  epoll_event event{};
  event.events = yes ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &what;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, what.fd_, &event);
}

void poller::turn(std::chrono::microseconds wait_max) {
  std::array<epoll_event, 256> ready;
  timespec limit{};
  limit.tv_sec = wait_max.count() / 1'000'000;
  limit.tv_nsec = wait_max.count() % 1'000'000 * 1'000;
  auto n = ::epoll_pwait2(epoll_, ready.data(), static_cast<int>(ready.size()), &limit, nullptr);
  for (int i = 0; i < n; ++i) {
    const auto& event = ready[static_cast<std::size_t>(i)];
    auto& one = *static_cast<connection*>(event.data.ptr);
    if (one.fd_ >= 0 && (event.events & EPOLLOUT) != 0) one.writable();
    if (one.fd_ >= 0 && (event.events & ~EPOLLOUT) != 0) one.readable();
  }
}

} // namespace recado::chaos
