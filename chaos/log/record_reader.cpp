#include "chaos/log/record_reader.hpp"

#include <algorithm>
#include <fstream>

namespace recado::chaos {
namespace {

namespace fs = std::filesystem;

/// Calls `take(line)`, which answers why it cannot read it, or nothing.
template <class Take>
void each_line(const fs::path& file, read_report& report, Take take) {
  std::ifstream in{file};
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    auto wrong = take(line);
    if (!wrong) {
      ++report.lines;
      continue;
    }
    ++report.broken;
    if (report.examples.size() < read_report::examples_max)
      report.examples.push_back({file.filename().string(), number, *wrong});
  }
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{folder / "clients", none})
    if (entry.path().extension() == ".jsonl") out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

} // namespace

read_report read_records(const fs::path& folder, const std::function<void(record&&)>& take) {
  read_report report;
  for (const auto& file : files_of(folder))
    each_line(file, report, [&](const std::string& line) -> std::optional<std::string> {
      auto got = record_of(line);
      if (!got) return got.error();
      take(std::move(*got));
      return std::nullopt;
    });
  return report;
}

std::vector<fault_record> read_faults(const fs::path& folder, read_report& report) {
  std::vector<fault_record> out;
  each_line(folder / "faults.jsonl", report,
            [&](const std::string& line) -> std::optional<std::string> {
              auto got = fault_of(line);
              if (!got) return got.error();
              out.push_back(std::move(*got));
              return std::nullopt;
            });
  std::ranges::stable_sort(out, {}, &fault_record::at);
  return out;
}

} // namespace recado::chaos
