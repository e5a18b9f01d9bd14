#include "cluster/router/inbox_writer.hpp"

#include "cluster/router/inbox_queries.hpp"
#include "runtime/observe/log.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace recado::cluster {

namespace {

using time = std::chrono::steady_clock::time_point;

/// One store() call. A large one takes several INSERTs; the first refusal ends it, because what
/// comes later must not be in the inbox without what came before.
struct call {
  std::vector<inbox_item> items;
  inbox_port::on_stored done;
  time until;
  std::vector<inbox_answer> results;

  std::size_t left() const { return items.size() - results.size(); }
  void refuse_rest(ec code) { results.resize(items.size(), fail(code)); }
};

/// What one INSERT takes: all or a first part of each call.
struct batch {
  std::vector<call> calls;
  std::vector<std::size_t> taken; ///< items of each
  std::vector<inbox_item> items;
  time until = time::max();
};

void answer(std::vector<call> calls) {
  for (auto& one : calls)
    one.done(std::move(one.results));
}

} // namespace

struct inbox_writer::impl : std::enable_shared_from_this<impl> {
  impl(store::pool& pool, inbox_config c) : db(pool), config(c) {}

  /// Not owned: a job that was the last owner would destroy the pool on the pool's own thread. The
  /// pool outlives its jobs, and the writer, which owns it, all other calls.
  store::pool& db;
  const inbox_config config;
  std::mutex mutex;
  std::condition_variable stop_wait;
  std::deque<call> queue;
  std::size_t queued = 0; ///< items
  bool in_flight = false;
  bool stopped = false;

  void add(std::vector<inbox_item> items, on_stored done);
  void pump();
  std::optional<batch> next_batch(std::vector<call>& expired);
  void run(batch& what, store::connection& link);
  tl::expected<store::rows, store::store_error> insert(const batch& what, store::connection& link);
  void fail_all(batch& what, const store::store_error& why);
  std::vector<call> give_back(batch& what);
  std::vector<call> take_all(ec code);
  bool wait_before_retry(time until);
};

void inbox_writer::impl::add(std::vector<inbox_item> items, on_stored done) {
  call fresh{
    std::move(items), std::move(done), std::chrono::steady_clock::now() + config.timeout, {}};
  std::unique_lock lock{mutex};
  auto code = stopped ? ec::store_unavailable : ec::overloaded;
  if (stopped || queued + fresh.items.size() > config.queue_max) {
    lock.unlock();
    fresh.refuse_rest(code);
    return fresh.done(std::move(fresh.results));
  }
  queued += fresh.items.size();
  queue.push_back(std::move(fresh));
  lock.unlock();
  pump();
}

/// Starts the next INSERT unless one is in flight.
void inbox_writer::impl::pump() {
  std::vector<call> expired;
  auto next = [&] {
    std::lock_guard lock{mutex};
    return in_flight ? std::nullopt : next_batch(expired);
  }();
  answer(std::move(expired));
  if (!next) return;
  auto job = std::make_shared<batch>(std::move(*next));
  if (db.post([self = shared_from_this(), job](store::connection& link) { self->run(*job, link); }))
    return;
  auto refused = take_all(ec::store_unavailable); // the pool is stopped or has no room
  for (auto& one : job->calls)
    one.refuse_rest(ec::store_unavailable);
  answer(std::move(job->calls));
  answer(std::move(refused));
}

/// With the mutex held.
std::optional<batch> inbox_writer::impl::next_batch(std::vector<call>& expired) {
  batch out;
  auto now = std::chrono::steady_clock::now();
  while (!queue.empty() && out.items.size() < config.batch_commands_max) {
    auto one = std::move(queue.front());
    queue.pop_front();
    queued -= one.left();
    if (one.until <= now) {
      one.refuse_rest(ec::store_unavailable);
      expired.push_back(std::move(one));
      continue;
    }
    auto n = std::min(one.left(), config.batch_commands_max - out.items.size());
    auto from = one.items.begin() + static_cast<std::ptrdiff_t>(one.results.size());
    out.items.insert(out.items.end(), from, from + static_cast<std::ptrdiff_t>(n));
    out.taken.push_back(n);
    out.until = std::min(out.until, one.until);
    out.calls.push_back(std::move(one));
  }
  if (out.calls.empty()) return std::nullopt;
  in_flight = true;
  return out;
}

