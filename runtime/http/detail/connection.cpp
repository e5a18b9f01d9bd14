#include "runtime/http/detail/connection.hpp"

#include "runtime/observe/log.hpp"

#include <poll.h>

namespace recado::http::detail {

using net::redirect_error;
using net::use_awaitable;

task<> signal::wait() {
  if (!set_) {
    error_code ignored;
    co_await timer_.async_wait(redirect_error(use_awaitable, ignored));
  }
  set_ = false;
}

connection::connection(loop& on, tcp::socket accepted)
  : home(on),
    server(on.server),
    wire(std::make_shared<socket>(std::move(accepted), on.server.tls.get())),
    wake(std::make_shared<waker>(on.entrance())),
    main(on.context()),
    writer(on.context()) {
  error_code ec;
  wire->raw().set_option(tcp::no_delay{true}, ec);
  const auto remote = wire->raw().remote_endpoint(ec);
  if (!ec) peer = remote.address().to_string() + ":" + std::to_string(remote.port());
  wake->on_wake = [this] {
    main.set();
    writer.set();
  };
  home.add(*this);
}

connection::~connection() {
  wake->on_wake = nullptr;
  home.remove(*this);
  wire->close();
  // The lock pairs with stop()'s wait; without it the last notification could be missed.
  const std::lock_guard lock{server.mutex};
  --server.connections;
  server.changed.notify_all();
}

void connection::expire_after(std::chrono::milliseconds time, expiry how) {
  deadline_ = steady::now() + time;
  expiry_ = how;
  timed_out_ = false;
}

void connection::drop() {
  dropped_ = true;
  wire->close();
  main.set();
  writer.set();
}

void connection::tick(steady::time_point now) {
  if (now >= restart_at_ && (websocket || stream)) {
    restart_at_ = steady::time_point::max();
    if (websocket) websocket->close(restart_code_, "the server restarts");
    if (stream) stream->close();
  }
  // What was queued is lost already: there is nothing to wait for.
  if (stream && stream->out.dropped()) return drop();
  if (on_tick) on_tick(now);
  if (now < deadline_) return;
  expire_never();
  timed_out_ = true;
  if (expiry_ == expiry::drop) return drop();
  wire->cancel();
  main.set();
}

task<std::size_t> connection::read_some(net::mutable_buffer into) {
  if (timed_out_ || dropped_) co_return 0;
  error_code ec;
  const auto size = co_await wire->async_read_some(into, redirect_error(use_awaitable, ec));
  co_return ec ? 0 : size;
}

task<bool> connection::write_all(std::string_view first, std::string_view second) {
  std::array<net::const_buffer, 2> parts{net::const_buffer{first.data(), first.size()},
                                         net::const_buffer{second.data(), second.size()}};
  while (parts[0].size() + parts[1].size() > 0) {
    if (dropped_) co_return false;
    expire_after(server.config.write_timeout, expiry::drop);
    error_code ec;
    auto sent = co_await wire->async_write_some(parts, redirect_error(use_awaitable, ec));
    if (ec) co_return false;
    for (auto& part : parts) {
      const auto used = std::min(sent, part.size());
      part += used;
      sent -= used;
    }
  }
  expire_never();
  co_return true;
}

task<bool> connection::secure() {
  auto* tls = wire->tls();
  if (!tls) co_return true;
  expire_after(server.config.headers_timeout, expiry::drop);
  error_code ec;
  co_await tls->async_handshake(net::ssl::stream_base::server, redirect_error(use_awaitable, ec));
  if (ec)
    observe::log_debug("http-tls-failed", "{} failed the TLS handshake: {}", peer, ec.message());
  expire_never();
  co_return !ec;
}

task<> connection::finish() {
  const auto& config = server.config;
  expire_after(config.linger_timeout, expiry::drop);
  error_code ec;
  if (auto* tls = wire->tls(); tls && !dropped_) {
    // Sends close_notify, then fails if the client is still sending; both are what we want.
    co_await tls->async_shutdown(redirect_error(use_awaitable, ec));
  }
  wire->raw().shutdown(tcp::socket::shutdown_send, ec);
  std::vector<char> discarded(16 * 1024);
  std::uint64_t total = 0;
  while (!dropped_ && !ec && total < config.linger_bytes_max) {
    total += co_await wire->raw().async_read_some(net::buffer(discarded),
                                                  redirect_error(use_awaitable, ec));
  }
  drop();
}

void connection::watch_for_reset() {
  if (std::exchange(watching_, true)) return;
  wire->raw().async_wait(tcp::socket::wait_error, [weak = weak_from_this()](error_code ec) {
    const auto self = weak.lock();
    if (!self) return;
    self->watching_ = false;
    if (ec) return;
    ::pollfd state{self->wire->raw().native_handle(), 0, 0};
    ::poll(&state, 1, 0);
    if (!(state.revents & (POLLERR | POLLHUP))) return;
    self->reset = true;
    self->main.set();
  });
}

} // namespace recado::http::detail
