#pragma once
/// The HTTP/1.1 and WebSocket server. Beast, Asio and OpenSSL stay behind this header.
#include "runtime/http/handler.hpp"
#include "schemas/problem.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace recado::http {

/// Limits and addresses; validate() names the first that cannot be.
struct server_config {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6 to listen on
  std::uint16_t port = 8080;          ///< 0: any free port, see server::port()
  unsigned io_threads = 1;            ///< 1–64; a connection stays on one of them
  std::string tls_certificate_file{}; ///< PEM chain; empty: no TLS
  std::string tls_key_file{};         ///< PEM
  unsigned connections_max = 20'000;  ///< further ones wait in the kernel's queue

  std::size_t header_bytes_max = 32 * 1024;            ///< request line and headers; over it 431
  std::size_t headers_max = 100;                       ///< number of header lines; over it 431
  std::chrono::milliseconds headers_timeout{10'000};   ///< for the whole head, then 408
  std::chrono::milliseconds body_idle_timeout{30'000}; ///< without a byte of the body, then 408
  std::uint64_t body_bytes_per_second_min = 256;     ///< overall, after the first body_idle_timeout
  std::chrono::milliseconds keep_alive_idle{75'000}; ///< between requests, then closed
  std::chrono::milliseconds request_timeout{30'000}; ///< for the handler to answer, then 503
  std::chrono::milliseconds write_timeout{30'000};   ///< without progress of an answer
  std::chrono::milliseconds linger_timeout{5'000};   ///< discarding input after an early error
  std::uint64_t linger_bytes_max = 64ull << 20;      ///< likewise

  std::size_t stream_queue_bytes_max = 4 << 20; ///< of one streamed answer
  std::size_t ws_message_bytes_max = 1 << 20;   ///< received; over it 1009
  std::size_t ws_queue_bytes_max = 4 << 20;     ///< to be sent; over it 4408
  std::size_t ws_queue_frames_max = 4096;       ///< likewise
  std::size_t ws_unconsumed_max = 256;          ///< texts given to on_text and not yet consumed()
  std::chrono::milliseconds ws_ping_interval{25'000}; ///< silent for two of them: dropped
  std::chrono::milliseconds ws_close_timeout{5'000};  ///< from close() to dropping TCP
  bool ws_compression = true;                         ///< offer permessage-deflate
  std::size_t ws_compress_bytes_min = 512;            ///< shorter texts are sent as they are

  result<void> validate() const;
};

class server {
public:
  struct stats {
    std::size_t connections = 0;    ///< open now, WebSockets and streams included
    std::size_t websockets = 0;     ///< open now
    std::size_t streams = 0;        ///< open now
    std::uint64_t accepted = 0;     ///< connections since the start
    std::uint64_t requests = 0;     ///< complete heads since the start
    std::uint64_t errors = 0;       ///< answers by on_protocol_error since the start
    std::uint64_t slow_readers = 0; ///< connections closed because their queue was full
  };

  /// Listens and starts the io threads. Fails with a sentence for the operator when the address is
  /// taken (ec::conflict) or wrong, or the certificate cannot be read.
  static result<std::unique_ptr<server>> start(server_config config,
                                               std::shared_ptr<handler> handler);
  virtual ~server() = default; ///< stops without waiting for anyone

  virtual std::uint16_t port() const = 0;

  /// Says `Connection: close` in every answer from now on, and goes on accepting: callers move
  /// away, and load balancers have time to notice.
  virtual void send_away() = 0;

  /// Stops accepting, closes idle connections, and says `Connection: close` in every answer.
  virtual void drain() = 0;

  /// Closes every WebSocket with this code, and ends every streamed answer, each at a moment of its
  /// own: they are spread evenly over `spread`.
  virtual void close_lasting(int code, std::chrono::milliseconds spread) = 0;

  /// Drains, waits until the last connection has ended or the deadline has passed, drops the rest
  /// and ends the threads. Blocks; not to be called from a callback.
  virtual void stop(std::chrono::milliseconds deadline) = 0;

  virtual stats snapshot() const = 0;
};

} // namespace recado::http
