#include "cluster/reader/stream_reader.hpp"

#include "cluster/reader/stream_reader_impl.hpp"
#include "runtime/observe/log.hpp"

namespace recado::cluster {
namespace {

/// Alarms closer together than this share one wake-up of the timer thread.
constexpr std::chrono::milliseconds coarse{10};

reader_place place_of(const reader_key& key) {
  return {key.priority, key.part};
}

steady_time now() {
  return std::chrono::steady_clock::now();
}

} // namespace

result<void> reader_config::validate() const {
  auto bad = [](const char* what) { return fail(ec::invalid_request, what); };
  if (cluster.empty()) return bad("reader.cluster: must not be empty");
  if (limits.batch_max < 1) return bad("reader.batch_max: must be positive");
  if (limits.heartbeat.count() < 1 || limits.pull_expiry < 2 * limits.heartbeat)
    return bad("reader.pull_expiry: at least two heartbeats");
  if (limits.silence <= 2 * limits.heartbeat)
    return bad("reader.silence: more than two heartbeats");
  if (inactive_threshold <= limits.pull_expiry)
    return bad("reader.inactive_threshold: more than pull_expiry");
  if (limits.backoff_first.count() < 1 || limits.backoff_max < limits.backoff_first)
    return bad("reader.backoff_first, backoff_max: must be positive and in order");
  return {};
}

void stream_reader::impl::begin() {
  auto subscribed = link.subscribe(
    inbox + ".>", if_alive([](impl& self, bus::message m) { self.hear(std::move(m)); }));
  if (subscribed)
    deliveries = std::move(*subscribed);
  else
    observe::log_error("reader-inbox", "{}", bus::describe(subscribed.error()));
  timer = std::thread{[this] { run_timer(); }};
}

void stream_reader::impl::end() {
  {
    std::lock_guard lock{mutex};
    ending = true;
    alarm.notify_all();
  }
  deliveries = {};
  if (timer.joinable()) timer.join();
  std::unique_lock lock{mutex};
  alarm.wait(lock, [this] { return callbacks_running == 0; });
}

void stream_reader::impl::open(stream_generation value) {
  std::vector<std::pair<reader_key, reader_actions>> todo;
  bool newcomers = false; // they came after the places were asked for
  {
    std::lock_guard lock{mutex};
    generation = value;
    for (auto& [place, reader] : readers) {
      auto& actions = todo.emplace_back(reader.key, reader_actions{}).second;
      if (value == 0) {
        reader.examined = false;
        step_held(reader, event::stream_lost{}, actions);
      } else if (!reader.machine.opened(value)) {
        newcomers = newcomers || reader.unseen(value);
        if (!reader.must_wait(value)) step_held(reader, event::stream_open{value}, actions);
      }
    }
  }
  if (newcomers && host.on_newcomer) host.on_newcomer();
  for (auto& [key, actions] : todo)
    perform(key, actions);
}

void stream_reader::impl::start(const reader_key& key, const position& cursor,
                                std::uint32_t credit) {
  reader_actions todo;
  bool wait = false;
  {
    std::lock_guard lock{mutex};
    auto place = place_of(key);
    if (auto old = readers.find(place); old != readers.end()) {
      used_numbers[place] = old->second.machine.last_consumer();
      readers.erase(old); // its consumer ends by inactivity
    }
    reader_machine machine{config.limits, cursor, credit, used_numbers[place] + 1};
    auto& made = readers.emplace(place, reader{key, std::move(machine), false}).first->second;
    wait = generation != 0 && made.unseen(generation);
    if (generation != 0 && !wait)
      step_held(made, event::stream_open{generation}, todo);
    else
      step_held(made, event::tick{}, todo); // it waits from now on: see stalled()
  }
  if (wait && host.on_newcomer) host.on_newcomer();
  perform(key, todo);
}

void stream_reader::impl::stop(partition_id part) {
  std::vector<std::pair<reader_key, reader_actions>> todo;
  {
    std::lock_guard lock{mutex};
    for (auto priority : {lane::express, lane::standard, lane::bulk}) {
      auto found = readers.find({priority, part});
      if (found == readers.end()) continue;
      auto& actions = todo.emplace_back(found->second.key, reader_actions{}).second;
      step_held(found->second, event::stop{}, actions);
      used_numbers[found->first] = found->second.machine.last_consumer();
      readers.erase(found);
    }
  }
  for (auto& [key, actions] : todo)
    perform(key, actions);
}

void stream_reader::impl::hear(bus::message message) {
  if (message.status != 0) return hear_status(message);
  auto info = delivery_info::parse(message.reply);
  auto name = info ? consumer_name::parse(info->consumer) : std::nullopt;
  if (!name) return;
  step(name->key,
       event::delivered{name->number, info->consumer_seq, info->stream_seq, info->published_ns,
                        info->pending},
       std::move(message.data));
}

void stream_reader::impl::hear_status(const bus::message& message) {
  auto where = pull_inbox::parse(message.subject);
  auto name = where ? consumer_name::parse(where->consumer) : std::nullopt;
  if (!name) return;
  switch (message.status) {
  case 100:
    return step(name->key,
                event::heartbeat{name->number, static_cast<std::int64_t>(message.last_consumer),
                                 static_cast<std::int64_t>(message.last_stream)});
  case 404:
  case 408:
    return step(name->key, event::pull_ended{name->number, where->pull});
  default: // 409: deleted, leader changed, limits; 503: nobody has such a consumer
    if (!uses(*name)) return; // we deleted it
    complain("reader-consumer-gone", where->consumer,
             std::to_string(message.status) + " " + message.status_text);
    step(name->key, event::consumer_gone{name->number});
    doubt();
  }
}

void stream_reader::impl::complain(std::string_view event, std::string_view consumer,
                                   std::string_view why) {
  auto at = now().time_since_epoch().count();
  if (at < next_complaint_ns) return; // what happens to one lane happens to 200
  next_complaint_ns = at + std::chrono::nanoseconds{std::chrono::seconds{1}}.count();
  observe::log_warn(event, "{}: {}", consumer, why);
}

bool stream_reader::impl::uses(const consumer_name& name) const {
  std::lock_guard lock{mutex};
  auto found = readers.find(place_of(name.key));
  return found != readers.end() && found->second.key.owned == name.key.owned &&
         found->second.machine.last_consumer() == name.number;
}

void stream_reader::impl::step(const reader_key& key, const reader_event& what, std::string data) {
  reader_actions todo;
  {
    std::lock_guard lock{mutex};
    auto found = readers.find(place_of(key));
    if (found == readers.end() || found->second.key.owned != key.owned) return;
    step_held(found->second, what, todo);
  }
  perform(key, todo, std::move(data));
}

void stream_reader::impl::step_held(reader& reader, const reader_event& what,
                                    reader_actions& todo) {
  reader.machine.step(what, now(), todo);
  auto wake = reader.machine.wake_at();
  if (wake && *wake + coarse < alarm_at) alarm.notify_all();
}

void stream_reader::impl::run_timer() {
  std::unique_lock lock{mutex};
  while (!ending) {
    auto at = now();
    auto next = steady_time::max();
    std::vector<std::pair<reader_key, reader_actions>> todo;
    for (auto& [place, reader] : readers) {
      auto wake = reader.machine.wake_at();
      if (wake && *wake <= at)
        step_held(reader, event::tick{}, todo.emplace_back(reader.key, reader_actions{}).second);
      wake = reader.machine.wake_at();
      if (wake) next = std::min(next, *wake);
    }
    if (!todo.empty()) {
      lock.unlock();
      for (auto& [key, actions] : todo)
        perform(key, actions);
      lock.lock();
      continue;
    }
    alarm_at = next == steady_time::max() ? next : std::max(next, at + coarse);
    if (alarm_at == steady_time::max())
      alarm.wait(lock);
    else
      alarm.wait_until(lock, alarm_at);
  }
}

stream_reader::stream_reader(bus::connection& link, reader_config config, reader_host host)
  : impl_(std::make_shared<impl>(link, std::move(config), std::move(host))) {
  impl_->begin();
}

stream_reader::~stream_reader() {
  impl_->end();
}

void stream_reader::open(stream_generation generation) {
  impl_->open(generation);
}

void stream_reader::start(const reader_key& key, const position& cursor, std::uint32_t credit) {
  impl_->start(key, cursor, credit);
}

void stream_reader::stop(partition_id part) {
  impl_->stop(part);
}

void stream_reader::grant(partition_id part, lane priority, std::uint32_t messages) {
  reader_actions todo;
  reader_key key;
  {
    std::lock_guard lock{impl_->mutex};
    auto found = impl_->readers.find({priority, part});
    if (found == impl_->readers.end()) return;
    key = found->second.key;
    impl_->step_held(found->second, event::credit{messages}, todo);
  }
  impl_->perform(key, todo);
}

std::vector<position> stream_reader::impl::places(places_of which) {
  std::lock_guard lock{mutex};
  std::vector<position> found;
  for (auto& [place, reader] : readers) {
    if (std::exchange(reader.examined, true) && which == places_of::newcomers) continue;
    found.push_back(reader.machine.at());
  }
  return found;
}

std::vector<position> stream_reader::places(places_of which) {
  return impl_->places(which);
}

std::set<partition_id> stream_reader::stalled(std::chrono::milliseconds patience) const {
  std::lock_guard lock{impl_->mutex};
  std::set<partition_id> out;
  for (const auto& [place, reader] : impl_->readers)
    if (reader.machine.stalled(patience, now())) out.insert(place.second);
  return out;
}

std::array<std::int64_t, lanes> stream_reader::behind() const {
  std::lock_guard lock{impl_->mutex};
  std::array<std::int64_t, lanes> out{};
  for (const auto& [place, reader] : impl_->readers)
    out[static_cast<std::size_t>(place.first)] += reader.machine.behind();
  return out;
}

} // namespace recado::cluster
