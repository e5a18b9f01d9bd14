#include "node/client/transport.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <optional>

namespace recado::client {

struct transport::impl {
  explicit impl(net::io_context& loop) : tcp(loop) {}

  beast::tcp_stream tcp;
  net::ssl::context trust{net::ssl::context::tls_client};
  std::optional<net::ssl::stream<beast::tcp_stream&>> tls;

  void connect(net::io_context& loop, const server_url& where, std::chrono::milliseconds limit) {
    net::ip::tcp::resolver resolver{loop};
    auto addresses = resolver.resolve(where.host, where.port);
    wait_for(loop, tcp, limit, [&](auto done) { tcp.async_connect(addresses, std::move(done)); });
    tcp.socket().set_option(net::ip::tcp::no_delay{true});
  }

  void shake_hands(net::io_context& loop, const server_url& where,
                   std::chrono::milliseconds limit) {
    trust.set_default_verify_paths();
    trust.set_verify_mode(net::ssl::verify_peer);
    tls.emplace(tcp, trust);
    SSL_set_tlsext_host_name(tls->native_handle(), where.host.c_str());
    SSL_set1_host(tls->native_handle(), where.host.c_str());
    wait_for(loop, tcp, limit, [&](auto done) {
      tls->async_handshake(net::ssl::stream_base::client, std::move(done));
    });
  }
};

transport::transport(net::io_context& loop, const server_url& where,
                     std::chrono::milliseconds limit)
  : impl_(std::make_unique<impl>(loop)) {
  impl_->connect(loop, where, limit);
  if (where.tls) impl_->shake_hands(loop, where, limit);
}

transport::~transport() = default;
transport::transport(transport&&) noexcept = default;
transport& transport::operator=(transport&&) noexcept = default;

transport::executor_type transport::get_executor() {
  return impl_->tcp.get_executor();
}

void transport::close() {
  impl_->tcp.close();
}

void transport::read(std::vector<net::mutable_buffer> into, transferred done) {
  if (impl_->tls) {
    impl_->tls->async_read_some(into, std::move(done));
  } else {
    impl_->tcp.async_read_some(into, std::move(done));
  }
}

void transport::write(std::vector<net::const_buffer> from, transferred done) {
  if (impl_->tls) {
    impl_->tls->async_write_some(from, std::move(done));
  } else {
    impl_->tcp.async_write_some(from, std::move(done));
  }
}

} // namespace recado::client
