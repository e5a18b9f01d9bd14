#include "runtime/observe/log_sink.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace recado::observe {
namespace {

int open_log(const std::string& file) {
  if (file.empty()) return ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  auto opened = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (opened < 0) throw std::system_error(errno, std::generic_category(), file);
  return opened;
}

} // namespace

log_sink::log_sink(const std::string& file)
  : file_(open_log(file)),
    flusher_([this] { flush_when_due(); }) {}

log_sink::~log_sink() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  dirty_.notify_one();
  flusher_.join();
  flush();
  ::close(file_);
}

void log_sink::write(std::string_view line, bool at_once) {
  std::lock_guard lock{mutex_};
  auto was_empty = buffer_.empty();
  buffer_ += line;
  buffer_ += '\n';
  auto quiet = std::chrono::steady_clock::now() - last_write_ >= lazy;
  if (at_once || quiet || buffer_.size() >= buffer_max)
    flush_locked();
  else if (was_empty)
    dirty_.notify_one();
}

void log_sink::flush() {
  std::lock_guard lock{mutex_};
  flush_locked();
}

void log_sink::flush_locked() {
  std::string_view rest{buffer_};
  while (!rest.empty()) {
    auto wrote = ::write(file_, rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    ++writes_;
    if (wrote <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
  dropped_ += rest.size();
  buffer_.clear();
  last_write_ = std::chrono::steady_clock::now();
}

void log_sink::flush_when_due() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    dirty_.wait(lock, [this] { return stopping_ || !buffer_.empty(); });
    dirty_.wait_for(lock, lazy, [this] { return stopping_; });
    if (!buffer_.empty()) flush_locked();
  }
}

std::size_t log_sink::writes() const {
  std::lock_guard lock{mutex_};
  return writes_;
}

std::size_t log_sink::dropped() const {
  std::lock_guard lock{mutex_};
  return dropped_;
}

} // namespace recado::observe
