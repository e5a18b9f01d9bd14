#pragma once
/// INTERNAL: one direction of one connection through the proxy.
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace recado::chaos::links {

using proxy_clock = std::chrono::steady_clock;

/// Bytes on their way from one socket to another. At most `waiting_max` wait, so that whoever sends
/// more notices that nobody reads.
class stream {
public:
  static constexpr std::size_t waiting_max = 256 * 1024;

  bool wants_bytes() const noexcept { return !ended_ && waiting_ < waiting_max; }
  /// Nothing will come any more and nothing waits.
  bool finished() const noexcept { return ended_ && chunks_.empty(); }

  void put(std::string bytes, proxy_clock::time_point due);
  void end() noexcept { ended_ = true; }

  /// When the next bytes may leave; nothing if none wait.
  std::optional<proxy_clock::time_point> next_due() const;

  enum class pass { moved, blocked, broken };
  /// Writes to this socket what is due.
  pass drain(int to, proxy_clock::time_point now);

private:
  struct chunk {
    std::string bytes;
    proxy_clock::time_point due;
  };
  std::deque<chunk> chunks_;
  std::size_t waiting_ = 0;
  std::size_t sent_of_first_ = 0;
  bool ended_ = false;
};

} // namespace recado::chaos::links
