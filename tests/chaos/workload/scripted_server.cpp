#include "tests/chaos/workload/scripted_server.hpp"

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace recado::chaos {
namespace {

int listen_on_loopback(std::uint16_t& port) {
  int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  auto* address = reinterpret_cast<sockaddr*>(&where);
  if (::bind(out, address, size) != 0 || ::listen(out, 8) != 0 ||
      ::getsockname(out, address, &size) != 0)
    throw std::runtime_error("cannot listen");
  port = ntohs(where.sin_port);
  return out;
}

bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 20) > 0;
}

/// The request is whole: what follows its head is as long as it says.
bool whole(const std::string& request) {
  auto end = request.find("\r\n\r\n");
  auto length = request.find("Content-Length: ");
  if (end == std::string::npos) return false;
  auto wanted = length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
  return request.size() >= end + 4 + wanted;
}

} // namespace

scripted_server::scripted_server(std::vector<std::string> answers) : answers_(std::move(answers)) {
  listener_ = listen_on_loopback(port_);
  thread_ = std::thread{[this] { serve(); }};
}

scripted_server::~scripted_server() {
  quit_ = true;
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> scripted_server::asked() const {
  std::lock_guard lock{guard_};
  return asked_;
}

void scripted_server::serve() {
  while (!quit_) {
    if (!readable(listener_)) continue;
    int peer = ::accept(listener_, nullptr, nullptr);
    while (!quit_ && answer_all(peer)) {
    }
    ::close(peer);
  }
}

/// One request; false when the connection is over.
bool scripted_server::answer_all(int peer) {
  std::string request;
  std::array<char, 4'096> room;
  while (!whole(request)) {
    if (quit_) return false;
    if (!readable(peer)) continue;
    auto got = ::recv(peer, room.data(), room.size(), 0);
    if (got <= 0) return false;
    request.append(room.data(), static_cast<std::size_t>(got));
  }
  std::lock_guard lock{guard_};
  asked_.push_back(request);
  if (next_ == answers_.size()) return false;
  const auto& answer = answers_[next_++];
  return !answer.empty() && ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) > 0;
}

std::uint16_t closed_port() {
  std::uint16_t out = 0;
  ::close(listen_on_loopback(out));
  return out;
}

} // namespace recado::chaos
