#include "runtime/http/handler.hpp"

#include "runtime/http/detail/exchange.hpp"

namespace recado::http {

bool exchange::settle(detail::verdict value) {
  {
    const std::lock_guard lock{mutex_};
    if (settled_) return false;
    settled_ = true;
    value_ = std::move(value);
    if (!awaited_) return true;
  }
  wake_->wake();
  return true;
}

stream_peer_ptr exchange::stream(response head, std::function<void()> on_closed) {
  auto link = std::make_shared<detail::stream_link>(stream_bytes_max_, wake_);
  if (!settle(detail::stream_start{std::move(head), link, std::move(on_closed)})) return nullptr;
  return link;
}

std::optional<detail::verdict> exchange::take() {
  const std::lock_guard lock{mutex_};
  awaited_ = !value_;
  return std::exchange(value_, std::nullopt);
}

std::optional<detail::verdict> exchange::shut() {
  const std::lock_guard lock{mutex_};
  settled_ = true;
  return std::exchange(value_, std::nullopt);
}

bool exchange::gone() const {
  const std::lock_guard lock{mutex_};
  return settled_ || gone_;
}

struct responder::guard {
  explicit guard(std::shared_ptr<exchange> waiting_) : waiting(std::move(waiting_)) {}
  ~guard() { waiting->settle(detail::abandoned{}); }
  guard(const guard&) = delete;
  guard& operator=(const guard&) = delete;

  std::shared_ptr<exchange> waiting;
};

responder::responder(std::shared_ptr<exchange> waiting)
  : guard_(std::make_shared<guard>(std::move(waiting))) {}

void responder::operator()(response answer) const {
  guard_->waiting->settle(std::move(answer));
}

stream_peer_ptr responder::stream(response head, std::function<void()> on_closed) const {
  return guard_->waiting->stream(std::move(head), std::move(on_closed));
}

bool responder::client_gone() const {
  return guard_->waiting->gone();
}

upgrader::upgrader(responder answer, std::shared_ptr<exchange> waiting)
  : answer_(std::move(answer)),
    waiting_(std::move(waiting)) {}

void upgrader::accept(std::string subprotocol,
                      std::function<ws_callbacks(ws_peer_ptr)> opened) const {
  waiting_->settle(detail::ws_accept{std::move(subprotocol), std::move(opened)});
}

void upgrader::refuse(response answer) const {
  answer_(std::move(answer));
}

} // namespace recado::http
