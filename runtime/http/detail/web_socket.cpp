#include "runtime/http/detail/web_socket.hpp"

#include "runtime/http/detail/ws_stream.hpp"
#include "runtime/observe/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>

namespace recado::http::detail {

using net::redirect_error;
using net::use_awaitable;

namespace {

/// Frames are collected up to here before they are sent together.
constexpr std::size_t held_bytes_max = 64 * 1024;

int code_of(const error_code& ec) {
  if (ec == ws::error::message_too_big || ec == ws::error::buffer_overflow) return 1009;
  if (ec == ws::error::bad_frame_payload) return 1007;
  return ec == ws::condition::protocol_violation ? 1002 : close_code::abnormal;
}

/// Two coroutines share it: run() reads, write_loop() writes.
class web_socket {
public:
  explicit web_socket(std::shared_ptr<connection> on)
    : on_(std::move(on)),
      config_(on_->server.config),
      stream_(shared_socket{on_->wire}),
      link_(std::make_shared<ws_link>(config_.ws_queue_bytes_max, config_.ws_queue_frames_max,
                                      config_.ws_unconsumed_max, on_->wake)) {}

  task<bool> accept(const std::vector<header>& handshake, const std::string& subprotocol);
  task<> run(const std::function<ws_callbacks(ws_peer_ptr)>& opened);

private:
  void open(const std::function<ws_callbacks(ws_peer_ptr)>& opened);
  task<> read_loop();
  task<> await_room();
  task<bool> read_message();
  task<> write_loop();
  task<bool> write_queued();
  task<bool> send_held();
  task<> settle();
  void deliver();
  void on_tick(steady::time_point now);
  void end_by_us(int code, std::string reason);

  const std::shared_ptr<connection> on_;
  const server_config& config_;
  ws_stream stream_;
  const std::shared_ptr<ws_link> link_;
  ws_callbacks callbacks_;
  beast::flat_buffer input_;
  error_code read_error_;
  steady::time_point heard_ = steady::now();
  steady::time_point pinged_ = steady::now();
  bool ping_due_ = false;
  bool closing_ = false;
  bool writer_done_ = false;
};

task<bool> web_socket::accept(const std::vector<header>& handshake,
                              const std::string& subprotocol) {
  configure(stream_, config_, subprotocol);
  stream_.control_callback([this](ws::frame_type, beast::string_view) { heard_ = steady::now(); });
  beast::http::request<beast::http::empty_body> asked{beast::http::verb::get, "/", 11};
  for (const auto& h : handshake)
    asked.insert(view_of(h.name), view_of(h.value));
  on_->expire_after(config_.write_timeout, connection::expiry::drop);
  error_code ec;
  co_await stream_.async_accept(asked, redirect_error(use_awaitable, ec));
  on_->expire_never();
  co_return !ec;
}

void web_socket::open(const std::function<ws_callbacks(ws_peer_ptr)>& opened) {
  ++on_->server.websockets;
  on_->websocket = link_;
  on_->on_tick = [this](steady::time_point now) { on_tick(now); };
  try {
    callbacks_ = opened(link_);
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "opened: {}", e.what());
    link_->close(1011, "the server failed");
  }
  if (const int code = on_->server.lasting_code; code != 0)
    link_->close(code, "the server restarts");
}

task<> web_socket::run(const std::function<ws_callbacks(ws_peer_ptr)>& opened) {
  open(opened);
  net::co_spawn(on_->home.context(), write_loop(), [](const std::exception_ptr&) {});
  co_await read_loop();
  co_await settle();
  on_->on_tick = nullptr;
  on_->websocket = nullptr;
  --on_->server.websockets;
  const auto how = link_->out.ended();
  if (how && how->code == close_code::slow_reader) ++on_->server.slow_readers;
  try {
    if (callbacks_.on_closed) callbacks_.on_closed(how ? how->code : int{close_code::abnormal});
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_closed: {}", e.what());
  }
}

/// The reader has ended: makes the writer end, too.
task<> web_socket::settle() {
  int code = code_of(read_error_);
  if (read_error_ == ws::error::closed && stream_.reason().code != 0) code = stream_.reason().code;
  link_->out.end({code, {}, true});
  on_->expire_after(config_.ws_close_timeout, connection::expiry::drop);
  on_->writer.set();
  while (!writer_done_)
    co_await on_->main.wait();
  on_->expire_never();
}

// ---- reading ----------------------------------------------------------------------------------

task<bool> web_socket::read_message() {
  do {
    co_await stream_.async_read_some(input_, 0, redirect_error(use_awaitable, read_error_));
    if (read_error_) co_return false;
    heard_ = steady::now();
    if (stream_.got_binary()) {
      end_by_us(close_code::unsupported_data, "only text messages");
      input_.clear();
    }
    if (closing_) input_.clear();
  } while (!stream_.is_message_done());
  co_return true;
}

/// Reading pauses while too many texts are unconsumed.
task<> web_socket::await_room() {
  while (!link_->may_read() && !link_->out.is_ended())
    co_await on_->main.wait();
}

task<> web_socket::read_loop() {
  bool open = true;
  while (open) {
    co_await await_room();
    open = co_await read_message();
    if (open) deliver();
    input_.clear();
    if (input_.capacity() > 64 * 1024) input_.shrink_to_fit();
  }
}

void web_socket::deliver() {
  if (link_->out.is_ended()) return;
  const auto data = input_.cdata();
  link_->given();
  try {
    if (callbacks_.on_text) {
      callbacks_.on_text(std::string{static_cast<const char*>(data.data()), data.size()});
    }
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_text: {}", e.what());
    end_by_us(1011, "the server failed");
  }
}

// ---- writing ----------------------------------------------------------------------------------

/// Sends what was collected, and what control frames add to it meanwhile; then lets go.
task<bool> web_socket::send_held() {
  error_code ec;
  while (!ec && !on_->wire->held.empty()) {
    const auto bytes = std::exchange(on_->wire->held, {});
    co_await net::async_write(*on_->wire, net::buffer(bytes), redirect_error(use_awaitable, ec));
  }
  on_->wire->hold = false;
  co_return !ec;
}

/// False: nothing was queued.
task<bool> web_socket::write_queued() {
  const auto texts = link_->out.take();
  std::size_t counted = 0;
  const auto count_to = [&](std::size_t end) {
    for (; counted < end; ++counted)
      link_->out.written(texts[counted].size());
  };
  bool failed = false;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (failed || link_->out.dropped()) break;
    error_code ec;
    compress_next(stream_, texts[i].size() >= config_.ws_compress_bytes_min);
    on_->wire->hold = texts.size() > 1;
    co_await stream_.async_write(net::buffer(texts[i]), redirect_error(use_awaitable, ec));
    failed = !!ec;
    const bool last = i + 1 == texts.size();
    if (!last && on_->wire->held.size() < held_bytes_max) continue;
    const bool sent = co_await send_held();
    failed = failed || !sent;
    count_to(i + 1);
  }
  co_await send_held();
  count_to(texts.size());
  if (failed) link_->out.end({close_code::abnormal, {}, true});
  co_return !texts.empty();
}

