#include "cluster/reader/stream_keeper.hpp"

#include "runtime/bus/jetstream.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/time.hpp"
#include "schemas/wire.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace recado::cluster {

using bus::done;
using bus::outcome;
using bus::wait;
using std::chrono::milliseconds;

result<void> keeper_config::validate() const {
  auto bad = [](const char* what) { return fail(ec::invalid_request, what); };
  if (cluster.empty() || cluster.find_first_of(". *>\t") != std::string::npos)
    return bad("stream.cluster: must be a word without dots and blanks");
  if (max_age_s < 60) return bad("stream.max_age_s: at least 60");
  if (max_bytes < 1 << 20) return bad("stream.max_bytes: at least 1 MiB");
  if (replicas < 1 || replicas > 5) return bad("stream.replicas: 1 to 5");
  if (refresh_ms < 1 || answer_ms < 1) return bad("stream.refresh_ms, answer_ms: must be positive");
  if (backoff_ms_first < 1 || backoff_ms_max < backoff_ms_first)
    return bad("stream.backoff_ms_first and backoff_ms_max: must be positive and in order");
  return {};
}

command_id command_in_envelope(std::string_view data) {
  auto found = decode_command(data);
  return found ? found->id : command_id{};
}

/// How much a look examines: nothing but the stream, the places of new readers, all places.
enum class depth : std::uint8_t { stream, newcomers, all };

struct stream_keeper::impl : std::enable_shared_from_this<impl> {
  impl(bus::connection& connection, keeper_config settings, keeper_ports given)
    : link(connection),
      jetstream(connection, milliseconds{settings.answer_ms}),
      config(std::move(settings)),
      ports(std::move(given)) {}

  bus::connection& link;
  const bus::jetstream jetstream;
  const keeper_config config;
  const keeper_ports ports;
  bus::subscription news;

  std::mutex mutex;
  std::condition_variable wake;
  bool ending = false;
  bool doubted = true;          ///< look as soon as possible
  bool newcomers = false;       ///< the same, for the places of new readers
  std::uint64_t link_count = 0; ///< of the present link; 0: none
  std::thread thread;

  std::atomic<stream_generation> told{0};
  std::uint64_t told_link = 0; ///< below: only the thread
  steady_time next_sweep{};

  void begin();
  void end();
  void on_link(const bus::link_event& event);
  void doubt();
  void welcome();

  void run();
  bool look(std::uint64_t on_link, depth how);
  void tell(stream_generation generation, std::uint64_t on_link);
  result<stream_generation> settle(depth how);
  result<std::vector<probe>> examine(const std::vector<position>& places,
                                     stream_generation generation) const;
  result<std::optional<stream_facts>> facts(stream_generation generation) const;
  result<std::string> make(stream_generation generation) const;
  void sweep(const registered_stream& row);
};

namespace {

failure unavailable(const bus::error& error) {
  return fail(ec::store_unavailable, bus::describe(error));
}

/// Starts all calls at once and waits for their answers, in order.
template <class T, class Start>
std::vector<outcome<T>> wait_all(std::size_t count, Start start) {
  std::vector<std::future<outcome<T>>> answers;
  for (std::size_t i = 0; i < count; ++i) {
    auto promise = std::make_shared<std::promise<outcome<T>>>();
    answers.push_back(promise->get_future());
    start(i, done<T>([promise](outcome<T> value) { promise->set_value(std::move(value)); }));
  }
  std::vector<outcome<T>> all;
  all.reserve(answers.size());
  for (auto& answer : answers)
    all.push_back(answer.get());
  return all;
}

} // namespace

void stream_keeper::impl::begin() {
  link.watch([weak = weak_from_this()](const bus::link_event& event) {
    if (auto self = weak.lock()) self->on_link(event);
  });
  auto heard = link.subscribe(stream_news(config.cluster), [weak = weak_from_this()](bus::message) {
    if (auto self = weak.lock()) self->doubt();
  });
  if (heard) news = std::move(*heard);
  thread = std::thread{[this] { run(); }};
}