/// On a thread of the pool.
void inbox_writer::impl::run(batch& what, store::connection& link) {
  auto stored = insert(what, link);
  if (stored) {
    auto answers = inbox_answers(what.items, *stored);
    auto next = answers.begin();
    for (std::size_t i = 0; i < what.calls.size(); ++i)
      for (auto n = what.taken[i]; n > 0; --n)
        what.calls[i].results.push_back(std::move(*next++));
    answer(give_back(what));
  } else {
    fail_all(what, stored.error());
  }
  pump();
}

/// Until the answer is definite, or for too long. A repetition waits in PostgreSQL for the doubtful
/// INSERT to end, and then finds its rows.
tl::expected<store::rows, store::store_error> inbox_writer::impl::insert(const batch& what,
                                                                         store::connection& link) {
  auto statements = insert_into_inbox(what.items, config.rows_max);
  auto out = link.run(statements, store::tx::transaction, what.until);
  bool doubt = !out && out.error().kind == store::error_kind::unknown_outcome;
  while (doubt && !out && wait_before_retry(what.until))
    out = link.run(statements, store::tx::transaction, what.until);
  if (doubt && !out) out.error().kind = store::error_kind::unknown_outcome;
  return out.map([](std::vector<store::rows> all) { return std::move(all.back()); });
}

bool inbox_writer::impl::wait_before_retry(time until) {
  std::unique_lock lock{mutex};
  auto at = std::chrono::steady_clock::now() + config.retry;
  return at < until && !stop_wait.wait_until(lock, at, [this] { return stopped; });
}

void inbox_writer::impl::fail_all(batch& what, const store::store_error& why) {
  observe::log_warn("inbox-failed", "{} commands could not be stored: {}", what.items.size(),
                    store::describe(why));
  for (auto& one : what.calls)
    one.refuse_rest(ec::store_unavailable);
  // A doubtful INSERT may yet become visible: what came behind it must not be stored before.
  std::vector<call> behind;
  if (why.kind == store::error_kind::unknown_outcome) behind = take_all(ec::store_unavailable);
  answer(give_back(what));
  answer(std::move(behind));
}

/// Ends the flight. Calls that have more to store go back to the front; the others are returned.
std::vector<call> inbox_writer::impl::give_back(batch& what) {
  std::vector<call> finished;
  std::lock_guard lock{mutex};
  in_flight = false;
  for (auto it = what.calls.rbegin(); it != what.calls.rend(); ++it) {
    auto& one = *it;
    bool refused = !one.results.empty() && !one.results.back();
    if (refused && one.left() > 0) one.refuse_rest(one.results.back().error().code);
    if (one.left() == 0) {
      finished.push_back(std::move(one));
    } else {
      queued += one.left();
      queue.push_front(std::move(one));
    }
  }
  std::reverse(finished.begin(), finished.end());
  return finished;
}

std::vector<call> inbox_writer::impl::take_all(ec code) {
  std::vector<call> out;
  std::lock_guard lock{mutex};
  for (auto& one : queue) {
    one.refuse_rest(code);
    out.push_back(std::move(one));
  }
  queue.clear();
  queued = 0;
  in_flight = false;
  return out;
}

inbox_writer::inbox_writer(std::shared_ptr<store::pool> db, inbox_config config)
  : db_(std::move(db)),
    impl_(std::make_shared<impl>(*db_, config)) {}

inbox_writer::~inbox_writer() {
  {
    std::lock_guard lock{impl_->mutex};
    impl_->stopped = true;
  }
  impl_->stop_wait.notify_all();
  answer(impl_->take_all(ec::store_unavailable));
}

void inbox_writer::store(std::vector<inbox_item> items, on_stored done) {
  if (items.empty()) return done({});
  impl_->add(std::move(items), std::move(done));
}

} // namespace recado::cluster
