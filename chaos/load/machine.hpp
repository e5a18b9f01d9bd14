#pragma once
/// What the run cost: processor time and memory per program, from /proc; write-ahead log, from
/// PostgreSQL; batch sizes, from the node's metrics.
#include "chaos/load/process_cost.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace recado::load {

class machine {
public:
  struct target {
    std::vector<int> nodes;
    int postgres = 0;
    int nats = 0;
    std::string dsn;
  };
  explicit machine(target what);
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// By program: node, postgres, nats, load.
  std::map<std::string, cost> costs() const;
  /// Bytes ever written to the log. Throws std::runtime_error when PostgreSQL does not answer.
  std::uint64_t wal_bytes() const;

private:
  target what_;
  void* sql_ = nullptr; ///< PGconn
};

/// The sum of all samples of a metric in Prometheus text whose labels contain `label`.
double metric_sum(const std::string& text, const std::string& name, const std::string& label = {});

} // namespace recado::load
