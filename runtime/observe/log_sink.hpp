#pragma once
/// Where log lines go: gathered in memory and written together, so that a storm of debug lines is
/// not a storm of system calls.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace recado::observe {

/// Writes at once when asked to, when the last write is `lazy` ago, or when `buffer_max` is full;
/// else a thread of its own writes within `lazy`. It sleeps while there is nothing to write. What
/// cannot be written (disk full, pipe closed) is dropped and counted: logging never stops the node.
class log_sink {
public:
  static constexpr std::size_t buffer_max = 64 * 1024;
  static constexpr std::chrono::milliseconds lazy{100};

  /// Appends to the file; an empty name is stderr. Throws std::system_error if it cannot be opened.
  explicit log_sink(const std::string& file);
  ~log_sink();
  log_sink(const log_sink&) = delete;
  log_sink& operator=(const log_sink&) = delete;

  void write(std::string_view line, bool at_once);
  void flush();

  /// Calls of write(2) so far, and bytes that could not be written.
  std::size_t writes() const;
  std::size_t dropped() const;

private:
  void flush_locked();
  void flush_when_due();

  int file_;
  mutable std::mutex mutex_;
  std::condition_variable dirty_;
  std::string buffer_;
  std::chrono::steady_clock::time_point last_write_{};
  std::size_t writes_ = 0;
  std::size_t dropped_ = 0;
  bool stopping_ = false;
  std::thread flusher_;
};

} // namespace recado::observe
