#pragma once
/// Drivers of ownership over a real PostgreSQL, and what they told.
#include "cluster/ownership/ownership_driver.hpp"
#include "tests/worlds/postgres_server.hpp"

#include <condition_variable>
#include <mutex>
#include <set>

namespace recado::cluster::test {

using namespace std::chrono_literals;

recado::test::postgres_server& server();

/// The clean database with our tables and 64 partitions.
struct ownership_database {
  ownership_database();
  store::connection another(const std::string& session = "test") const;
  store::rows query(std::string_view sql) const { return server().query(sql, name); }
  void exec(std::string_view sql) const { server().exec(sql, name); }
  /// As a dead process leaves them.
  void give_all_to(const node_key& who) const;

  std::string name;
};

/// One driver; its owner hands over whatever it is asked to.
struct running_node {
  running_node(const ownership_database& db, node_key who, bool hands_over = true);
  void start() { driver.start(); }

  /// Waits, at most half a minute.
  bool until(const std::function<bool()>& holds);
  std::size_t owned() const { return holding.size(); }

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<partition_id, owned_partition> holding;
  std::set<partition_id> dropped;
  std::vector<bool> serving;
  bool superseded = false;
  std::optional<wall_time> clock;
  ownership_driver driver; ///< last: its callbacks use the others

private:
  ownership_callbacks callbacks(bool hands_over);
};

} // namespace recado::cluster::test
