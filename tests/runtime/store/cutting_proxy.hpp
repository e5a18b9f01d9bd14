#pragma once
/// A TCP relay to a PostgreSQL unix socket that can be told to lose one direction.
#include <atomic>
#include <string>
#include <thread>

namespace recado::test {

class cutting_proxy {
public:
  enum class mode {
    relay,
    lose_answers,  ///< the server sees the requests, nobody sees its answers
    lose_requests, ///< the client's bytes are taken and forgotten
  };

  cutting_proxy(std::string unix_socket);
  ~cutting_proxy();

  int port() const noexcept { return port_; }
  void set(mode value) { mode_ = value; }
  void cut() { ++cuts_; } ///< closes what is connected

private:
  void serve();
  void relay(int client, int server);
  bool pump(int from, int to, mode losing);

  std::string unix_socket_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<mode> mode_{mode::relay};
  std::atomic<int> cuts_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace recado::test
