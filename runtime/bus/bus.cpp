#include "runtime/bus/bus.hpp"

#include "runtime/bus/core.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/uuid.hpp"

#include <future>

namespace recado::bus {
namespace {

std::string unique_inbox() {
  natsInbox* raw = nullptr;
  if (natsInbox_Create(&raw) != NATS_OK) return "_INBOX." + uuid::v7().str();
  std::string text{raw};
  natsInbox_Destroy(raw);
  return text;
}

} // namespace

connection::connection(std::shared_ptr<link_core> core) noexcept : core_(std::move(core)) {}

connection::~connection() {
  close(std::chrono::seconds{2});
}

outcome<std::unique_ptr<connection>>
connection::connect(const bus_config& config, link_handler on_link, loss_handler on_loss) {
  if (auto valid = config.validate(); !valid) return fail(reason::invalid, valid.error().detail);
  auto core = std::make_shared<link_core>(config, std::move(on_loss));
  core->inbox = unique_inbox() + ".";
  if (on_link) core->watchers.push_back(std::move(on_link));
  if (auto opened = open_link(core); !opened) return failure{opened.error()};
  core->clock = std::thread{[raw = core.get()] { raw->run_clock(); }};
  std::unique_ptr<connection> link{new connection{core}};
  auto inbox = link_core::subscribe(
    core, core->inbox + "*", [raw = core.get()](message reply) { raw->on_reply(std::move(reply)); },
    {});
  if (!inbox) return failure{inbox.error()};
  core->inbox_subscription = std::move(*inbox);
  return link;
}

void connection::watch(link_handler on_link) {
  std::lock_guard lock{core_->mutex};
  link_event now{core_->up ? link::connected : link::disconnected, core_->server,
                 core_->generation};
  core_->news.push_back([on_link, now] { on_link(now); });
  core_->watchers.push_back(std::move(on_link));
  core_->wake.notify_one();
}

bool connection::connected() const noexcept {
  return core_->up;
}

std::string connection::server_id() const {
  std::lock_guard lock{core_->mutex};
  return core_->server;
}

std::string connection::new_inbox() const {
  return unique_inbox();
}

outcome<void> connection::publish(const std::string& subject, std::string_view data) {
  return core_->send(subject, nullptr, data);
}

outcome<void> connection::publish(const std::string& subject, const std::string& reply,
                                  std::string_view data) {
  return core_->send(subject, reply.c_str(), data);
}

outcome<subscription> connection::subscribe(const std::string& subject, message_handler handler,
                                            const std::string& queue_group) {
  return link_core::subscribe(core_, subject, std::move(handler), queue_group);
}

void connection::request(const std::string& subject, std::string_view data,
                         std::chrono::milliseconds timeout, reply_handler handler) {
  auto& core = *core_;
  auto deadline = std::chrono::steady_clock::now() + timeout;
  std::optional<std::uint64_t> id;
  {
    std::lock_guard lock{core.mutex};
    id = core.requests.add(deadline, handler);
    if (id && deadline < core.clock_sleeps_until) core.wake.notify_one();
  }
  if (!id) return handler(fail(reason::overloaded, subject));
  auto sent = core.send(subject, (core.inbox + std::to_string(*id)).c_str(), data);
  if (sent) return;
  {
    std::lock_guard lock{core.mutex};
    handler = core.requests.take(*id);
  }
  if (handler) handler(failure{sent.error()}); // else the broken link has told it already
}

outcome<message> connection::request_wait(const std::string& subject, std::string_view data,
                                          std::chrono::milliseconds timeout) {
  auto promise = std::make_shared<std::promise<outcome<message>>>();
  auto answer = promise->get_future();
  request(subject, data, timeout,
          [promise](outcome<message> reply) { promise->set_value(std::move(reply)); });
  return answer.get(); // always comes: within the time-out, or when the link breaks or is closed
}

std::size_t connection::in_flight() const {
  std::lock_guard lock{core_->mutex};
  return core_->requests.size();
}

void connection::close(std::chrono::milliseconds deadline) {
  auto& core = *core_;
  if (core.closed.exchange(true)) return;
  core.up = false;
  core.complete_all(reason::closed, "the connection was closed");
  core.inbox_subscription = {};
  natsConnection_Close(core.nc.get());
  {
    std::unique_lock lock{core.mutex};
    auto silent = core.quiet.wait_for(lock, deadline, [&] { return core.callbacks_alive == 0; });
    if (!silent) observe::log_warn("bus-close", "{} handlers still run", core.callbacks_alive);
    core.clock_stops = true;
    core.wake.notify_one();
  }
  if (core.clock.joinable()) core.clock.join();
  core.complete_all(reason::closed, "the connection was closed");
}

} // namespace recado::bus
