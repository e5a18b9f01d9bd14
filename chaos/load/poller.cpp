#include "chaos/load/poller.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace recado::load {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

connection::~connection() {
  close_now();
}

void connection::close_now() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
}

void connection::send(std::string_view bytes) {
  if (fd_ < 0) return;
  if (out_.empty()) {
    auto wrote = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
    if (bytes.empty()) return;
  }
  out_.append(bytes);
  if (!wants_write_) loop_->want_write(*this, wants_write_ = true);
}

void connection::writable() {
  auto wrote = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (wrote > 0) out_.erase(0, static_cast<std::size_t>(wrote));
  if (out_.empty()) loop_->want_write(*this, wants_write_ = false);
}

void connection::readable() {
  std::array<char, 65'536> room;
  auto got = ::recv(fd_, room.data(), room.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    close_now();
    on_closed();
    return;
  }
  std::string_view fresh{room.data(), static_cast<std::size_t>(got)};
  if (in_.empty()) { // the usual case: whole answers, nothing to keep
    fresh.remove_prefix(on_bytes(fresh));
    in_.assign(fresh);
    return;
  }
  in_.append(fresh);
  in_.erase(0, on_bytes(in_));
}

poller::poller() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (epoll_ < 0) fail("epoll_create1");
}
poller::~poller() {
  ::close(epoll_);
}

void poller::connect(connection& what, const std::string& host, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &to.sin_addr) != 1)
    throw std::runtime_error("recado-load wants an IPv4 address, not " + host);
  what.fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (what.fd_ < 0) fail("socket");
  if (::connect(what.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
  int on = 1;
  ::setsockopt(what.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  timeval none{};
  ::setsockopt(what.fd_, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
  if (::fcntl(what.fd_, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
  what.loop_ = this;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &what;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, what.fd_, &event) != 0) fail("epoll_ctl");
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
    auto& one = *static_cast<connection*>(ready[static_cast<std::size_t>(i)].data.ptr);
    if (one.fd_ >= 0 && (ready[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) one.writable();
    if (one.fd_ >= 0 && (ready[static_cast<std::size_t>(i)].events & ~EPOLLOUT) != 0)
      one.readable();
  }
}

} // namespace recado::load
