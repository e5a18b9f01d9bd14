#pragma once
/// One request waiting for its answer: what a responder of any thread and the connection's
/// coroutine share. Knows no socket.
#include "runtime/http/detail/links.hpp"
#include "runtime/http/handler.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <variant>

namespace recado::http {

namespace detail {

struct abandoned {}; ///< the last responder died

struct stream_start {
  response head;
  std::shared_ptr<stream_link> link;
  std::function<void()> on_closed;
};

struct ws_accept {
  std::string subprotocol;
  std::function<ws_callbacks(ws_peer_ptr)> opened;
};

using verdict = std::variant<response, abandoned, stream_start, ws_accept>;

} // namespace detail

class exchange {
public:
  exchange(std::shared_ptr<detail::waker> wake, std::size_t stream_bytes_max)
    : wake_(std::move(wake)),
      stream_bytes_max_(stream_bytes_max) {}

  /// The first one counts. False: answered before, or nobody waits any more.
  bool settle(detail::verdict value);
  stream_peer_ptr stream(response head, std::function<void()> on_closed);

  /// io thread: the verdict, once. From the first empty answer on, settle() wakes the connection.
  std::optional<detail::verdict> take();

  /// io thread: nobody waits any more. The verdict, if one came at the last moment.
  std::optional<detail::verdict> shut();
  void client_left() { gone_ = true; }
  bool gone() const;

private:
  const std::shared_ptr<detail::waker> wake_;
  const std::size_t stream_bytes_max_;
  mutable std::mutex mutex_;
  std::optional<detail::verdict> value_;
  bool settled_ = false;
  bool awaited_ = false;
  std::atomic<bool> gone_ = false;
};

} // namespace recado::http
