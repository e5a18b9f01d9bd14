#include "runtime/bus/core.hpp"
#include "runtime/observe/log.hpp"

namespace recado::bus {
namespace {

/// Where a library subscription meets our handler. The gate is held while the handler runs, so that
/// ending the subscription waits for it; recursive, because a handler may end its own.
struct meeting_point {
  std::recursive_mutex gate;
  message_handler handler;
  bool ended = false;
};

/// What the library holds: freed when it says that the subscription is complete.
struct closure {
  std::shared_ptr<meeting_point> point;
  std::shared_ptr<link_core> core;
};

void deliver(natsConnection*, natsSubscription*, natsMsg* raw, void* held) {
  nats_message owned{raw};
  auto& point = *static_cast<closure*>(held)->point;
  std::lock_guard gate{point.gate};
  if (point.ended) return;
  try {
    point.handler(message_of(raw));
  } catch (const std::exception& e) {
    observe::log_error("bus-handler-threw", "{}: {}", natsMsg_GetSubject(raw), e.what());
  }
}

void complete(void* held) {
  std::unique_ptr<closure> owned{static_cast<closure*>(held)};
  auto core = owned->core;
  owned.reset();
  std::lock_guard lock{core->mutex};
  --core->callbacks_alive;
  core->quiet.notify_all();
}

void count_callback(link_core& core, int change) {
  std::lock_guard lock{core.mutex};
  core.callbacks_alive += change;
  if (change < 0) core.quiet.notify_all();
}

} // namespace

struct subscription::impl {
  std::shared_ptr<meeting_point> point;
  nats_subscription handle;
  std::shared_ptr<subject_names> subjects;
};

subscription::subscription() noexcept = default;
subscription::subscription(std::unique_ptr<impl> value) noexcept : impl_(std::move(value)) {}
subscription::subscription(subscription&&) noexcept = default;

subscription& subscription::operator=(subscription&& other) noexcept {
  subscription old{std::move(*this)};
  impl_ = std::move(other.impl_);
  return *this;
}

subscription::~subscription() {
  if (!impl_) return;
  natsSubscription_Unsubscribe(impl_->handle.get());
  impl_->subjects->remove(impl_->handle.get());
  std::lock_guard gate{impl_->point->gate};
  impl_->point->ended = true;
}

outcome<subscription> link_core::subscribe(const std::shared_ptr<link_core>& self,
                                           const std::string& subject, message_handler handler,
                                           const std::string& queue_group) {
  if (self->closed) return fail(reason::closed, subject);
  auto point = std::make_shared<meeting_point>();
  point->handler = std::move(handler);
  auto held = std::make_unique<closure>(closure{point, self});
  natsSubscription* raw = nullptr;
  auto status =
    queue_group.empty()
      ? natsConnection_Subscribe(&raw, self->nc.get(), subject.c_str(), deliver, held.get())
      : natsConnection_QueueSubscribe(&raw, self->nc.get(), subject.c_str(), queue_group.c_str(),
                                      deliver, held.get());
  if (status != NATS_OK) return failure{error_of(status, subject)};
  nats_subscription handle{raw};
  natsSubscription_SetPendingLimits(raw, self->config.pending_messages_max,
                                    self->config.pending_bytes_max);
  count_callback(*self, +1);
  if (natsSubscription_SetOnCompleteCB(raw, complete, held.get()) == NATS_OK) {
    (void)held.release(); // now the library's
  } else {
    // The subscription ended meanwhile: the connection was closed. A delivery may still run.
    (void)held.release();
    count_callback(*self, -1);
    return fail(reason::closed, subject);
  }
  self->subjects->add(raw, subject);
  return subscription{std::make_unique<subscription::impl>(
    subscription::impl{std::move(point), std::move(handle), self->subjects})};
}

} // namespace recado::bus
