#pragma once
/// A server on loopback that does exactly what a test says, one connection after the other or
/// several at once, on threads of its own.
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace recado::http::client_test {

class raw_connection {
public:
  explicit raw_connection(int socket) : socket_(socket) {}
  ~raw_connection() { close(); }
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;

  /// Without its line break; empty at the end of the stream.
  std::string line();
  /// Up to and with this text; what came before the end of the stream otherwise.
  std::string until(std::string_view end);
  std::string bytes(std::size_t count);
  void say(std::string_view text);
  /// Ends with FIN.
  void close();
  /// Ends with RST.
  void reset();
  /// Until the other side has closed.
  void wait_for_end();

private:
  bool fill();
  int socket_;
  std::string buffer_;
};

class raw_server {
public:
  /// `serve` runs for every connection, on a thread of its own; `number` counts them from 1.
  using script = std::function<void(raw_connection&, int number)>;
  explicit raw_server(script serve);
  ~raw_server();
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return count_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string{path};
  }

private:
  void accept_all();
  script serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> count_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_;         ///< guarded
  std::vector<std::thread> threads_; ///< guarded
  std::thread acceptor_;
};

} // namespace recado::http::client_test
