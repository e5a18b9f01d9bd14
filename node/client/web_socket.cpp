#include "node/client/web_socket.hpp"

#include "node/client/transport.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>

namespace recado::client {

namespace ws = beast::websocket;

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

} // namespace

struct web_socket::impl {
  impl(const server_url& where, milliseconds limit) : socket(loop, where, limit) {}

  ~impl() {
    socket.next_layer().close();
    while (reading)
      loop.run_one(); // its buffer must outlive it
  }

  void upgrade(const server_url& where, const std::string& target, const header_list& headers,
               const std::string& subprotocol, milliseconds limit) {
    socket.set_option(ws::stream_base::decorator([&](ws::request_type& asked) {
      for (const auto& [name, value] : headers)
        asked.set(name, value);
      if (!subprotocol.empty()) asked.set(beast::http::field::sec_websocket_protocol, subprotocol);
    }));
    socket.read_message_max(16 << 20);
    ws::response_type got;
    try {
      wait_for(loop, socket.next_layer(), limit, [&](auto done) {
        socket.async_handshake(got, where.authority(), where.base + target, std::move(done));
      });
    } catch (const beast::system_error& e) {
      if (e.code() != ws::error::upgrade_declined) throw;
      throw refused{fmt::format("{} {}", got.result_int(), got.body())};
    }
    socket.text(true);
  }

  void send(std::string_view text) {
    wait_for(loop, socket.next_layer(), send_limit, [&](auto done) {
      socket.async_write(net::buffer(text.data(), text.size()), std::move(done));
    });
  }

  std::optional<std::string> receive(milliseconds limit) {
    if (!reading) start_reading();
    auto until = std::chrono::steady_clock::now() + limit;
    loop.restart();
    while (reading && loop.run_one_until(until) > 0) {
    }
    if (reading) return std::nullopt;
    if (failed) {
      code = static_cast<int>(socket.reason().code);
      if (code == 0) code = 1006;
      throw beast::system_error{failed};
    }
    auto text = beast::buffers_to_string(buffer.data());
    buffer.consume(buffer.size());
    return text;
  }

  void close() {
    wait_for(loop, socket.next_layer(), close_limit,
             [&](auto done) { socket.async_close(ws::close_code::normal, std::move(done)); });
  }

  void start_reading() {
    reading = true;
    socket.async_read(buffer, [this](beast::error_code ec, std::size_t) {
      failed = ec;
      reading = false;
    });
  }

  net::io_context loop{1};
  ws::stream<transport, false> socket; // nothing is compressed
  beast::flat_buffer buffer;
  beast::error_code failed;
  bool reading = false;
  int code = 0;
};

namespace {

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
    auto made = std::make_unique<impl>(where, limit);
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
