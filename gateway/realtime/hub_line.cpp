#include "gateway/realtime/hub_line.hpp"

#include "runtime/observe/log.hpp"

#include <caf/send.hpp>

namespace recado::realtime {
namespace {
using namespace std::chrono_literals;
} // namespace

std::shared_ptr<hub_line> hub_line::make() {
  auto out = std::make_shared<hub_line>();
  std::weak_ptr<hub_line> weak = out;
  // What was shed while the mailbox was full is lost: everything is in doubt.
  out->for_events_ = actor::credit::make(events_max, [weak] {
    if (auto line = weak.lock()) line->doubt();
  });
  return out;
}

void hub_line::connect(const hub_actor& to) {
  std::lock_guard lock{mutex_};
  if (!closed_) hub_ = to;
}

void hub_line::cut() {
  std::lock_guard lock{mutex_};
  closed_ = true;
  hub_ = nullptr;
  for_events_->silence();
}

hub_actor hub_line::get() const {
  std::lock_guard lock{mutex_};
  return hub_;
}

void hub_line::events(const event_batch& batch) {
  auto to = get();
  if (!to || batch.events.empty()) return;
  if (auto room = for_events_->try_take(batch.events.size()))
    caf::anon_send(to, events_came{std::make_shared<const event_batch>(batch), std::move(*room)});
  else
    observe::log_warn("hub-mailbox-full", "{} events are shed and read again later",
                      batch.events.size());
}

void hub_line::doubt() {
  if (auto to = get()) caf::anon_send(to, doubt_arose{});
}

void hub_line::presence(const presence_change& what) {
  auto to = get();
  if (!to) return;
  if (auto room = for_presence_->try_take())
    return caf::anon_send(to, presence_moved{what, std::move(*room)});
  static observe::log_every often{10s};
  often.warn("hub-presence-shed", "more people come and go than the hub can tell of");
}

} // namespace recado::realtime
