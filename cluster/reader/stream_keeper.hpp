#pragma once
/// Knows which generation of the command stream is the present one, and makes the next one when the
/// stream on the server is not the one we read (any more).
#include "cluster/reader/stream_verdict.hpp"
#include "runtime/bus/bus.hpp"

#include <memory>

namespace recado::cluster {

/// PORT: the table `stream` in PostgreSQL. Blocks, with time-outs of its own.
class stream_registry {
public:
  virtual ~stream_registry() = default;
  virtual result<registered_stream> load(const std::string& base) = 0;
  /// False: the row is not (any more) `seen`. A `seen` of generation 0 inserts it.
  virtual result<bool> compare_and_set(const std::string& base, const registered_stream& seen,
                                       const registered_stream& next) = 0;
};

struct keeper_config {
  std::string cluster = "recado"; ///< begins the names of streams and subjects
  int max_age_s = 900;            ///< of a command in the stream
  std::int64_t max_bytes = 1LL << 30;
  int replicas = 1;
  int refresh_ms = 5'000; ///< between looks when nothing happens
  int answer_ms = 2'000;  ///< for one call to JetStream
  int backoff_ms_first = 50;
  int backoff_ms_max = 1'000;

  result<void> validate() const;
};

/// The command in a message of the stream: nil if there is none.
using command_finder = std::function<command_id(std::string_view data)>;
command_id command_in_envelope(std::string_view data);

struct keeper_ports {
  stream_registry& registry;
  /// The places that this node's readers have reached: all, or those that were never asked for on
  /// this link. From the keeper's thread.
  std::function<std::vector<position>(places_of)> places;
  /// The generation to read from and to publish to; 0: none is known, the link is down. Called on
  /// the keeper's thread when it changes and after every examination of the places: they are sound.
  std::function<void(stream_generation)> on_generation;
  command_finder find_command = command_in_envelope;
};

/// Runs on one thread of its own, because the registry blocks. Every node has one.
class stream_keeper {
public:
  /// Starts at once. The connection, the registry and what the ports refer to must outlive it.
  stream_keeper(bus::connection& link, keeper_config config, keeper_ports ports);
  ~stream_keeper();
  stream_keeper(const stream_keeper&) = delete;
  stream_keeper& operator=(const stream_keeper&) = delete;

  /// Nothing is looked at and no port is called after it. Whatever else is asked stays allowed.
  void stop();

  /// Something looks wrong (a stream or consumer is gone, nobody listens): examine all places soon.
  /// Cheap, from any thread.
  void doubt();
  /// A reader is new: examine its place soon. Others are not asked for again, because partitions
  /// come by the dozen when a node is emptied, and callers wait.
  void welcome();
  stream_generation generation() const noexcept;

private:
  struct impl;
  std::shared_ptr<impl> impl_; ///< shared with the link's callbacks
};

} // namespace recado::cluster
