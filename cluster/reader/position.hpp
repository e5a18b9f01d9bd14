#pragma once
/// A place in the command stream.
#include "cluster/reader/stream_names.hpp"
#include "schemas/uuid.hpp"

namespace recado::cluster {

/// A message of the stream, and two ways to know it again: what is found at a sequence of a stream
/// that was cut and filled anew is another message. Generation 0: before every message.
struct position {
  stream_generation generation = 0;
  std::int64_t seq = 0;
  std::int64_t published_ns = 0; ///< the server's time stamp of the message; 0: not known
  command_id command;            ///< the command in it; nil: not known
  bool operator==(const position&) const = default;
};

/// Which readers' places are asked for: those of all, or of those that were never asked on this
/// link.
enum class places_of : std::uint8_t { all, newcomers };

} // namespace recado::cluster
