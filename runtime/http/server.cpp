#include "runtime/http/server.hpp"

#include "runtime/http/detail/listener.hpp"
#include "runtime/observe/log.hpp"

namespace recado::http {

using namespace detail;

namespace {

class server_impl final : public server {
public:
  server_impl(server_config config, std::shared_ptr<handler> app,
              std::unique_ptr<net::ssl::context> tls) {
    state_.config = std::move(config);
    state_.app = std::move(app);
    state_.tls = std::move(tls);
    for (unsigned i = 0; i < state_.config.io_threads; ++i) {
      loops_.push_back(std::make_unique<loop>(state_));
    }
    listener_.emplace(state_, loops_);
  }
  ~server_impl() override { stop(std::chrono::milliseconds{0}); }

  error_code open() { return listener_->open(); }
  void run();

  std::uint16_t port() const override { return listener_->port(); }
  void send_away() override { state_.draining = true; }
  void drain() override;
  void close_lasting(int code, std::chrono::milliseconds spread) override;
  void stop(std::chrono::milliseconds deadline) override;
  stats snapshot() const override;

private:
  shared_state state_;
  std::vector<std::unique_ptr<loop>> loops_;
  std::optional<listener> listener_;
  bool running_ = false;
};

void server_impl::run() {
  running_ = true;
  for (auto& one : loops_)
    one->run();
  listener_->start();
}

void server_impl::drain() {
  if (!running_) return;
  send_away();
  state_.closing = true;
  loops_.front()->entrance()->post([this] { listener_->close(); });
  for (auto& one : loops_)
    one->entrance()->post([&loop = *one] { loop.close_idle(); });
}

void server_impl::close_lasting(int code, std::chrono::milliseconds spread) {
  if (!running_) return;
  state_.lasting_code = code; // for those that are being opened just now
  for (auto& one : loops_) {
    one->entrance()->post([&loop = *one, code, spread] { loop.close_lasting(code, spread); });
  }
}

void server_impl::stop(std::chrono::milliseconds deadline) {
  if (running_) {
    drain();
    std::unique_lock lock{state_.mutex};
    state_.changed.wait_for(lock, deadline, [this] { return state_.connections == 0; });
  }
  running_ = false;
  for (auto& one : loops_)
    one->shut();
}

server::stats server_impl::snapshot() const {
  return {.connections = state_.connections,
          .websockets = state_.websockets,
          .streams = state_.streams,
          .accepted = state_.accepted,
          .requests = state_.requests,
          .errors = state_.errors,
          .slow_readers = state_.slow_readers};
}

result<std::unique_ptr<net::ssl::context>> load_tls(const server_config& config) {
  if (config.tls_certificate_file.empty()) return nullptr;
  auto tls = std::make_unique<net::ssl::context>(net::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
  error_code ec;
  tls->use_certificate_chain_file(config.tls_certificate_file, ec);
  if (ec) return fail(ec::invalid_request, "tls_certificate_file: " + ec.message());
  tls->use_private_key_file(config.tls_key_file, net::ssl::context::pem, ec);
  if (ec) return fail(ec::invalid_request, "tls_key_file: " + ec.message());
  return tls;
}

} // namespace

result<void> server_config::validate() const {
  using std::chrono::milliseconds;
  const auto wrong = [](std::string sentence) {
    return fail(ec::invalid_request, std::move(sentence));
  };
  error_code bad_address;
  net::ip::make_address(address, bad_address);
  if (bad_address) return wrong("address must be an IPv4 or IPv6 address: " + address);
  if (io_threads < 1 || io_threads > 64) return wrong("io_threads must be 1 to 64");
  if (tls_certificate_file.empty() != tls_key_file.empty()) {
    return wrong("tls_certificate_file and tls_key_file go together");
  }
  if (connections_max < 1) return wrong("connections_max must be at least 1");
  if (header_bytes_max < 1024) return wrong("header_bytes_max must be at least 1024");
  if (headers_max < 8) return wrong("headers_max must be at least 8");
  if (body_bytes_per_second_min < 1) return wrong("body_bytes_per_second_min must be at least 1");
  if (ws_unconsumed_max < 1) return wrong("ws_unconsumed_max must be at least 1");
  if (ws_queue_frames_max < 1) return wrong("ws_queue_frames_max must be at least 1");
  for (const auto& [name, value] : {std::pair{"headers_timeout", headers_timeout},
                                    {"body_idle_timeout", body_idle_timeout},
                                    {"keep_alive_idle", keep_alive_idle},
                                    {"request_timeout", request_timeout},
                                    {"write_timeout", write_timeout},
                                    {"linger_timeout", linger_timeout},
                                    {"ws_ping_interval", ws_ping_interval},
                                    {"ws_close_timeout", ws_close_timeout}}) {
    if (value < milliseconds{1}) return wrong(std::string{name} + " must be at least 1 ms");
  }
  return {};
}

result<std::unique_ptr<server>> server::start(server_config config, std::shared_ptr<handler> app) {
  if (auto valid = config.validate(); !valid) return failure{valid.error()};
  auto tls = load_tls(config);
  if (!tls) return failure{tls.error()};
  auto out = std::make_unique<server_impl>(config, std::move(app), std::move(*tls));
  if (const auto error = out->open()) {
    return fail(
      error == net::error::address_in_use ? ec::conflict : ec::invalid_request,
      fmt::format("cannot listen on {} port {}: {}", config.address, config.port, error.message()));
  }
  out->run();
  observe::log_info("http-listening", "{}://{}:{} on {} threads",
                    config.tls_certificate_file.empty() ? "http" : "https", config.address,
                    out->port(), config.io_threads);
  return out;
}

} // namespace recado::http
