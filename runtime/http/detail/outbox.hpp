#pragma once
/// The bounded queue between whoever sends and the one io thread that writes. Thread-safe; knows no
/// socket.
#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace recado::http::detail {

/// How a long connection shall end.
struct ending {
  int code = 0;
  std::string reason;
  bool at_once = false; ///< what is queued was dropped
};

class outbox {
public:
  enum class outcome { queued, wake_writer, overflow, refused };

  outbox(std::size_t bytes_max, std::size_t frames_max)
    : bytes_max_(bytes_max),
      frames_max_(frames_max) {}

  /// wake_writer: the writer may be asleep; wake it once. overflow: the queue was dropped and is
  /// ended with this code; wake the writer.
  outcome push(std::string text, int overflow_code);

  /// Nothing is accepted any more. False if it had ended before.
  bool end(ending how);

  /// What is queued now. An empty answer means that the next push says wake_writer.
  std::vector<std::string> take();

  /// A text of take() was written; until then it counts as queued.
  void written(std::size_t bytes);

  std::optional<ending> ended() const;
  bool is_ended() const { return is_ended_; }
  bool dropped() const; ///< ended at once
  std::size_t bytes() const;

private:
  void drop_into(std::vector<std::string>& out);

  mutable std::mutex mutex_;
  const std::size_t bytes_max_;
  const std::size_t frames_max_;
  std::vector<std::string> queue_;
  std::size_t bytes_ = 0;
  std::size_t frames_ = 0;
  bool writer_sleeps_ = true;
  std::optional<ending> ended_;
  std::atomic<bool> is_ended_ = false;
};

} // namespace recado::http::detail
