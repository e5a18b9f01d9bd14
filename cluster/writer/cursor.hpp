#pragma once
/// The contiguous low-watermark of one (partition, lane): every command at or below it is decided.
#include "schemas/uuid.hpp"

#include <algorithm>
#include <deque>

namespace recado::cluster {

/// A position in a stream. Generation 0 means "none yet".
struct stream_cursor {
  std::int32_t generation = 0;
  std::int64_t seq = 0;
  command_id command; ///< found at that seq: tells a rewound stream from the one we read
  bool operator==(const stream_cursor&) const = default;
};

/// Commands are delivered in stream order and decided in any order.
class cursor_tracker {
public:
  explicit cursor_tracker(stream_cursor start = {}) : cursor_(start) {}

  /// A delivery. False: at or below what was delivered already (the caller drops it).
  bool delivered(std::int32_t generation, std::int64_t seq, const command_id& command) {
    if (generation < newest_generation() ||
        (generation == newest_generation() && seq <= newest_seq()))
      return false;
    open_.push_back({{generation, seq, command}, false});
    return true;
  }

  /// Decided for good: committed, rejected, dropped, parked or a known duplicate. False: it was not
  /// open here (any more), so that it is of an earlier owner's, and nobody waits for its end.
  bool done(std::int32_t generation, std::int64_t seq) {
    auto ended = std::ranges::find_if(open_, [&](const slot& entry) {
      return entry.at.generation == generation && entry.at.seq == seq;
    });
    if (ended == open_.end() || ended->done) return false;
    ended->done = true;
    while (!open_.empty() && open_.front().done) {
      cursor_ = open_.front().at;
      open_.pop_front();
      ++moved_;
    }
    return true;
  }

  /// The lane is idle up to this place: nothing is open, nothing lies before it.
  void skip_to(const stream_cursor& at) {
    bool ahead = at.generation > cursor_.generation ||
                 (at.generation == cursor_.generation && at.seq > cursor_.seq);
    if (open_.empty() && ahead) cursor_ = at;
  }

  const stream_cursor& cursor() const noexcept { return cursor_; }
  std::size_t open() const noexcept { return open_.size(); }
  /// Commands passed since the cursor was last written.
  std::size_t unwritten() const noexcept { return moved_; }
  void written() noexcept { moved_ = 0; }

private:
  struct slot {
    stream_cursor at;
    bool done;
  };
  std::int32_t newest_generation() const {
    return open_.empty() ? cursor_.generation : open_.back().at.generation;
  }
  std::int64_t newest_seq() const { return open_.empty() ? cursor_.seq : open_.back().at.seq; }

  stream_cursor cursor_;
  std::deque<slot> open_;
  std::size_t moved_ = 0;
};

} // namespace recado::cluster
