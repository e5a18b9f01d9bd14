#pragma once
/// A TCP proxy on the loopback whose links can be cut, stalled one way, delayed and reset. A
/// program that is to lose its server is given the port of a link instead of the server's.
#include "chaos/proxy/connection.hpp"
#include "chaos/proxy/weather.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace recado::chaos::links {

/// One thread for all links; every method may be called from any other thread.
class proxy {
public:
  using link = std::size_t;

  proxy();
  ~proxy(); ///< closes everything
  proxy(const proxy&) = delete;
  proxy& operator=(const proxy&) = delete;

  /// Listens on a port of its own and passes on to `server_port`. Throws if there is no port.
  link add(std::uint16_t server_port);
  std::uint16_t port(link which) const;

  void set(link which, const weather& now);
  /// Both ends of every connection of the link get a reset.
  void reset(link which);

  /// The next `count` connections that send `word` lose the answer: it is passed on, nothing comes
  /// back, and a moment later both ends are reset.
  void trap(link which, std::string word, unsigned count);
  void disarm(link which);
  unsigned trapped(link which) const; ///< since it was added

private:
  struct state;

  void run();
  std::optional<proxy_clock::time_point> ask_all(std::vector<pollfd>& fds,
                                                 proxy_clock::time_point at) const;
  static const pollfd* turn(state& one, const pollfd* seen);
  static void accept_into(state& one);
  static void spring(state& one, connection& by, proxy_clock::time_point at);
  void wake() const;

  mutable std::mutex mutex_; ///< of the links; the thread holds it except while it polls
  std::vector<std::unique_ptr<state>> links_;
  int wake_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

} // namespace recado::chaos::links
