#pragma once
/// Handles of connections that live long: WebSockets and streamed answers. All are thread-safe, may
/// outlive the connection and the server, and never block.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace recado::http {

/// The other end of a WebSocket.
class ws_peer {
public:
  virtual ~ws_peer() = default;

  /// Queues a text message. False: the connection is closed or closing, or this message would
  /// overflow its queue, which closes it with 4408.
  virtual bool send(std::string text) = 0;

  /// Sends what is queued, then closes with this code; the TCP connection is dropped if that takes
  /// longer than ws_close_timeout. The first call counts.
  virtual void close(int code, std::string reason) = 0;

  /// Says that one text given to on_text was dealt with. Reading pauses while
  /// server_config::ws_unconsumed_max texts are not.
  virtual void consumed() = 0;

  virtual std::size_t queued_bytes() const = 0;
};
using ws_peer_ptr = std::shared_ptr<ws_peer>;

/// Both run on the io thread of the connection.
struct ws_callbacks {
  std::function<void(std::string text)> on_text; ///< valid UTF-8, at most ws_message_bytes_max

  /// Called once, last: the close code sent, else the one received, else 1006.
  std::function<void(int code)> on_closed;
};

/// The reader of a streamed answer.
class stream_peer {
public:
  virtual ~stream_peer() = default;

  /// Queues bytes. False: the connection is closed, or this overflows its queue, which closes it.
  virtual bool send(std::string bytes) = 0;

  /// Sends what is queued and ends the answer.
  virtual void close() = 0;
  virtual std::size_t queued_bytes() const = 0;
};
using stream_peer_ptr = std::shared_ptr<stream_peer>;

} // namespace recado::http
