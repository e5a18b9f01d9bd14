#pragma once
/// One half of a node: what it owns. Ownership, partitions, writers, and the reader of the stream.
#include "actors/partition/partitions_actor.hpp"
#include "actors/watch/watch_board.hpp"
#include "cluster/ownership/ownership_driver.hpp"
#include "cluster/ownership/stream_rows.hpp"
#include "cluster/reader/stream_keeper.hpp"
#include "cluster/reader/stream_reader.hpp"
#include "cluster/router/router.hpp"
#include "node/wiring/channels_side.hpp"
#include "node/wiring/neighbourhood.hpp"
#include "node/wiring/settings.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/observe/metrics.hpp"

#include <atomic>
#include <caf/fwd.hpp>

namespace recado::wiring {

/// What the owner's side needs of the rest of the node. All outlive it.
struct owner_needs {
  const settings& with;
  caf::actor_system& system;
  bus::connection& link;
  clock::wall_clock& wall;
  observe::metrics& metrics;
  std::shared_ptr<local_partitions> table;
  std::shared_ptr<watch_board> board;
  std::shared_ptr<cluster::router> router;
  std::shared_ptr<store::pool> reads;
  channels_side& channels;
  std::function<void(const cluster::node_key&)> unreachable; ///< nobody answers for it any more
};

class owner_side {
public:
  explicit owner_side(owner_needs needs);
  ~owner_side();

  void start();
  /// Hands everything back, at most until the deadline.
  void release_all(std::chrono::milliseconds deadline);
  /// Ends reader, keeper and actors; after it nothing of this calls anything.
  void stop();

  void on_link(bool up);

  bool serving() const;
  std::size_t owned() const { return needs_.table->list().size(); }
  /// Another node of the cluster is there: this one serves even if it owns nothing.
  /// Of the command stream; 0: not known.
  std::int32_t generation() const { return keeper_ ? keeper_->generation() : 0; }
  cluster::ownership_counters ownership() const { return ownership_->counters(); }
  std::array<std::int64_t, lanes> behind() const { return reader_->behind(); }
  bool accompanied() const { return others_ && others_->any(); }
  /// This process cannot go on: another one has its node id, or the partitions' host has died.
  bool failed() const noexcept { return failed_; }

private:
  void start_reader();
  void start_ownership();
  void start_beacon();
  void beat();
  writer_actor spawn_one_writer(caf::actor_system& system, std::size_t index);
  partition_ports ports_of_partitions();
  partitions_ports ports_of_host();
  void answer(std::vector<std::pair<std::string, reply>> said);
  void lost(const std::vector<store::held_epoch>& gone);
  void resolve(std::vector<store::held_epoch> seen,
               std::function<void(std::vector<store::held_epoch>, std::vector<partition_id>)> done);
  void deliver(const cluster::reader_key& key, const cluster::position& at, std::string data);

  owner_needs needs_;
  std::unique_ptr<cluster::stream_rows> registry_;
  std::unique_ptr<cluster::stream_reader> reader_;
  std::unique_ptr<cluster::stream_keeper> keeper_;
  std::unique_ptr<cluster::ownership_driver> ownership_;
  std::unique_ptr<neighbourhood> others_;
  partitions_actor host_;
  std::vector<std::shared_ptr<store::worker>> writers_;
  std::shared_ptr<solitude> alone_ = std::make_shared<solitude>();
  caf::actor beacon_;
  std::atomic<bool> failed_{false};
};

} // namespace recado::wiring