void stream_keeper::impl::end() {
  news = {};
  {
    std::lock_guard lock{mutex};
    ending = true;
    wake.notify_one();
  }
  if (thread.joinable()) thread.join();
}

void stream_keeper::impl::on_link(const bus::link_event& event) {
  std::lock_guard lock{mutex};
  link_count = event.now == bus::link::connected ? event.generation : 0;
  doubted = true;
  wake.notify_one();
}

void stream_keeper::impl::doubt() {
  std::lock_guard lock{mutex};
  doubted = true;
  wake.notify_one();
}

void stream_keeper::impl::welcome() {
  std::lock_guard lock{mutex};
  newcomers = true;
  wake.notify_one();
}

void stream_keeper::impl::run() {
  milliseconds backoff{config.backoff_ms_first};
  std::unique_lock lock{mutex};
  while (!ending) {
    auto on_link = link_count;
    auto thorough = std::exchange(doubted, false) || on_link != told_link;
    auto how = thorough ? depth::all : newcomers ? depth::newcomers : depth::stream;
    newcomers = false;
    lock.unlock();
    if (on_link != told_link) tell(0, 0);
    auto settled = on_link == 0 || look(on_link, how);
    lock.lock();
    // Newcomers that were asked for in vain are none the next time: all of them, then.
    doubted = doubted || (how != depth::stream && !settled);
    auto pause = settled ? milliseconds{config.refresh_ms} : backoff;
    backoff = settled ? milliseconds{config.backoff_ms_first}
                      : std::min(backoff * 2, milliseconds{config.backoff_ms_max});
    // Doubts do not shorten a back-off; a new link does.
    wake.wait_for(lock, pause, [&] {
      return ending || link_count != on_link || ((doubted || newcomers) && settled);
    });
  }
}

/// One look at PostgreSQL and the server. False: one of them could not answer.
bool stream_keeper::impl::look(std::uint64_t on_link, depth how) {
  auto generation = settle(how);
  if (!generation) {
    observe::log_warn("stream-unknown", "{}", generation.error().detail);
    return false;
  }
  {
    std::lock_guard lock{mutex};
    if (link_count != on_link) return true; // the link broke meanwhile: look again
  }
  if (how != depth::stream || *generation != told) tell(*generation, on_link);
  return true;
}

void stream_keeper::impl::tell(stream_generation generation, std::uint64_t on_link) {
  told_link = on_link;
  if (generation == 0 && told == 0) return;
  told = generation;
  ports.on_generation(generation);
}

/// The present generation, after making a new one if need be.
result<stream_generation> stream_keeper::impl::settle(depth how) {
  for (;;) {
    // Places before the row, and both before the facts: see judge().
    std::vector<position> places;
    if (how != depth::stream)
      places = ports.places(how == depth::all ? places_of::all : places_of::newcomers);
    auto row = ports.registry.load(stream_base(config.cluster));
    if (!row) return failure{row.error()};
    auto probes = examine(places, row->generation);
    if (!probes) return failure{probes.error()};
    auto found = facts(row->generation);
    if (!found) return failure{found.error()};
    auto judged = judge(*row, *found, *probes);
    if (judged == verdict::same) {
      sweep(*row);
      return row->generation;
    }
    registered_stream next{next_generation(*row, *probes), {}};
    auto made = make(next.generation);
    if (!made) return failure{made.error()};
    next.created = *made;
    auto moved = ports.registry.compare_and_set(stream_base(config.cluster), *row, next);
    if (!moved) return failure{moved.error()};
    if (!*moved) { // another node was faster: see what it made, with the same places and more
      if (how == depth::newcomers) how = depth::all;
      continue;
    }
    observe::log_warn("stream-generation", "generation {} is now {}: {}", row->generation,
                      next.generation, to_string(judged));
    (void)link.publish(stream_news(config.cluster), "");
    return next.generation;
  }
}

