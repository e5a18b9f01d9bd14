#pragma once
/// Which nodes are well enough to be given something. Pure.
#include "cluster/ownership/ownership_types.hpp"
#include "schemas/time.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <set>

namespace recado::cluster {

struct health_config {
  std::chrono::milliseconds proof{5'000}; ///< a new incarnation is given nothing before …
  std::chrono::minutes remembered{10};    ///< … twice as long per death of its node in this time
  std::chrono::milliseconds nats_grace{2'000}; ///< without NATS while others have it
};

class health {
public:
  explicit health(health_config config = {}) : config_(config) {}

  /// A snapshot of both tables.
  void observe(const std::vector<node_row>& nodes, const std::vector<partition_row>& partitions,
               steady_time now);
  /// It has been without NATS for too long. The node must be in the last snapshot, and not left.
  bool cut_off(const node_key& who, steady_time now) const;
  /// It has lived for long enough. The same holds.
  bool proven(const node_key& who, steady_time now) const;

private:
  static constexpr std::size_t doublings_max = 6;
  /// What is known of a node since it was seen first.
  struct acquaintance {
    steady_time since{};
    std::optional<steady_time> without_nats;
  };
  void note_deaths(const std::vector<node_key>& fresh, steady_time now);

  health_config config_;
  std::map<node_key, acquaintance> known_;
  std::set<node_key> owners_; ///< in the last snapshot
  std::map<std::string, std::deque<steady_time>> deaths_;
};

} // namespace recado::cluster
