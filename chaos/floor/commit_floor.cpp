#include "chaos/floor/commit_floor.hpp"

#include "chaos/floor/floor_writer.hpp"
#include "chaos/load/process_cost.hpp"

#include <atomic>
#include <exception>
#include <fmt/format.h>
#include <stdexcept>
#include <thread>

namespace recado::floors {
namespace {

using clock = std::chrono::steady_clock;

store::rows must(tl::expected<store::rows, store::store_error> got) {
  if (!got) throw std::runtime_error("commit: " + store::describe(got.error()));
  return std::move(*got);
}

/// All writers at work, each on a thread of its own, until it ends.
class shift {
public:
  struct totals {
    std::uint64_t messages = 0, commits = 0;
    double cpu_s = 0;
  };

  shift(const std::vector<std::unique_ptr<floor_writer>>& writers, unsigned batch,
        unsigned text_bytes, bool cursors)
    : told_(writers.size()) {
    for (std::size_t i = 0; i < writers.size(); ++i)
      threads_.emplace_back([=, this, writer = writers[i].get()] {
        work(*writer, told_[i], batch, text_bytes, cursors);
      });
  }
  ~shift() { stop(); }
  shift(const shift&) = delete;
  shift& operator=(const shift&) = delete;

  totals so_far() const {
    totals out;
    for (const auto& one : told_) {
      out.messages += one.messages;
      out.commits += one.commits;
      out.cpu_s += one.cpu_s;
    }
    return out;
  }

  /// Waits for the last commits; throws what ended a writer early.
  totals end() {
    stop();
    for (const auto& one : told_)
      if (one.failure) std::rethrow_exception(one.failure);
    return so_far();
  }

private:
  struct share {
    std::atomic<std::uint64_t> messages{0}, commits{0};
    std::atomic<double> cpu_s{0};
    std::exception_ptr failure;
  };

  void work(floor_writer& writer, share& mine, unsigned batch, unsigned text_bytes, bool cursors) {
    auto cpu_before = writer.cpu_s();
    try {
      while (!ending_) {
        writer.commit(batch, text_bytes, cursors);
        mine.messages += batch;
        ++mine.commits;
        mine.cpu_s = writer.cpu_s() - cpu_before;
      }
    } catch (...) {
      mine.failure = std::current_exception();
    }
  }

  void stop() {
    ending_ = true;
    for (auto& one : threads_)
      if (one.joinable()) one.join();
  }

  std::vector<share> told_;
  std::atomic<bool> ending_{false};
  std::vector<std::thread> threads_;
};

} // namespace

struct commit_floor::impl {
  impl(const options& settings, const servers& where);

  std::vector<store::held_epoch> claim_all();
  std::int64_t number(std::string_view sql);
  void fresh_table();
  void run(const std::string& sql);

  /// What was done and spent so far.
  struct reading {
    clock::time_point at = clock::now();
    shift::totals writers;
    double server_cpu_s = 0;
    std::uint64_t wal_bytes = 0;
  };
  reading read(const shift& from);

  const options& how;
  const servers& at;
  store::connection db;
  std::vector<std::unique_ptr<floor_writer>> writers;
};

commit_floor::impl::impl(const options& settings, const servers& where)
  : how(settings),
    at(where),
    db(config_of(where.postgres_url(), "recado-floor-eye")) {
  std::vector<std::vector<store::held_epoch>> shares(how.writers);
  for (const auto& held : claim_all())
    shares[held.first % how.writers].push_back(held);
  for (auto& share : shares)
    writers.push_back(std::make_unique<floor_writer>(at.postgres_url(), share));
  for (unsigned i = 0; i < how.conversations; ++i) {
    auto part = static_cast<partition_id>(i % default_partitions);
    writers[part % how.writers]->add(at.client(), part, i);
  }
}

/// A node would have made them with its first start.
std::vector<store::held_epoch> commit_floor::impl::claim_all() {
  run(fmt::format("insert into partition (id) select generate_series(0, {})",
                  default_partitions - 1));
  std::vector<store::held_epoch> seen, held;
  for (partition_id part = 0; part < default_partitions; ++part)
    seen.emplace_back(part, 0);
  auto got = must(db.run_one(store::claim(seen, "floor", 1)));
  for (std::size_t i = 0; i < got.size(); ++i)
    held.emplace_back(static_cast<partition_id>(got.get_int(i, 0)), got.get_int(i, 1));
  if (held.size() != default_partitions)
    throw std::runtime_error("commit: the partitions are somebody else's");
  return held;
}

std::int64_t commit_floor::impl::number(std::string_view sql) {
  return must(db.run_one({"", sql, {}, store::expect::rows})).get_int(0, 0);
}

/// Every measurement begins with an empty table and nothing to be written back.
void commit_floor::impl::fresh_table() {
  run("truncate message");
  run("checkpoint");
}

void commit_floor::impl::run(const std::string& sql) {
  if (auto done = db.script(sql); !done)
    throw std::runtime_error("commit: " + store::describe(done.error()));
}

commit_floor::impl::reading commit_floor::impl::read(const shift& from) {
  reading out;
  out.writers = from.so_far();
  out.server_cpu_s = load::cost_of_family(at.postgres_pid()).cpu_s;
  out.wal_bytes = static_cast<std::uint64_t>(
    number("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"));
  return out;
}

commit_floor::commit_floor(const options& how, const servers& at)
  : impl_(std::make_unique<impl>(how, at)) {}
commit_floor::~commit_floor() = default;

figure commit_floor::measure(unsigned batch, bool cursors) {
  auto& my = *impl_;
  my.fresh_table();
  shift all{my.writers, batch, my.how.text_bytes, cursors};
  std::this_thread::sleep_for(std::chrono::seconds{warm_up_s(my.how)});
  auto before = my.read(all);
  std::this_thread::sleep_for(std::chrono::seconds{my.how.seconds});
  auto after = my.read(all);
  auto last = all.end();
  figure out;
  out.name = "commit";
  out.batch = batch;
  out.cursors = cursors;
  out.messages = after.writers.messages - before.writers.messages;
  out.commits = after.writers.commits - before.writers.commits;
  out.seconds = std::chrono::duration<double>(after.at - before.at).count();
  out.client_cpu_s = after.writers.cpu_s - before.writers.cpu_s;
  out.server_cpu_s = after.server_cpu_s - before.server_cpu_s;
  out.wal_bytes = after.wal_bytes - before.wal_bytes;
  out.said = last.messages;
  out.found = static_cast<std::uint64_t>(my.number("select count(*) from message"));
  return out;
}

} // namespace recado::floors
