#pragma once
/// Where records are written. One thread per file.
#include "chaos/log/records.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace recado::chaos {

class record_file {
public:
  /// Creates the folder and empties the file. Throws std::runtime_error when it cannot.
  explicit record_file(const std::filesystem::path& path);
  ~record_file(); ///< flushes

  void write(const record& what);
  /// A fault is on disk at once: who breaks things may be broken next.
  void write(const fault_record& what);
  void flush();

private:
  void put(const std::string& line);

  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  std::string room_;
  std::unique_ptr<std::FILE, closer> file_;
};

} // namespace recado::chaos
