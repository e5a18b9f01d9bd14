#pragma once
/// The actor that holds one connection and takes the writer's turn on it, over and over.
#include "actors/writer/gather.hpp"
#include "actors/writer/solitude.hpp"
#include "cluster/writer/turn.hpp"
#include "runtime/store/worker.hpp"

namespace recado {

/// Raises the epochs of a doubtful batch until one answer is definite (design section 4).
using resolve_epochs = std::function<void(
  std::vector<store::held_epoch> seen,
  std::function<void(std::vector<store::held_epoch> kept, std::vector<partition_id> lost)> done)>;

struct writer_config {
  std::string node = "n1";
  gather_limits batch;
  cluster::turn_config turn;
  std::chrono::milliseconds inbox_poll{250}; ///< while idle
  std::size_t inbox_rows_max = 500;
  std::chrono::seconds applied_kept{20 * 60}; ///< longer than the stream's max_age
  /// A command over which so many owners died is set aside.
  std::int32_t attempts_max = 3;
  /// So long after the death of an owner every batch is named before it is begun: what killed it
  /// comes again by then.
  std::chrono::seconds naming{2};
  /// Suspects that did not come again until then will not come any more.
  std::chrono::seconds suspicion{60};
};

/// What one commit was like, for metrics.
struct batch_report {
  std::size_t commands = 0;
  std::chrono::microseconds read{}, decide{}, commit{};
  cluster::outcome how = cluster::outcome::done;
  std::size_t waiting = 0;   ///< commands that gathered meanwhile
  std::string error_class{}; ///< the first two characters of the SQLSTATE; empty: none
};

/// What the writer does to the world besides PostgreSQL. All are called in the actor.
struct writer_ports {
  std::shared_ptr<store::worker> db;
  /// Of all writers of the process.
  std::shared_ptr<solitude> alone = std::make_shared<solitude>();
  std::function<wall_time()> now;
  std::function<steady_time()> steady;
  /// Answers of owners, each with the subject that waits for it.
  std::function<void(std::vector<std::pair<std::string, reply>>)> answer;
  resolve_epochs resolve;
  /// The fence said that these partitions have another owner.
  std::function<void(std::vector<store::held_epoch>)> lost;
  std::function<void(const batch_report&)> observed;
};

writer_actor spawn_writer(caf::actor_system& system, writer_config config, writer_ports ports);

} // namespace recado
