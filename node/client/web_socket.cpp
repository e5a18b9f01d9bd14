#include "node/client/web_socket.hpp"

#include "node/client/transport.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <fmt/format.h>

namespace recado::client {

namespace ws = beast::websocket;

/// A WebSocket over TCP or TLS, behind one face.
struct web_socket::impl {
  virtual ~impl() = default;
  virtual void send(std::string_view text) = 0;
  virtual std::optional<std::string> receive(milliseconds limit) = 0;
  virtual void close() = 0;
  int code = 0;
};

namespace {

using std::chrono::milliseconds;
constexpr milliseconds send_limit{10'000};
constexpr milliseconds close_limit{1'000};

class refused : public std::exception {
public:
  explicit refused(std::string why) : why_(std::move(why)) {}
  const char* what() const noexcept override { return why_.c_str(); }

private:
  std::string why_;
};

template <class Impl, class Stream>
class socket_over final : public Impl {
public:
  template <class... Args>
  explicit socket_over(std::unique_ptr<net::io_context> loop, Args&&... args)
    : loop_(std::move(loop)),
      socket_(std::forward<Args>(args)...) {}

  ~socket_over() override {
    tcp().close();
    while (reading_)
      loop_->run_one(); // its buffer must outlive it
  }

  void upgrade(const server_url& where, const std::string& target, const header_list& headers,
               const std::string& subprotocol, milliseconds limit) {
    shake_hands(*loop_, socket_.next_layer(), where, limit);
    socket_.set_option(ws::stream_base::decorator([&](ws::request_type& asked) {
      for (const auto& [name, value] : headers)
        asked.set(name, value);
      if (!subprotocol.empty()) asked.set(beast::http::field::sec_websocket_protocol, subprotocol);
    }));
    socket_.read_message_max(16 << 20);
    ws::response_type got;
    try {
      wait_for(*loop_, tcp(), limit, [&](auto done) {
        socket_.async_handshake(got, where.authority(), where.base + target, std::move(done));
      });
    } catch (const beast::system_error& e) {
      if (e.code() != ws::error::upgrade_declined) throw;
      throw refused{fmt::format("{} {}", got.result_int(), got.body())};
    }
    socket_.text(true);
  }

  void send(std::string_view text) override {
    wait_for(*loop_, tcp(), send_limit, [&](auto done) {
      socket_.async_write(net::buffer(text.data(), text.size()), std::move(done));
    });
  }

  std::optional<std::string> receive(milliseconds limit) override {
    if (!reading_) start_reading();
    auto until = std::chrono::steady_clock::now() + limit;
    loop_->restart();
    while (reading_ && loop_->run_one_until(until) > 0) {
    }
    if (reading_) return std::nullopt;
    if (failed_) {
      this->code = static_cast<int>(socket_.reason().code);
      if (this->code == 0) this->code = 1006;
      throw beast::system_error{failed_};
    }
    auto text = beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    return text;
  }

  void close() override {
    wait_for(*loop_, tcp(), close_limit,
             [&](auto done) { socket_.async_close(ws::close_code::normal, std::move(done)); });
  }

private:
  beast::tcp_stream& tcp() { return beast::get_lowest_layer(socket_); }

  void start_reading() {
    reading_ = true;
    socket_.async_read(buffer_, [this](beast::error_code ec, std::size_t) {
      failed_ = ec;
      reading_ = false;
    });
  }

  std::unique_ptr<net::io_context> loop_;
  ws::stream<Stream> socket_;
  beast::flat_buffer buffer_;
  beast::error_code failed_;
  bool reading_ = false;
};

/// Library exceptions end here, as sentences.
template <class Action>
auto attempt(Action action) -> tl::expected<decltype(action()), std::string> {
  try {
    if constexpr (std::is_void_v<decltype(action())>) {
      action();
      return {};
    } else {
      return action();
    }
  } catch (const beast::system_error& e) {
    return tl::unexpected(e.code().message());
  } catch (const std::exception& e) {
    return tl::unexpected(std::string{e.what()});
  }
}

} // namespace

tl::expected<web_socket, std::string>
web_socket::open(const server_url& where, const std::string& target, const header_list& headers,
                 const std::string& subprotocol, milliseconds limit) {
  return attempt([&]() -> web_socket {
    auto loop = std::make_unique<net::io_context>(1);
    auto stream = connect(*loop, where, limit);
    if (!where.tls) {
      auto made =
        std::make_unique<socket_over<impl, beast::tcp_stream>>(std::move(loop), std::move(stream));
      made->upgrade(where, target, headers, subprotocol, limit);
      return web_socket{std::move(made)};
    }
    auto trust = system_trust(); // the stream keeps what it needs of it
    auto made =
      std::make_unique<socket_over<impl, tls_stream>>(std::move(loop), std::move(stream), trust);
    made->upgrade(where, target, headers, subprotocol, limit);
    return web_socket{std::move(made)};
  });
}

web_socket::web_socket(std::unique_ptr<impl> made) : impl_(std::move(made)) {}
web_socket::~web_socket() = default;
web_socket::web_socket(web_socket&&) noexcept = default;
web_socket& web_socket::operator=(web_socket&&) noexcept = default;

tl::expected<void, std::string> web_socket::send(std::string_view text) {
  return attempt([&] { impl_->send(text); });
}

tl::expected<std::optional<std::string>, std::string> web_socket::receive(milliseconds limit) {
  return attempt([&] { return impl_->receive(limit); });
}

int web_socket::close_code() const {
  return impl_->code;
}
void web_socket::close() {
  (void)attempt([&] { impl_->close(); }); // whoever closes does not care how it went
}

} // namespace recado::client