task<> web_socket::write_loop() {
  const auto keep_alive = on_;
  for (;;) {
    if (co_await write_queued()) continue;
    error_code ec;
    if (const auto how = link_->out.ended()) {
      const ws::close_reason why{static_cast<ws::close_code>(how->code), view_of(how->reason)};
      if (how->code != close_code::abnormal) {
        co_await stream_.async_close(why, redirect_error(use_awaitable, ec));
      }
      break;
    }
    if (std::exchange(ping_due_, false)) {
      const ws::ping_data empty;
      co_await stream_.async_ping(empty, redirect_error(use_awaitable, ec));
      continue;
    }
    co_await on_->writer.wait();
    if (on_->dropped()) link_->out.end({close_code::abnormal, {}, true});
  }
  writer_done_ = true;
  on_->main.set();
}

void web_socket::end_by_us(int code, std::string reason) {
  link_->out.end({code, std::move(reason), false});
  on_->writer.set();
}

void web_socket::on_tick(steady::time_point now) {
  if (!closing_ && link_->out.is_ended()) {
    closing_ = true;
    on_->expire_after(config_.ws_close_timeout, connection::expiry::drop);
  }
  if (closing_) return;
  if (!link_->may_read()) heard_ = now; // we do not listen
  if (now - heard_ > 2 * config_.ws_ping_interval) {
    observe::log_debug("http-websocket-silent", "{} no longer answers pings", on_->peer);
    return on_->drop();
  }
  if (now - std::max(heard_, pinged_) >= config_.ws_ping_interval) {
    pinged_ = now;
    ping_due_ = true;
    on_->writer.set();
  }
}

} // namespace

task<> serve_websocket(std::shared_ptr<connection> on, std::vector<header> handshake,
                       ws_accept accepted) {
  web_socket session{on};
  if (!co_await session.accept(handshake, accepted.subprotocol)) co_return;
  co_await session.run(accepted.opened);
}

} // namespace recado::http::detail
