#include "chaos/proxy/proxy.hpp"

#include <cerrno>
#include <list>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace recado::chaos::links {

using namespace std::chrono_literals;

namespace {

constexpr auto answer_lost_after = 50ms; ///< the server has it by then
constexpr int backlog = 128;

struct listener {
  int fd = -1;
  std::uint16_t port = 0;
};

listener listen_somewhere() {
  listener out;
  out.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  auto* address = reinterpret_cast<sockaddr*>(&here);
  if (::bind(out.fd, address, size) != 0 || ::listen(out.fd, backlog) != 0 ||
      ::getsockname(out.fd, address, &size) != 0) {
    ::close(out.fd);
    throw std::runtime_error("the proxy got no port");
  }
  out.port = ntohs(here.sin_port);
  return out;
}

} // namespace

struct proxy::state {
  listener door;
  std::uint16_t server_port = 0;
  weather now{};
  std::list<connection> open{}; ///< only the proxy's thread adds and removes
  std::string word{};
  unsigned armed = 0;
  unsigned trapped = 0;

  ~state() { ::close(door.fd); }
};

proxy::proxy() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { run(); }) {}

proxy::~proxy() {
  stop_ = true;
  wake();
  thread_.join();
  ::close(wake_);
}

void proxy::wake() const {
  std::uint64_t one = 1;
  while (::write(wake_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

proxy::link proxy::add(std::uint16_t server_port) {
  auto fresh = std::make_unique<state>();
  fresh->door = listen_somewhere();
  fresh->server_port = server_port;
  std::lock_guard lock{mutex_};
  links_.push_back(std::move(fresh));
  wake();
  return links_.size() - 1;
}

std::uint16_t proxy::port(link which) const {
  std::lock_guard lock{mutex_};
  return links_.at(which)->door.port;
}

void proxy::set(link which, const weather& now) {
  std::lock_guard lock{mutex_};
  links_.at(which)->now = now;
  wake();
}

void proxy::reset(link which) {
  std::lock_guard lock{mutex_};
  for (auto& one : links_.at(which)->open)
    one.reset();
  wake();
}

void proxy::trap(link which, std::string word, unsigned count) {
  std::lock_guard lock{mutex_};
  links_.at(which)->word = std::move(word);
  links_.at(which)->armed = count;
}

void proxy::disarm(link which) {
  std::lock_guard lock{mutex_};
  links_.at(which)->armed = 0;
}

unsigned proxy::trapped(link which) const {
  std::lock_guard lock{mutex_};
  return links_.at(which)->trapped;
}

void proxy::run() {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    auto at = proxy_clock::now();
    std::vector<pollfd> fds{{.fd = wake_, .events = POLLIN, .revents = 0}};
    auto next = ask_all(fds, at);
    auto known = links_.size(); // one may be added meanwhile
    lock.unlock();
    auto wait = next ? std::chrono::ceil<std::chrono::milliseconds>(*next - at).count() : -1;
    ::poll(fds.data(), fds.size(), static_cast<int>(wait));
    std::uint64_t ignored = 0;
    while (::read(wake_, &ignored, sizeof ignored) > 0) {
    }
    lock.lock();
    const auto* seen = fds.data() + 1;
    for (std::size_t i = 0; i < known; ++i)
      seen = turn(*links_[i], seen);
  }
}

/// For each link its door and then two descriptors per connection. When to look again at the
/// latest.
std::optional<proxy_clock::time_point> proxy::ask_all(std::vector<pollfd>& fds,
                                                      proxy_clock::time_point at) const {
  std::optional<proxy_clock::time_point> next;
  for (const auto& one : links_) {
    // Behind a cut nobody is let in: whoever connects waits in the kernel's queue.
    bool open = one->now.to_server || one->now.to_client;
    fds.push_back({.fd = open ? one->door.fd : -1, .events = POLLIN, .revents = 0});
    for (const auto& way : one->open) {
      pollfd client{};
      pollfd server{};
      way.ask(one->now, client, server, at);
      fds.push_back(client);
      fds.push_back(server);
      if (auto due = way.next_due(one->now, at); due && (!next || *due < *next)) next = due;
    }
  }
  return next;
}

/// `seen` begins with what poll saw of this link; the result is where the next one begins.
const pollfd* proxy::turn(state& one, const pollfd* seen) {
  auto now = proxy_clock::now();
  bool callers = (seen++->revents & POLLIN) != 0;
  for (auto way = one.open.begin(); way != one.open.end(); seen += 2) {
    bool alive = way->turn(one.now, seen[0], seen[1], now);
    if (alive) spring(one, *way, now);
    way = alive ? std::next(way) : one.open.erase(way);
  }
  if (callers) accept_into(one);
  return seen;
}

void proxy::spring(state& one, connection& by, proxy_clock::time_point at) {
  if (one.armed > 0 && !by.muted() && by.said(one.word)) {
    by.mute_until_reset(at + answer_lost_after);
    --one.armed;
    ++one.trapped;
  }
  by.forget();
}

void proxy::accept_into(state& one) {
  for (;;) {
    int client = ::accept4(one.door.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    one.open.emplace_back(client, one.server_port);
  }
}

} // namespace recado::chaos::links
