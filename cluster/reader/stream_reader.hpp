#pragma once
/// Reads the command stream for all partitions of this node, over one connection and one inbox.
#include "cluster/reader/reader_machine.hpp"
#include "runtime/bus/bus.hpp"

#include <array>
#include <memory>
#include <set>

namespace recado::cluster {

struct reader_config {
  std::string cluster = "recado"; ///< as in keeper_config
  reader_limits limits;
  /// The server forgets a consumer that nobody pulls from for so long.
  std::chrono::milliseconds inactive_threshold{30'000};

  result<void> validate() const;
};

/// Which reader: one lane of one partition in one ownership.
struct reader_key {
  partition_id part = 0;
  lane priority = lane::standard;
  epoch owned = 0;
};

/// Called on library threads: must not block, may call the reader. What was on its way when a
/// partition was stopped can still arrive: compare the epoch.
struct reader_host {
  /// One command, in the order of its lane. It uses up one credit.
  std::function<void(const reader_key&, const position&, std::string data)> on_command;
  /// The lane is idle: nothing of it lies at or before this place, so its cursor may move there.
  std::function<void(const reader_key&, const position&)> on_idle;
  /// For stream_keeper::doubt: something is not there.
  std::function<void()> on_doubt;
  /// For stream_keeper::welcome: a new lane's place must be examined.
  std::function<void()> on_newcomer;
};

/// Safe to use from any thread. Its end waits for running callbacks: do not end it in one, and hold
/// no lock that one needs.
class stream_reader {
public:
  /// The connection must outlive it.
  stream_reader(bus::connection& link, reader_config config, reader_host host);
  ~stream_reader();
  stream_reader(const stream_reader&) = delete;
  stream_reader& operator=(const stream_reader&) = delete;

  /// What the keeper says: the generation to read, 0 for none (after every break of the link).
  /// Lanes that do not read it yet begin, if places() has shown where they are since the last 0.
  void open(stream_generation generation);

  /// Reads after `cursor`; a cursor of an older generation means from the beginning. `credit`: how
  /// many messages the host takes before it grants more.
  void start(const reader_key& key, const position& cursor, std::uint32_t credit);
  /// All lanes of the partition.
  void stop(partition_id part);
  void grant(partition_id part, lane priority, std::uint32_t messages);

  /// Where the lanes are, for the keeper to examine before it says open().
  std::vector<position> places(places_of which);

  /// Partitions of which a lane has had no working consumer for so long.
  std::set<partition_id> stalled(std::chrono::milliseconds patience) const;

  /// Messages that wait in the stream for the lanes read here, as of the last thing heard of each.
  std::array<std::int64_t, lanes> behind() const;

private:
  struct impl;
  std::shared_ptr<impl> impl_; ///< shared with the link's callbacks
};

} // namespace recado::cluster
