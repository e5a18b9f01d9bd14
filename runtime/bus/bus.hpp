#pragma once
/// The link to NATS. This folder is the only one that knows natsConnection.
///
/// Nothing is buffered while the link is down: a publish fails at once, and whoever waits for a
/// reply is told `disconnected`. The link is built again for ever, with back-off and jitter.
#include "runtime/bus/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace recado::bus {

struct message {
  std::string subject;
  std::string reply; ///< empty: the sender wants no answer
  std::string data;
  int status = 0;          ///< of a message that is only a status: 100, 404, 408, 409, 503; else 0
  std::string status_text; ///< "Idle Heartbeat", "Request Timeout", …
  std::uint64_t last_stream = 0;   ///< header Nats-Last-Stream of an idle heartbeat
  std::uint64_t last_consumer = 0; ///< header Nats-Last-Consumer of an idle heartbeat
};

/// Called on a library thread, one message at a time per subscription: must not block.
using message_handler = std::function<void(message)>;

struct bus_config {
  std::vector<std::string> urls{"nats://127.0.0.1:4222"};
  std::string name = "recado"; ///< shown in the server's list of connections
  std::string user;
  std::string password;
  std::string token; ///< instead of user and password
  int connect_timeout_ms = 1000;
  int backoff_ms_first = 20; ///< before the second try; doubles, with jitter
  int backoff_ms_max = 1000;
  int ping_interval_ms = 1000; ///< a silent server is found dead after (pings_out_max + 1) of these
  int pings_out_max = 2;
  int write_deadline_ms = 1000;       ///< a publish blocks no longer than this on a full socket
  int pending_messages_max = 262'144; ///< per subscription; above it messages are dropped
  int pending_bytes_max = 256 << 20;  ///< per subscription
  std::size_t requests_in_flight_max = 65'536;
  int delivery_threads = 2; ///< per process: they call the handlers

  recado::result<void> validate() const;
};

enum class link : std::uint8_t { connected, disconnected };
struct link_event {
  link now = link::disconnected;
  std::string server_id;        ///< changes with each start of the server process
  std::uint64_t generation = 0; ///< counts the links of this object, from 1
};
using link_handler = std::function<void(const link_event&)>;
/// A subscription lost messages (it was slower than the server) or the server complained.
using loss_handler = std::function<void(const std::string& what)>;

struct link_core; ///< INTERNAL

/// Ends when destroyed: after that its handler is not running and never runs again. It waits for a
/// running handler (not when destroyed by the handler itself), so hold no lock that one needs.
class subscription {
public:
  subscription() noexcept;
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  ~subscription();
  explicit operator bool() const noexcept { return impl_ != nullptr; }

private:
  friend struct link_core;
  struct impl;
  explicit subscription(std::unique_ptr<impl> value) noexcept;
  std::unique_ptr<impl> impl_;
};

struct pub_ack {
  std::string stream;
  std::uint64_t seq = 0;
  bool duplicate = false;
};

using reply_handler = std::function<void(outcome<message>)>;
using ack_handler = std::function<void(outcome<pub_ack>)>;

/// One link, safe to use from any thread. Handlers run on library threads and must not block; they
/// may use the connection. Destroying it closes it.
class connection {
public:
  /// Tries once (connect_timeout_ms at most); without a server connected() is false until one is
  /// there.
  /// The handlers may be called before this returns.
  static outcome<std::unique_ptr<connection>>
  connect(const bus_config& config, link_handler on_link = {}, loss_handler on_loss = {});
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// One more listener; it is first told the present state. All listeners are called in order by
  /// one thread of this object.
  void watch(link_handler on_link);

  bool connected() const noexcept;
  std::string server_id() const;
  /// An inbox prefix of this connection's own: "_INBOX.<unique>", for wildcard subscriptions.
  std::string new_inbox() const;

  outcome<void> publish(const std::string& subject, std::string_view data);
  outcome<void> publish(const std::string& subject, const std::string& reply,
                        std::string_view data);

  /// Works without a link too: the server hears of it when there is one.
  outcome<subscription> subscribe(const std::string& subject, message_handler handler,
                                  const std::string& queue_group = {});

  /// Calls the handler exactly once: the reply, or the error. If the request cannot be sent
  /// (disconnected, overloaded, closed) the handler is called before this returns: hold no lock
  /// that it needs.
  void request(const std::string& subject, std::string_view data, std::chrono::milliseconds timeout,
               reply_handler handler);
  /// The same, for a subject that a stream listens to. no_responders: there is no such stream, or
  /// no JetStream. An ack means "received in order", not "on disk".
  void publish_stream(const std::string& subject, std::string_view data,
                      std::chrono::milliseconds timeout, ack_handler handler);
  /// Blocks: for workers and tests, never in a handler.
  outcome<message> request_wait(const std::string& subject, std::string_view data,
                                std::chrono::milliseconds timeout);

  /// Requests in flight now.
  std::size_t in_flight() const;

  /// Ends every subscription and request (`closed`), then waits for running handlers, at most this
  /// long. Further calls answer `closed`.
  void close(std::chrono::milliseconds deadline);

private:
  explicit connection(std::shared_ptr<link_core> core) noexcept;
  std::shared_ptr<link_core> core_;
};

} // namespace recado::bus
