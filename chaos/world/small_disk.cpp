#include "chaos/world/small_disk.hpp"

#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

namespace recado::chaos {

namespace fs = std::filesystem;

namespace {
constexpr const char* filler = "filler";
constexpr const char* options = "size=400m,mode=0700";

bool mount_at(const fs::path& where) {
  fs::create_directories(where);
  return ::mount("recado-chaos", where.c_str(), "tmpfs", 0, options) == 0;
}
} // namespace

small_disk::~small_disk() {
  if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
}

bool small_disk::possible() {
  if (::geteuid() != 0) return false;
  auto pattern = (fs::temp_directory_path() / "recado-disk-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return false;
  bool done = mount_at(pattern);
  if (done) ::umount2(pattern.c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove(pattern, ignored);
  return done;
}

void small_disk::mount(const fs::path& where) {
  if (!mount_at(where))
    throw std::runtime_error("a small disk cannot be mounted here: only root may");
  where_ = where;
  mounted_ = true;
}

void small_disk::fill() const {
  int fd = ::open((where_ / filler).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::string block(64 * 1024, 'x');
  while (::write(fd, block.data(), block.size()) > 0) {
  }
  ::close(fd);
}

void small_disk::free() const {
  std::error_code ignored;
  fs::remove(where_ / filler, ignored);
}

} // namespace recado::chaos
