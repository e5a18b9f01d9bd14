#pragma once
/// Threads with one connection each that share one bounded queue.
#include "runtime/store/connection.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace recado::store {

struct pool_config {
  std::size_t threads = 4;
  std::size_t queue_max = 1'024;        ///< jobs waiting; beyond it run() answers overloaded
  milliseconds default_timeout{10'000}; ///< of a job, waiting included
};

struct pool_counters {
  std::uint64_t queued = 0; ///< waiting now
  std::uint64_t runs = 0;   ///< jobs that had their turn
  std::uint64_t refused = 0;
  std::uint64_t expired = 0;                       ///< deadline passed while queued
  std::uint64_t opens = 0;                         ///< connects
  std::uint64_t busy_us = 0;                       ///< all threads together
  std::array<std::uint64_t, error_kinds> errors{}; ///< by error_kind, of run()
};

class pool {
public:
  using done_fn = std::function<void(outcome)>;
  using job_fn = std::function<void(connection&)>;

  /// `name` is the threads' name, at most 15 bytes.
  pool(std::string name, connection_config connect, pool_config config);
  ~pool(); ///< stops
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  /// Runs the statements on the next free thread. `done` is called exactly once, on that thread;
  /// with `overloaded` or `stopped` at once on the caller's. A job whose deadline passed while it
  /// was queued is answered `timeout` without being run, when its turn comes.
  void run(std::vector<statement> statements, tx mode, done_fn done);
  void run(std::vector<statement> statements, tx mode, done_fn done, deadline until);

  /// Whatever else needs a connection. False: full or stopped, and the job was dropped. A job that
  /// was accepted is called exactly once; after stop() its connection answers `stopped`.
  [[nodiscard]] bool post(job_fn job);

  /// Lets running jobs end, answers queued ones `stopped`, joins. Not from a pool thread.
  void stop();

  pool_counters counters() const;
  std::size_t threads() const noexcept;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace recado::store
