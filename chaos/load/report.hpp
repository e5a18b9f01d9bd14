#pragma once
/// The figures of a run, for programs and for people.
#include "chaos/load/machine.hpp"
#include "chaos/load/run.hpp"

#include <nlohmann/json_fwd.hpp>

namespace recado::load {

/// What was read at an instant.
struct sample {
  std::map<std::string, cost> costs;
  std::uint64_t wal_bytes = 0;
  double commits = 0;                   ///< transactions of the writers
  double commands = 0;                  ///< in them
  std::map<std::string, double> turn_s; ///< time that the writers spent, by step
};

/// `start`: before anybody was connected; `before` and `after`: of the measured part.
nlohmann::json report(const options& how, const outcome& seen,
                      const std::map<std::string, cost>& start, const sample& before,
                      const sample& after);
std::string to_text(const nlohmann::json& report);

} // namespace recado::load
