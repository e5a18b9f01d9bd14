#pragma once
/// INTERNAL to ownership_driver: makes commits with an unknown outcome definite, on a thread and a
/// session of its own, because it may wait long.
#include "cluster/ownership/ownership_types.hpp"
#include "runtime/store/connection.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace recado::cluster {

class epoch_resolver {
public:
  using on_resolved =
    std::function<void(std::vector<held_partition> kept, std::vector<partition_id> lost)>;
  static constexpr std::chrono::milliseconds retry{50};

  epoch_resolver(store::connection_config connect, node_key self);
  ~epoch_resolver() { stop(); }

  void resolve(std::vector<held_partition> seen, int doubtful_backend, on_resolved done);
  /// Drops what is not resolved yet.
  void stop();

private:
  struct job {
    std::vector<held_partition> seen;
    int doubtful_backend = 0;
    on_resolved done;
  };
  void run();
  std::optional<std::vector<held_partition>> try_once(const job& what, store::connection& db);
  bool pause();

  const store::connection_config connect_;
  const node_key self_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<job> jobs_; ///< at most one per writer
  bool stopped_ = false;
  std::thread thread_;
};

} // namespace recado::cluster
