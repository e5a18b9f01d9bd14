#include "runtime/http/detail/connection.hpp"

#include "runtime/observe/log.hpp"

#include <boost/asio/post.hpp>

namespace recado::http::detail {

loop::loop(shared_state& server_)
  : server(server_),
    work_(context_.get_executor()),
    ticker_(context_),
    gate_(std::make_shared<gate>(
      [this](std::function<void()> work) { net::post(context_, std::move(work)); })) {}

void loop::run() {
  net::post(context_, [this] { on_tick(); });
  thread_ = std::thread([this] { context_.run(); });
}

void loop::shut() {
  if (thread_.joinable()) {
    net::post(context_, [this] { drop_all(); });
    thread_.join();
  }
  gate_->shut();
}

void loop::drop_all() {
  work_.reset();
  ticker_.cancel();
  // A dropped connection only removes itself once its coroutines have ended, after this function.
  for (auto* one : connections_)
    one->drop();
}

void loop::arm() {
  ticker_.expires_after(tick);
  ticker_.async_wait([this](error_code ec) {
    if (!ec) on_tick();
  });
}

void loop::on_tick() {
  const auto now = steady::now();
  if (const auto second = std::time(nullptr); second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  for (auto* one : connections_)
    one->tick(now);
  if (work_.owns_work()) arm();
}

void loop::close_idle() {
  for (auto* one : connections_)
    if (one->idle) one->drop();
}

void loop::close_lasting(int code, std::chrono::milliseconds spread) {
  std::vector<connection*> open;
  for (auto* one : connections_)
    if (one->websocket || one->stream) open.push_back(one);
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i]->close_lasting_at(steady::now() + spread * i / open.size(), code);
  }
}

} // namespace recado::http::detail
