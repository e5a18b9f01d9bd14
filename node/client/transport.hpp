#pragma once
/// INTERNAL: a TCP or TLS connection as one type, and the loop that gives blocking calls a time
/// limit (Beast's own blocking calls have none).
///
/// Beast's operations are templates over the stream and over each other; here they end at a
/// function that is compiled once. That costs an allocation per read and write, which a client
/// of people and scripts does not notice, and saves a minute of compiler time.
#include "node/client/url.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace recado::client {

namespace net = boost::asio;
namespace beast = boost::beast;
using beast::error_code;

class time_is_up : public std::exception {
public:
  const char* what() const noexcept override { return "no answer in time"; }
};

/// An AsyncStream in the sense of Beast. Lives on one loop; not thread-safe.
class transport {
public:
  using executor_type = net::ip::tcp::socket::executor_type;
  using transferred = std::function<void(error_code, std::size_t)>;

  /// Connects, and with TLS shakes hands: the system's certificates count, and the name is
  /// checked. Throws system_error or time_is_up.
  transport(net::io_context& loop, const server_url& where, std::chrono::milliseconds limit);
  ~transport();
  transport(transport&&) noexcept;
  transport& operator=(transport&&) noexcept;

  executor_type get_executor();
  /// Operations under way end with operation_aborted.
  void close();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
      [this](auto handler, const Buffers& list) {
        read(parts_of<net::mutable_buffer>(list), erased(std::move(handler)));
      },
      token, into);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
      [this](auto handler, const Buffers& list) {
        write(parts_of<net::const_buffer>(list), erased(std::move(handler)));
      },
      token, from);
  }

  friend void beast_close_socket(transport& t) { t.close(); }
  template <class Handler>
  friend void async_teardown(beast::role_type, transport& t, Handler&& handler) {
    net::post(t.get_executor(),
              beast::bind_front_handler(std::forward<Handler>(handler), error_code{}));
  }

private:
  struct impl;

  void read(std::vector<net::mutable_buffer> into, transferred done);
  void write(std::vector<net::const_buffer> from, transferred done);

  template <class Buffer, class Buffers>
  static std::vector<Buffer> parts_of(const Buffers& list) {
    return {net::buffer_sequence_begin(list), net::buffer_sequence_end(list)};
  }

  /// Handlers can only be moved, and std::function copies.
  template <class Handler>
  static transferred erased(Handler handler) {
    auto kept = std::make_shared<Handler>(std::move(handler));
    return [kept](error_code ec, std::size_t bytes) { (*kept)(ec, bytes); };
  }

  std::unique_ptr<impl> impl_;
};

/// Starts an asynchronous operation of this stream and waits for it; throws system_error, or, when
/// it takes too long, closes the stream and throws time_is_up.
template <class Stream, class Start>
void wait_for(net::io_context& loop, Stream& stream, std::chrono::milliseconds limit, Start start) {
  bool done = false;
  error_code failed;
  start([&done, &failed](error_code ec, auto&&...) {
    failed = ec;
    done = true;
  });
  auto until = std::chrono::steady_clock::now() + limit;
  loop.restart();
  while (!done && loop.run_one_until(until) > 0) {
  }
  bool late = !done;
  if (late) stream.close(); // the operation ends now, and only then may its buffers go
  while (!done)
    loop.run_one();
  if (late) throw time_is_up{};
  if (failed) throw beast::system_error{failed};
}

} // namespace recado::client
