#include "chaos/log/record_file.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace recado::chaos {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;

} // namespace

record_file::record_file(const std::filesystem::path& path) : room_(buffer_bytes, '\0') {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  file_.reset(std::fopen(path.c_str(), "we"));
  if (!file_)
    throw std::runtime_error("cannot write " + path.string() + ": " +
                             std::generic_category().message(errno));
  std::setvbuf(file_.get(), room_.data(), _IOFBF, room_.size());
}

record_file::~record_file() = default;

void record_file::write(const record& what) {
  put(to_line(what));
}

void record_file::write(const fault_record& what) {
  put(to_line(what));
  flush();
}

/// Evidence that cannot be kept is worse than no run.
void record_file::put(const std::string& line) {
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size())
    throw std::runtime_error("cannot write records: " + std::generic_category().message(errno));
}

void record_file::flush() {
  if (std::fflush(file_.get()) != 0)
    throw std::runtime_error("cannot write records: " + std::generic_category().message(errno));
}

} // namespace recado::chaos
