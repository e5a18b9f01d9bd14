#pragma once
/// A TCP connection with or without TLS as one type, so that nothing above is a template.
/// Lives on one loop; not thread-safe.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <optional>

namespace recado::http::detail {

namespace net = boost::asio;
using error_code = boost::beast::error_code;
using tcp = net::ip::tcp;

class socket {
public:
  using executor_type = tcp::socket::executor_type;

  socket(tcp::socket accepted, net::ssl::context* tls) : tcp_(std::move(accepted)) {
    if (tls) tls_.emplace(tcp_, *tls);
  }

  executor_type get_executor() { return tcp_.get_executor(); }
  tcp::socket& raw() { return tcp_; }
  net::ssl::stream<tcp::socket&>* tls() { return tls_ ? &*tls_ : nullptr; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
      [this](auto handler, const Buffers& into) {
        if (tls_) {
          tls_->async_read_some(into, std::move(handler));
        } else {
          tcp_.async_read_some(into, std::move(handler));
        }
      },
      token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
      [this](auto handler, const Buffers& from) {
        if (tls_) {
          tls_->async_write_some(from, std::move(handler));
        } else {
          tcp_.async_write_some(from, std::move(handler));
        }
      },
      token, buffers);
  }

  /// Ends the operations under way with operation_aborted; the connection stays.
  void cancel() {
    error_code ignored;
    tcp_.cancel(ignored);
  }

  void close() {
    error_code ignored;
    tcp_.close(ignored);
  }

  /// While it is held, what a WebSocket writes is collected in `held` instead of being sent, so
  /// that many frames go out in one piece.
  bool hold = false;
  std::string held;

private:
  tcp::socket tcp_;
  std::optional<net::ssl::stream<tcp::socket&>> tls_;
};

/// The layer under Beast's WebSocket stream, which wants to own and move it.
class shared_socket {
public:
  using executor_type = socket::executor_type;

  explicit shared_socket(std::shared_ptr<socket> below) : below_(std::move(below)) {}

  executor_type get_executor() { return below_->get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return below_->async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
      [this](auto handler, const Buffers& from) {
        if (!below_->hold) return below_->async_write_some(from, std::move(handler));
        const auto before = below_->held.size();
        for (auto part = net::buffer_sequence_begin(from); part != net::buffer_sequence_end(from);
             ++part) {
          const net::const_buffer bytes{*part};
          below_->held.append(static_cast<const char*>(bytes.data()), bytes.size());
        }
        net::post(get_executor(), boost::beast::bind_front_handler(std::move(handler), error_code{},
                                                                   below_->held.size() - before));
      },
      token, buffers);
  }

  friend void beast_close_socket(shared_socket& s) { s.below_->close(); }

  /// The connection says goodbye by itself after the WebSocket has ended (see connection::finish).
  template <class Handler>
  friend void async_teardown(boost::beast::role_type, shared_socket& s, Handler&& handler) {
    net::post(s.get_executor(),
              boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code{}));
  }

private:
  std::shared_ptr<socket> below_;
};

} // namespace recado::http::detail
