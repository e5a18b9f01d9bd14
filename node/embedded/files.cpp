#include "node/embedded/files.hpp"

#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace recado::embedded {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

namespace {

bool has_content(const fs::path& path, std::string_view content, mode_t mode) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || (found.st_mode & 07777) != mode) return false;
  auto now = read_file(path);
  return now && *now == content;
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    auto n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::fsync(fd) == 0;
}

} // namespace

attempt<void> write_file(const fs::path& path, std::string_view content, mode_t mode) {
  if (has_content(path, content, mode)) return {};
  auto scratch = path.string() + ".XXXXXX";
  int fd = ::mkostemp(scratch.data(), O_CLOEXEC);
  if (fd < 0) return sorry(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  bool written = write_all(fd, content) && ::fchmod(fd, mode) == 0;
  ::close(fd);
  if (!written || ::rename(scratch.c_str(), path.c_str()) != 0) {
    auto why = std::string{std::strerror(errno)};
    ::unlink(scratch.c_str());
    return sorry(fmt::format("cannot write {}: {}", path.string(), why));
  }
  return {};
}

attempt<void> make_folder(const fs::path& path, mode_t mode) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) return sorry(fmt::format("cannot create {}: {}", path.string(), failed.message()));
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && (found.st_mode & 07777) == mode) return {};
  if (::chmod(path.c_str(), mode) != 0)
    return sorry(fmt::format("cannot set the mode of {}: {}", path.string(), std::strerror(errno)));
  return {};
}

namespace {

constexpr std::size_t lines_shown = 5;
constexpr std::size_t lines_searched = 20; ///< further up it speaks of an earlier life

std::deque<std::string> last_lines(const fs::path& file) {
  std::deque<std::string> out;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    out.push_back(std::move(line));
    if (out.size() > lines_searched) out.pop_front();
  }
  return out;
}

/// The text of a line of ours that says what went wrong.
std::optional<std::string> error_in(const std::string& line) {
  auto said = nlohmann::json::parse(line, nullptr, false);
  if (!said.is_object() || said.value("level", "") != "error") return std::nullopt;
  return said.value("msg", "");
}

} // namespace

std::string see_log(const fs::path& file) {
  auto lines = last_lines(file);
  std::optional<std::string> error;
  for (const auto& line : lines)
    if (auto one = error_in(line)) error = one;
  auto out = fmt::format("see {}", file.string());
  if (error) return fmt::format("{}:\n    {}", out, *error);
  while (lines.size() > lines_shown)
    lines.pop_front();
  if (!lines.empty()) out += fmt::format(", which ends with\n    {}", fmt::join(lines, "\n    "));
  return out;
}

void rotate_log(const fs::path& file, std::uintmax_t bytes_max) {
  std::error_code ignored;
  auto size = fs::file_size(file, ignored);
  if (ignored || size <= bytes_max) return;
  fs::rename(file.string() + ".1", file.string() + ".2", ignored);
  fs::rename(file, file.string() + ".1", ignored);
}

} // namespace recado::embedded
