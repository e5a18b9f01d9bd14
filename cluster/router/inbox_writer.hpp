#pragma once
/// inbox_port over PostgreSQL: while one INSERT is in flight, the next one gathers.
#include "cluster/router/ports.hpp"
#include "runtime/store/pool.hpp"

namespace recado::cluster {

struct inbox_config {
  std::int64_t rows_max = 10'000;           ///< per partition, counted within the INSERT
  std::size_t batch_commands_max = 1'000;   ///< of one INSERT
  std::size_t queue_max = 65'536;           ///< commands waiting; beyond it overloaded
  std::chrono::milliseconds timeout{3'000}; ///< of a call, waiting included
  std::chrono::milliseconds retry{50};      ///< after an INSERT whose outcome is unknown
};

/// It may be destroyed before or after `db` is stopped; every `done` is called in both cases.
class inbox_writer : public inbox_port {
public:
  /// It uses one thread of the pool at a time.
  explicit inbox_writer(std::shared_ptr<store::pool> db, inbox_config config = {});
  ~inbox_writer() override;

  /// The stored envelope has neither reply_to, origin nor predecessor.
  void store(std::vector<inbox_item> items, on_stored done) override;

private:
  struct impl;
  std::shared_ptr<store::pool> db_;
  std::shared_ptr<impl> impl_; ///< shared with the job in flight
};

} // namespace recado::cluster
