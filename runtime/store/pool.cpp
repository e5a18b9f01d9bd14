#include "runtime/store/pool.hpp"

#include "runtime/observe/log.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>

namespace recado::store {
namespace {

struct job {
  std::vector<statement> statements;
  tx mode = tx::single;
  pool::done_fn done; // of run()
  deadline until = deadline::max();
  pool::job_fn work; // of post()
};

outcome refusal(error_kind kind, std::string_view why) {
  return tl::unexpected{store_error{kind, {}, std::string{why}, {}, {}}};
}

/// A callback that throws must not take the thread along, and all that is queued with it.
template <class Fun>
void guarded(const Fun& fun) {
  try {
    fun();
  } catch (const std::exception& e) {
    observe::log_error("store-callback-threw", "{}", e.what());
  }
}

} // namespace

struct pool::impl {
  std::string name;
  connection_config connect;
  pool_config config;

  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<job> queue;
  bool stopping = false;
  pool_counters counters;
  std::vector<std::thread> threads;

  error_kind enqueue(job& next);
  std::optional<job> dequeue();
  void serve();
  void execute(job& next, connection& db);
  outcome answer(job& next, connection& db);
  void count(const outcome& result);
};

/// none, or why the job was not taken.
error_kind pool::impl::enqueue(job& next) {
  std::lock_guard lock{mutex};
  if (stopping || queue.size() >= config.queue_max) {
    ++counters.refused;
    return stopping ? error_kind::stopped : error_kind::overloaded;
  }
  queue.push_back(std::move(next));
  wake.notify_one();
  return error_kind::none;
}

/// Waits for a job; after stop() what is left, then nullopt.
std::optional<job> pool::impl::dequeue() {
  std::unique_lock lock{mutex};
  wake.wait(lock, [this] { return stopping || !queue.empty(); });
  if (queue.empty()) return std::nullopt;
  auto next = std::move(queue.front());
  queue.pop_front();
  return next;
}

void pool::impl::serve() {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  connection db{connect};
  while (auto next = dequeue()) {
    {
      std::lock_guard lock{mutex};
      if (stopping) db.refuse_all();
    }
    auto opens = db.opens();
    auto begun = deadline::clock::now();
    execute(*next, db);
    auto took = deadline::clock::now() - begun;
    std::lock_guard lock{mutex};
    counters.opens += db.opens() - opens;
    counters.busy_us += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  }
}

void pool::impl::execute(job& next, connection& db) {
  if (next.work) {
    guarded([&] { next.work(db); });
    std::lock_guard lock{mutex};
    ++counters.runs;
    return;
  }
  auto result = answer(next, db);
  count(result);
  guarded([&] { next.done(std::move(result)); });
}

outcome pool::impl::answer(job& next, connection& db) {
  if (deadline::clock::now() >= next.until) {
    std::lock_guard lock{mutex};
    ++counters.expired;
    return refusal(error_kind::timeout, "the deadline passed in the queue");
  }
  return db.run(next.statements, next.mode, next.until);
}

void pool::impl::count(const outcome& result) {
  std::lock_guard lock{mutex};
  ++counters.runs;
  if (!result) ++counters.errors[static_cast<std::size_t>(result.error().kind)];
}

pool::pool(std::string name, connection_config connect, pool_config config)
  : impl_(std::make_unique<impl>()) {
  impl_->name = std::move(name);
  impl_->connect = std::move(connect);
  impl_->config = config;
  for (std::size_t i = 0; i < config.threads; ++i)
    impl_->threads.emplace_back([p = impl_.get()] { p->serve(); });
}

pool::~pool() {
  stop();
}

void pool::run(std::vector<statement> statements, tx mode, done_fn done) {
  auto until = deadline::clock::now() + impl_->config.default_timeout;
  run(std::move(statements), mode, std::move(done), until);
}

void pool::run(std::vector<statement> statements, tx mode, done_fn done, deadline until) {
  job next{std::move(statements), mode, std::move(done), until, {}};
  auto refused = impl_->enqueue(next);
  if (refused == error_kind::none) return;
  next.done(
    refusal(refused, refused == error_kind::stopped ? "shutting down" : "the queue is full"));
}

bool pool::post(job_fn work) {
  job next;
  next.work = std::move(work);
  return impl_->enqueue(next) == error_kind::none;
}

void pool::stop() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock{impl_->mutex};
    impl_->stopping = true;
    threads.swap(impl_->threads);
  }
  impl_->wake.notify_all();
  for (auto& thread : threads)
    thread.join();
}

pool_counters pool::counters() const {
  std::lock_guard lock{impl_->mutex};
  auto copy = impl_->counters;
  copy.queued = impl_->queue.size();
  return copy;
}

std::size_t pool::threads() const noexcept {
  return impl_->config.threads;
}

} // namespace recado::store
