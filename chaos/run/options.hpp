#pragma once
/// What a person may ask of a run.
#include <cstdint>
#include <filesystem>
#include <string>

namespace recado::chaos {

struct run_options {
  std::string scenario;
  std::uint64_t seed = 1;
  unsigned seconds = 0; ///< of faults; 0: the scenario's
  unsigned faults = 0;  ///< exactly so many, however long it takes; 0: as many as fit
  unsigned nodes = 0;   ///< 0: the scenario's
  unsigned rate = 0;    ///< messages per second; 0: the scenario's
  unsigned conversations = 100;
  std::filesystem::path out{};    ///< empty: a new folder among the temporary ones
  std::filesystem::path recado{}; ///< the nodes' program; empty: the one beside us
  std::filesystem::path old{};    ///< for `upgrade`
  std::string wire = "auto";
  bool json = false; ///< the verdict as JSON, on stdout
};

} // namespace recado::chaos
