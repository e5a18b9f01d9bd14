#pragma once
/// Accepts connections on the first loop and hands them round to all. Lives on that loop.
#include "runtime/http/detail/connection.hpp"

#include <vector>

namespace recado::http::detail {

class listener {
public:
  listener(shared_state& server, std::vector<std::unique_ptr<loop>>& loops);

  /// Binds and listens; the error says why not.
  error_code open();
  std::uint16_t port() const { return port_; }

  void start();

  /// Stops accepting, for good.
  void close();

private:
  task<> accept_loop();
  task<> pause(std::chrono::milliseconds time);
  void serve(loop& on, tcp::socket accepted);

  shared_state& server_;
  std::vector<std::unique_ptr<loop>>& loops_;
  tcp::acceptor acceptor_;
  net::steady_timer timer_;
  std::uint16_t port_ = 0;
  bool closed_ = false;
};

} // namespace recado::http::detail
