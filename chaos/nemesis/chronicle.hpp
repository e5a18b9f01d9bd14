#pragma once
/// What is done to the world, written down: FOLDER/faults.jsonl, a line per beginning and end, and
/// a line for the person at the terminal.
#include "chaos/log/record_file.hpp"
#include "chaos/log/records.hpp"
#include "chaos/nemesis/fault.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace recado::chaos {

class chronicle {
public:
  chronicle(const std::filesystem::path& folder, run_clock clock);

  /// From here on everything is about this fault; what was still open ends.
  /// `owned`: the partitions that the target has now.
  void begin(fault what, const std::string& target, const std::string& detail = {},
             std::vector<unsigned> owned = {});
  void end(const std::string& detail = {});
  void say(const std::string& sentence) const; ///< with the time, to the terminal
  /// The world did not do what it must: the run has failed.
  void complain(const std::string& sentence);

  const std::vector<std::string>& complaints() const noexcept { return complaints_; }
  std::size_t faults() const noexcept { return faults_; }
  const run_clock& clock() const noexcept { return clock_; }

private:
  void write(bool begin, const std::string& detail);

  run_clock clock_;
  record_file file_;
  fault_record open_{};
  bool is_open_ = false;
  std::size_t faults_ = 0;
  std::vector<std::string> complaints_;
};

} // namespace recado::chaos
