#pragma once
/// Is the stream on the server still the one we read? The rules, without NATS and PostgreSQL.
///
/// JetStream does not fsync: after a power cut its tail may be missing, and may be filled again
/// with other messages before we look. A reader that went on from its place would skip those in
/// silence.
#include "cluster/reader/position.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace recado::cluster {

/// The row of a stream in PostgreSQL. Generation 0: there is no row yet.
struct registered_stream {
  stream_generation generation = 0;
  std::string created; ///< the stream's identity, as the server reported it
  bool operator==(const registered_stream&) const = default;
};

/// What the server says of the stream of that generation.
struct stream_facts {
  std::string created;
  std::int64_t first_seq = 0;
  std::int64_t last_seq = 0;
};

/// A place that a reader of ours has reached, and the message that is found there.
struct probe {
  struct message {
    std::int64_t published_ns = 0;
    command_id command;
  };
  position at;
  std::optional<message> found;
};

enum class verdict : std::uint8_t {
  same,
  unregistered, ///< there is no row yet
  row_rewound,  ///< a reader knows a younger generation than PostgreSQL, which was restored
  missing,      ///< no such stream
  recreated,    ///< another one under its name
  cut,          ///< it ends before a place that we have read
  hole,         ///< a message that we have read is missing
  rewritten,    ///< another message is where we have read
};
std::string_view to_string(verdict value) noexcept;

/// The facts must be younger than the probes, and the row younger than their places.
verdict judge(const registered_stream& row, const std::optional<stream_facts>& facts,
              const std::vector<probe>& probes);

/// The generation that follows when the stream is not the same.
stream_generation next_generation(const registered_stream& row, const std::vector<probe>& probes);

} // namespace recado::cluster
