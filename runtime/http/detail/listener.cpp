#include "runtime/http/detail/listener.hpp"

#include "runtime/http/detail/http_session.hpp"
#include "runtime/observe/log.hpp"

#include <boost/asio/co_spawn.hpp>

namespace recado::http::detail {

using net::redirect_error;
using net::use_awaitable;
using namespace std::chrono_literals;

listener::listener(shared_state& server, std::vector<std::unique_ptr<loop>>& loops)
  : server_(server),
    loops_(loops),
    acceptor_(loops.front()->context()),
    timer_(loops.front()->context()) {}

error_code listener::open() {
  error_code ec;
  const auto address = net::ip::make_address(server_.config.address, ec);
  if (ec) return ec;
  const tcp::endpoint at{address, server_.config.port};
  acceptor_.open(at.protocol(), ec);
  // On Linux this only lets us pass over sockets in TIME_WAIT; a second listener is still refused.
  if (!ec) acceptor_.set_option(net::socket_base::reuse_address(true), ec);
  if (!ec) acceptor_.bind(at, ec);
  if (!ec) acceptor_.listen(4096, ec);
  if (!ec) port_ = acceptor_.local_endpoint(ec).port();
  return ec;
}

void listener::start() {
  net::co_spawn(loops_.front()->context(), accept_loop(), [](const std::exception_ptr&) {});
}

void listener::close() {
  closed_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  timer_.cancel();
}

task<> listener::pause(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  error_code ignored;
  co_await timer_.async_wait(redirect_error(use_awaitable, ignored));
}

task<> listener::accept_loop() {
  std::size_t turn = 0;
  steady::time_point complained{};
  while (!closed_) {
    if (server_.connections >= server_.config.connections_max) {
      co_await pause(20ms);
      continue;
    }
    auto& next = *loops_[turn++ % loops_.size()];
    error_code ec;
    auto accepted =
      co_await acceptor_.async_accept(next.context(), redirect_error(use_awaitable, ec));
    if (closed_) break;
    if (!ec) {
      ++server_.accepted;
      ++server_.connections;
      serve(next, std::move(accepted));
    } else if (ec != net::error::connection_aborted) {
      // Out of descriptors or memory: whoever waits in the kernel's queue is served later.
      if (steady::now() - complained > 5s) {
        complained = steady::now();
        observe::log_warn("http-accept-failed", "cannot accept connections: {}", ec.message());
      }
      co_await pause(100ms);
    }
  }
}

void listener::serve(loop& on, tcp::socket accepted) {
  net::post(on.context(), [&on, socket = std::move(accepted)]() mutable {
    const auto one = std::make_shared<connection>(on, std::move(socket));
    const auto session = std::make_shared<http_session>(one);
    net::co_spawn(on.context(), session->run(), [session](const std::exception_ptr& failed) {
      if (!failed) return;
      try {
        std::rethrow_exception(failed);
      } catch (const std::exception& e) {
        observe::log_error("http-session-failed", "{}", e.what());
      }
    });
  });
}

} // namespace recado::http::detail
