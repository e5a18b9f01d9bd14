#pragma once
/// Reads what a run left behind. A line that cannot be read is named and skipped: a run that was
/// itself killed leaves half a line, and the rest is still evidence.
#include "chaos/log/records.hpp"

#include <filesystem>
#include <functional>

namespace recado::chaos {

struct broken_line {
  std::string file{};
  std::size_t number = 0; ///< from 1
  std::string why{};
};

struct read_report {
  std::size_t lines = 0; ///< that were understood
  std::size_t broken = 0;
  std::vector<broken_line> examples{}; ///< of the broken ones, at most `examples_max`
  static constexpr std::size_t examples_max = 20;
};

/// All FOLDER/clients/*.jsonl, file by file in the order of their names: not in the order of time.
read_report read_records(const std::filesystem::path& folder,
                         const std::function<void(record&&)>& take);

/// FOLDER/faults.jsonl in the order of time; none when there is no such file.
std::vector<fault_record> read_faults(const std::filesystem::path& folder, read_report& report);

} // namespace recado::chaos
