#include "runtime/bus/core.hpp"
#include "runtime/observe/log.hpp"

#include <charconv>

namespace recado::bus {

error error_of(natsStatus status, const std::string& what) {
  auto detail = what + ": " + natsStatus_GetText(status);
  switch (status) {
  case NATS_NO_RESPONDERS:
    return {reason::no_responders, detail};
  case NATS_CONNECTION_CLOSED:
    return {reason::closed, detail};
  case NATS_INVALID_ARG:
  case NATS_INVALID_SUBJECT:
  case NATS_MAX_PAYLOAD:
    return {reason::invalid, detail};
  case NATS_NO_MEMORY:
    return {reason::overloaded, detail};
  default:
    return {reason::disconnected, detail}; // a socket error, or the buffer of a broken link
  }
}

namespace {

std::uint64_t number_of(natsMsg* raw, const char* key) {
  const char* value = nullptr;
  std::uint64_t number = 0;
  if (natsMsgHeader_Get(raw, key, &value) == NATS_OK && value)
    std::from_chars(value, value + std::char_traits<char>::length(value), number);
  return number;
}

/// A message without data may be a status: "NATS/1.0 408 Request Timeout".
void read_status(natsMsg* raw, message& into) {
  into.status = static_cast<int>(number_of(raw, "Status"));
  if (into.status == 0) return;
  const char* text = nullptr;
  if (natsMsgHeader_Get(raw, "Description", &text) == NATS_OK && text) into.status_text = text;
  if (into.status != 100) return;
  into.last_stream = number_of(raw, "Nats-Last-Stream");
  into.last_consumer = number_of(raw, "Nats-Last-Consumer");
}

} // namespace

message message_of(natsMsg* raw) {
  message copy;
  copy.subject = natsMsg_GetSubject(raw);
  if (auto reply = natsMsg_GetReply(raw)) copy.reply = reply;
  auto size = natsMsg_GetDataLength(raw);
  if (size > 0)
    copy.data.assign(natsMsg_GetData(raw), static_cast<std::size_t>(size));
  else
    read_status(raw, copy);
  return copy;
}

link_core::link_core(bus_config settings, loss_handler loss)
  : config(std::move(settings)),
    on_loss(std::move(loss)),
    requests(config.requests_in_flight_max) {}

link_core::~link_core() = default;

void link_core::tell_watchers(link_event event) {
  for (auto& watcher : watchers)
    news.push_back([watcher, event] { watcher(event); });
  wake.notify_one();
}

void link_core::link_came(natsConnection* raw) {
  char id[64] = {};
  if (natsConnection_GetConnectedServerId(raw, id, sizeof id) != NATS_OK) id[0] = 0;
  observe::log_info("bus-link", "connected to NATS server {}", id);
  std::lock_guard lock{mutex};
  if (closed) return;
  server = id;
  up = true;
  tell_watchers({link::connected, server, ++generation});
}

void link_core::link_went() {
  {
    std::lock_guard lock{mutex};
    if (!up.exchange(false)) return;
    tell_watchers({link::disconnected, server, generation});
  }
  observe::log_warn("bus-link", "no link to NATS");
  complete_all(reason::disconnected, "the link broke");
}

void link_core::complete_all(reason why, const std::string& detail) {
  std::vector<reply_handler> open;
  {
    std::lock_guard lock{mutex};
    open = requests.take_all();
  }
  for (auto& then : open)
    then(fail(why, detail));
}

void link_core::run_clock() {
  std::unique_lock lock{mutex};
  while (!clock_stops) {
    if (!news.empty()) {
      auto tell = std::move(news.front());
      news.pop_front();
      lock.unlock();
      tell();
      lock.lock();
      continue;
    }
    auto late = requests.take_expired(std::chrono::steady_clock::now());
    if (!late.empty()) {
      lock.unlock();
      for (auto& then : late)
        then(fail(reason::timeout));
      lock.lock();
      continue;
    }
    // An answered request is not worth a wake-up: the thread sleeps on until its old deadline.
    auto next = requests.next_deadline();
    clock_sleeps_until = next.value_or(request_table::time::max());
    if (next)
      wake.wait_until(lock, *next);
    else
      wake.wait(lock);
  }
}

void link_core::on_reply(message reply) {
  std::uint64_t id = 0;
  auto token = std::string_view{reply.subject}.substr(std::min(inbox.size(), reply.subject.size()));
  std::from_chars(token.data(), token.data() + token.size(), id);
  reply_handler then;
  {
    std::lock_guard lock{mutex};
    then = requests.take(id);
  }
  if (!then) return; // too late: its time-out was told
  if (reply.status == 503)
    then(fail(reason::no_responders));
  else
    then(std::move(reply));
}

outcome<void> link_core::send(const std::string& subject, const char* reply,
                              std::string_view data) {
  if (closed) return fail(reason::closed, subject);
  if (!up) return fail(reason::disconnected, subject);
  auto size = static_cast<int>(data.size());
  auto status =
    reply ? natsConnection_PublishRequest(nc.get(), subject.c_str(), reply, data.data(), size)
          : natsConnection_Publish(nc.get(), subject.c_str(), data.data(), size);
  if (status != NATS_OK) return failure{error_of(status, subject)};
  return {};
}

} // namespace recado::bus
