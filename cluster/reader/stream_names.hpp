#pragma once
/// The names of the command streams. Each generation has subjects of its own, because two streams
/// may not listen to the same ones: generation 3 of cluster "c1" is stream "c1-CMD-g3" on
/// "c1.cmd.3.>".
#include "schemas/partition.hpp"

#include <charconv>
#include <optional>
#include <string>

namespace recado::cluster {

/// Counts the lives of a command stream, from 1; 0: not known.
using stream_generation = std::int32_t;

/// The key of the stream's row in PostgreSQL.
inline std::string stream_base(const std::string& cluster) {
  return cluster + "-CMD";
}

inline std::string stream_name(const std::string& cluster, stream_generation generation) {
  return stream_base(cluster) + "-g" + std::to_string(generation);
}

/// The generation in the name of one of this cluster's streams.
inline std::optional<stream_generation> generation_of(const std::string& cluster,
                                                      const std::string& name) {
  auto prefix = stream_base(cluster) + "-g";
  stream_generation value = 0;
  if (name.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  auto end = name.data() + name.size();
  auto [rest, error] = std::from_chars(name.data() + prefix.size(), end, value);
  if (error != std::errc{} || rest != end || value < 1) return std::nullopt;
  return value;
}

/// What a stream of this generation listens to.
inline std::string stream_subjects(const std::string& cluster, stream_generation generation) {
  return cluster + ".cmd." + std::to_string(generation) + ".>";
}

/// Where commands are published to.
inline std::string command_subject(const std::string& cluster, stream_generation generation,
                                   lane priority, partition_id part) {
  return cluster + ".cmd." + std::to_string(generation) + "." + std::string{to_string(priority)} +
         "." + std::to_string(part);
}

/// Core NATS: "the generation moved", for every node. Without data.
inline std::string stream_news(const std::string& cluster) {
  return cluster + ".stream";
}

} // namespace recado::cluster
