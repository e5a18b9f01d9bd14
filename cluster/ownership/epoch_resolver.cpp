#include "cluster/ownership/epoch_resolver.hpp"

#include "cluster/ownership/ownership_queries.hpp"
#include "runtime/observe/log.hpp"

#include <algorithm>

namespace recado::cluster {

namespace {

constexpr std::string_view lock_not_available = "55P03";

std::vector<partition_id> missing_in(const std::vector<held_partition>& kept,
                                     const std::vector<held_partition>& all) {
  std::vector<partition_id> out;
  for (const auto& [id, at] : all)
    if (std::none_of(kept.begin(), kept.end(),
                     [id = id](const auto& one) { return one.first == id; }))
      out.push_back(id);
  return out;
}

} // namespace

epoch_resolver::epoch_resolver(store::connection_config connect, node_key self)
  : connect_(std::move(connect)),
    self_(std::move(self)),
    thread_([this] { run(); }) {}

void epoch_resolver::resolve(std::vector<held_partition> seen, int doubtful_backend,
                             on_resolved done) {
  {
    std::lock_guard lock{mutex_};
    jobs_.push_back({std::move(seen), doubtful_backend, std::move(done)});
  }
  wake_.notify_all();
}

void epoch_resolver::stop() {
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void epoch_resolver::run() {
  store::connection db{connect_};
  std::unique_lock lock{mutex_};
  while (true) {
    wake_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    if (stopped_) return;
    auto next = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    auto kept = try_once(next, db);
    while (!kept && pause())
      kept = try_once(next, db);
    if (kept) {
      auto lost = missing_in(*kept, next.seen);
      next.done(std::move(*kept), std::move(lost));
    }
    lock.lock();
  }
}

/// A raise whose own outcome is unknown is simply made again: what is ours stays ours.
std::optional<std::vector<held_partition>> epoch_resolver::try_once(const job& what,
                                                                    store::connection& db) {
  auto answer = db.run(sql::raise_epochs(what.seen, self_), store::tx::transaction);
  if (answer) return sql::raised_of(answer->back());
  observe::log_warn("resolve-retried", "the epochs of {} partitions could not be raised yet: {}",
                    what.seen.size(), store::describe(answer.error()));
  if (answer.error().sqlstate != lock_not_available) return std::nullopt;
  if (what.doubtful_backend > 0)
    (void)db.run_one(sql::end_backend(what.doubtful_backend, connect_.application_name));
  (void)db.run_one(sql::end_stuck_backends(connect_.application_name));
  return std::nullopt;
}

/// False: stopped.
bool epoch_resolver::pause() {
  std::unique_lock lock{mutex_};
  return !wake_.wait_for(lock, retry, [this] { return stopped_; });
}

} // namespace recado::cluster
