#pragma once
/// What a program implements to be served. Every callback runs on an io thread of the server, one
/// at a time per connection, and must not block; answers may come from any thread.
#include "runtime/http/message.hpp"
#include "runtime/http/peer.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace recado::http {

class exchange; // INTERNAL: one request waiting for its answer

/// Where a request's answer goes. Copyable, thread-safe; the first call counts, later ones do
/// nothing, as does a call when the client has gone. When the last copy dies unanswered the client
/// gets a 503, whose body comes from handler::on_protocol_error.
class responder {
public:
  explicit responder(std::shared_ptr<exchange> waiting);
  void operator()(response answer) const;

  /// Starts an answer without an end (server-sent events). `head.body` is its first part. Null if
  /// the client has gone or an answer was given. `on_closed` is called once, on an io thread.
  stream_peer_ptr stream(response head, std::function<void()> on_closed) const;

  /// True once nobody can read the answer any more (connection reset, timed out or answered).
  /// Advice only: a client that merely stops reading is not noticed.
  bool client_gone() const;

private:
  struct guard; // answers 503 when the last copy of the responder dies
  std::shared_ptr<guard> guard_;
};

/// Where an upgrade request's answer goes; the same rules as for a responder.
class upgrader {
public:
  explicit upgrader(responder answer, std::shared_ptr<exchange> waiting);

  /// Completes the WebSocket handshake. `subprotocol` may be empty. `opened` is called on the io
  /// thread right after the 101 answer was written; it is not called if the client has gone.
  void accept(std::string subprotocol, std::function<ws_callbacks(ws_peer_ptr)> opened) const;
  void refuse(response answer) const;

private:
  responder answer_;
  std::shared_ptr<exchange> waiting_;
};

/// Takes a large body in parts instead of request::body.
class body_sink {
public:
  virtual ~body_sink() = default;
  /// The next part. Nothing more is read until `next` was called, once, from any thread; false
  /// ends the connection. A sink that dies before on_request saw its body was cut off.
  virtual void on_part(std::string part, std::function<void(bool more)> next) = 0;
};

/// What to do with a request of which only the head is known.
struct early_answer {
  std::optional<response> refuse;         ///< answer this, read no body, close the connection
  std::uint64_t body_bytes_max = 1 << 20; ///< over it: 413
  std::shared_ptr<body_sink> sink;        ///< takes the body; request::body stays empty
  std::any context;                       ///< moved to request::context
};

class handler {
public:
  virtual ~handler() = default;

  /// The head is complete and the body was not read yet: refuse early (404, 405, 401, 415) and
  /// choose the limit of the body. `Expect: 100-continue` is answered after this.
  virtual early_answer on_headers(const request& head) = 0;

  /// The request is complete.
  virtual void on_request(request asked, responder answer) = 0;

  /// A well-formed WebSocket upgrade (RFC 6455, version 13). on_headers was asked before.
  virtual void on_upgrade(request asked, upgrader answer) = 0;

  /// The answer to an error that the server finds by itself: 400 malformed, 408 too slow, 413 body,
  /// 426 WebSocket version, 431 headers, 500 handler threw, 503 abandoned, overloaded or too late,
  /// 505 HTTP version.
  virtual response on_protocol_error(int status, std::string_view detail) = 0;

  /// The answer to a request that became a stream after server::close_lasting(): 503.
  virtual response on_too_late() { return on_protocol_error(503, "the server restarts"); }
};

} // namespace recado::http
