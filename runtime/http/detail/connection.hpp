#pragma once
/// One TCP connection: the socket, its one deadline, and the way to wake the coroutines that serve
/// it. Lives on its loop's thread only, and dies when its last coroutine has ended.
#include "runtime/http/detail/answer.hpp"
#include "runtime/http/detail/links.hpp"
#include "runtime/http/detail/loop.hpp"
#include "runtime/http/detail/socket.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace recado::http::detail {

template <class T = void>
using task = net::awaitable<T>;

/// One coroutine waits, the others of its thread set. May return without a reason.
class signal {
public:
  explicit signal(net::io_context& context) : timer_(context, steady::time_point::max()) {}

  void set() {
    set_ = true;
    timer_.cancel();
  }
  task<> wait();

private:
  net::steady_timer timer_;
  bool set_ = false;
};

class connection : public std::enable_shared_from_this<connection> {
public:
  connection(loop& on, tcp::socket accepted);
  ~connection();

  /// What happens at the deadline: cancel lets an answer still be sent, drop ends it all.
  enum class expiry { cancel, drop };
  void expire_after(std::chrono::milliseconds time, expiry how = expiry::cancel);
  void expire_never() { deadline_ = steady::time_point::max(); }
  bool timed_out() const { return timed_out_; }
  bool dropped() const { return dropped_; }
  void drop();

  /// 0: the deadline has passed, or the connection ended; see timed_out().
  task<std::size_t> read_some(net::mutable_buffer into);
  task<bool> write_all(std::string_view first, std::string_view second = {});

  /// TLS; false if the handshake failed.
  task<bool> secure();
  /// Says goodbye so that what was written is read: ends our side, discards the other's.
  task<> finish();

  /// Notices a reset while nothing is being read.
  void watch_for_reset();

  void tick(steady::time_point now);

  loop& home;
  shared_state& server;
  const std::shared_ptr<socket> wire;
  const std::shared_ptr<waker> wake;
  signal main;   ///< of the coroutine that serves
  signal writer; ///< of the one that writes beside it, on a WebSocket
  std::string peer;
  bool idle = false;  ///< between requests
  bool reset = false; ///< by the client, noticed by watch_for_reset

  std::function<void(steady::time_point)> on_tick; ///< WebSocket: time for a ping?
  std::shared_ptr<ws_link> websocket;              ///< while it is one
  std::shared_ptr<stream_link> stream;             ///< while it has a streamed answer

  /// Ends the WebSocket or the streamed answer of this connection at this moment (shutdown).
  void close_lasting_at(steady::time_point when, int code) {
    restart_at_ = when, restart_code_ = code;
  }

private:
  steady::time_point deadline_ = steady::time_point::max();
  steady::time_point restart_at_ = steady::time_point::max();
  int restart_code_ = 0;
  expiry expiry_ = expiry::cancel;
  bool timed_out_ = false;
  bool dropped_ = false;
  bool watching_ = false;
};

} // namespace recado::http::detail