result<std::vector<probe>> stream_keeper::impl::examine(const std::vector<position>& places,
                                                        stream_generation generation) const {
  std::vector<probe> probes;
  probes.reserve(places.size());
  for (const auto& at : places)
    probes.push_back({at, std::nullopt});
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < probes.size(); ++i)
    if (probes[i].at.generation == generation && probes[i].at.seq > 0) asked.push_back(i);
  auto name = stream_name(config.cluster, generation);
  auto answers = wait_all<bus::stored_message>(asked.size(), [&](std::size_t i, auto then) {
    jetstream.get_message(name, static_cast<std::uint64_t>(probes[asked[i]].at.seq), then);
  });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& into = probes[asked[i]];
    if (!answers[i] && answers[i].error().why != bus::reason::not_found)
      return unavailable(answers[i].error());
    if (answers[i])
      into.found = probe::message{answers[i]->published_ns, ports.find_command(answers[i]->data)};
  }
  return probes;
}

result<std::optional<stream_facts>> stream_keeper::impl::facts(stream_generation generation) const {
  if (generation == 0) return std::nullopt;
  auto name = stream_name(config.cluster, generation);
  auto info = wait<bus::stream_state>([&](auto then) { jetstream.stream_info(name, then); });
  if (info)
    return stream_facts{info->created, static_cast<std::int64_t>(info->first_seq),
                        static_cast<std::int64_t>(info->last_seq)};
  if (info.error().why == bus::reason::not_found) return std::nullopt;
  return unavailable(info.error());
}

/// The time of birth of that generation's stream, which it makes if there is none.
result<std::string> stream_keeper::impl::make(stream_generation generation) const {
  bus::stream_config wanted;
  wanted.name = stream_name(config.cluster, generation);
  wanted.subjects = {stream_subjects(config.cluster, generation)};
  wanted.max_age = std::chrono::seconds{config.max_age_s};
  wanted.max_bytes = config.max_bytes;
  wanted.replicas = config.replicas;
  auto made = wait<bus::stream_state>([&](auto then) { jetstream.ensure_stream(wanted, then); });
  if (!made && made.error().why == bus::reason::refused) // it exists with other limits: good enough
    made = wait<bus::stream_state>([&](auto then) { jetstream.stream_info(wanted.name, then); });
  if (!made) return unavailable(made.error());
  return made->created;
}

/// Deletes the streams of generations that nobody needs any more. Best effort; any node may do it.
void stream_keeper::impl::sweep(const registered_stream& row) {
  auto now = std::chrono::steady_clock::now();
  if (row.generation <= 1 || now < next_sweep) return;
  next_sweep = now + std::chrono::seconds{config.max_age_s} / 4;
  auto born = parse_rfc3339(row.created);
  auto age = std::chrono::seconds{config.max_age_s};
  if (!born || std::chrono::system_clock::now() < *born + age) return;
  auto names = wait<std::vector<std::string>>(
    [&](auto then) { jetstream.stream_names(config.cluster + ".cmd.>", then); });
  if (!names) return;
  for (const auto& name : *names) {
    auto generation = generation_of(config.cluster, name);
    if (!generation || *generation >= row.generation) continue;
    auto gone = wait<bool>([&](auto then) { jetstream.delete_stream(name, then); });
    if (gone) observe::log_info("stream-swept", "{}", name);
  }
}

stream_keeper::stream_keeper(bus::connection& link, keeper_config config, keeper_ports ports)
  : impl_(std::make_shared<impl>(link, std::move(config), std::move(ports))) {
  impl_->begin();
}

stream_keeper::~stream_keeper() {
  stop();
}

void stream_keeper::stop() {
  impl_->end();
}

void stream_keeper::doubt() {
  impl_->doubt();
}

void stream_keeper::welcome() {
  impl_->welcome();
}

stream_generation stream_keeper::generation() const noexcept {
  return impl_->told;
}

} // namespace recado::cluster
