#pragma once
/// What the nodes of a cluster say to each other over NATS: beacons, whether a quiet node lives,
/// and that a partition was released.
#include "actors/watch/watch_board.hpp"
#include "cluster/ownership/neighbours.hpp"
#include "cluster/router/router.hpp"
#include "node/wiring/echo.hpp"
#include "node/wiring/settings.hpp"

#include <functional>
#include <mutex>
#include <set>

namespace recado::wiring {

/// Thread-safe. Ends with its subscriptions: destroy it before what it calls.
class neighbourhood {
public:
  struct ports {
    std::function<void(const cluster::node_key&)> unreachable;    ///< nobody answers for it
    std::function<void(const cluster::node_key&)> serves_nothing; ///< so it says itself
    std::function<void()> nudge;                                  ///< something was released for us
    std::function<void(const cluster::node_key&)> gone;           ///< not heard for ten seconds
    std::function<void(const cluster::node_key&)> back;           ///< heard again after that
  };
  neighbourhood(const settings& with, bus::connection& link,
                std::shared_ptr<cluster::router> router, std::shared_ptr<watch_board> board,
                ports to);

  void start();
  void stop() { subscriptions_.clear(); }
  void on_link(bool up);
  /// Every 100 ms: asks those that have fallen quiet.
  void look();
  /// Another node of the cluster is there.
  bool any();
  /// NATS takes what we say, as far as we know, but our own beacons do not come back.
  bool deaf();
  /// One of our beacons leaves now.
  void says_beacon();
  /// A partition was released for this node.
  void notify(const std::string& node);

private:
  void on_beacon(const bus::message& got);
  void ask(const cluster::node_key& who);
  void missed(const cluster::node_key& who);

  const settings& with_;
  bus::connection& link_;
  std::shared_ptr<cluster::router> router_;
  std::shared_ptr<watch_board> board_;
  ports ports_;
  std::mutex mutex_;
  cluster::neighbours known_;
  std::set<cluster::node_key> quiet_;  ///< for each we have looked into PostgreSQL once
  std::set<cluster::node_key> missed_; ///< each is told to people once
  echo own_;                           ///< of our beacons
  std::vector<bus::subscription> subscriptions_;
};

} // namespace recado::wiring
