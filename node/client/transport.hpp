#pragma once
/// INTERNAL: a TCP or TLS stream and the loop that gives blocking calls a time limit (Beast's own
/// blocking calls have none).
#include "node/client/url.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace recado::client {

namespace net = boost::asio;
namespace beast = boost::beast;

class time_is_up : public std::exception {
public:
  const char* what() const noexcept override { return "no answer in time"; }
};

/// Starts an asynchronous operation of this stream and waits for it; throws system_error, or, when
/// it takes too long, closes the stream and throws time_is_up.
template <class Start>
void wait_for(net::io_context& loop, beast::tcp_stream& stream, std::chrono::milliseconds limit,
              Start start) {
  bool done = false;
  beast::error_code failed;
  start([&done, &failed](beast::error_code ec, auto&&...) {
    failed = ec;
    done = true;
  });
  auto until = std::chrono::steady_clock::now() + limit;
  loop.restart();
  while (!done && loop.run_one_until(until) > 0) {
  }
  bool late = !done;
  if (late) stream.close(); // the operation ends now, and only then may its buffers go
  while (!done)
    loop.run_one();
  if (late) throw time_is_up{};
  if (failed) throw beast::system_error{failed};
}

inline beast::tcp_stream connect(net::io_context& loop, const server_url& where,
                                 std::chrono::milliseconds limit) {
  net::ip::tcp::resolver resolver{loop};
  auto addresses = resolver.resolve(where.host, where.port);
  beast::tcp_stream stream{loop};
  wait_for(loop, stream, limit,
           [&](auto done) { stream.async_connect(addresses, std::move(done)); });
  stream.socket().set_option(net::ip::tcp::no_delay{true});
  return stream;
}

/// The system's certificates; the name is checked.
using tls_stream = beast::ssl_stream<beast::tcp_stream>;
inline net::ssl::context system_trust() {
  net::ssl::context trust{net::ssl::context::tls_client};
  trust.set_default_verify_paths();
  trust.set_verify_mode(net::ssl::verify_peer);
  return trust;
}

inline void shake_hands(net::io_context&, beast::tcp_stream&, const server_url&,
                        std::chrono::milliseconds) {}

inline void shake_hands(net::io_context& loop, tls_stream& stream, const server_url& where,
                        std::chrono::milliseconds limit) {
  SSL_set_tlsext_host_name(stream.native_handle(), where.host.c_str());
  SSL_set1_host(stream.native_handle(), where.host.c_str());
  wait_for(loop, stream.next_layer(), limit, [&](auto done) {
    stream.async_handshake(net::ssl::stream_base::client, std::move(done));
  });
}

} // namespace recado::client
