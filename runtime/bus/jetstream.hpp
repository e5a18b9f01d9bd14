#pragma once
/// JetStream management over its JSON API ($JS.API.…), asynchronous.
#include "runtime/bus/bus.hpp"

#include <future>

namespace recado::bus {

template <class T>
using done = std::function<void(outcome<T>)>;

struct stream_config {
  std::string name;
  std::vector<std::string> subjects;
  std::chrono::seconds max_age{900};
  std::int64_t max_bytes = -1; ///< -1: no limit; the oldest are discarded
  int replicas = 1;
};

struct stream_state {
  std::string name;
  std::string created; ///< RFC 3339 with nanoseconds, as the server wrote it: the stream's identity
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

struct stored_message {
  std::string subject;
  std::string data;
  std::uint64_t seq = 0;
  std::int64_t published_ns =
    0; ///< the server's clock, Unix nanoseconds; the same as in an ack subject
};

/// A pull consumer without acks, in memory, one replica: cheap to make (1 ms), gone with the
/// server.
struct consumer_config {
  std::string stream;
  std::string name;
  std::string filter_subject;
  std::uint64_t start_seq = 1;
  std::chrono::milliseconds inactive_threshold{30'000};
};

/// Holds no state: copy it. The connection must outlive its calls.
class jetstream {
public:
  explicit jetstream(connection& link, std::chrono::milliseconds timeout = std::chrono::seconds{2})
    : link_(&link),
      timeout_(timeout) {}

  /// Creates a stream (limits retention, file storage, discard old), or answers with the one that
  /// has this name and this configuration; `refused` if it has another one.
  void ensure_stream(const stream_config& config, done<stream_state> then) const;
  void stream_info(const std::string& name, done<stream_state> then) const;
  void delete_stream(const std::string& name, done<bool> then) const;
  /// The names of the streams that listen to a subject of this pattern (at most 1,024).
  void stream_names(const std::string& subject_pattern, done<std::vector<std::string>> then) const;
  void get_message(const std::string& stream, std::uint64_t seq, done<stored_message> then) const;
  void create_consumer(const consumer_config& config, done<bool> then) const;
  void delete_consumer(const std::string& stream, const std::string& name, done<bool> then) const;

private:
  connection* link_;
  std::chrono::milliseconds timeout_;
};

/// Blocks for a call of above: `wait<stream_state>([&](auto then) { js.stream_info("CMD", then);
/// })`. Every call ends within its timeout. Never in a handler.
template <class T, class Start>
outcome<T> wait(Start&& start) {
  auto promise = std::make_shared<std::promise<outcome<T>>>();
  auto answer = promise->get_future();
  start(done<T>([promise](outcome<T> value) { promise->set_value(std::move(value)); }));
  return answer.get();
}

} // namespace recado::bus
