#pragma once
/// Frames as server-sent events, each with an id from which its reader may go on (see
/// docs/decisions/0013-ids-of-the-event-stream.md). Pure.
#include "gateway/shapes/stream_id.hpp"
#include "schemas/time.hpp"

#include <set>
#include <string>

namespace recado::realtime {

/// An id names positions one by one as long as these are few. Of a reader with many conversations
/// all positions are kept aside, and its ids name what has changed since.
struct event_feed_config {
  std::size_t named_max = 32;                  ///< above it positions are kept aside
  std::size_t listed_max = 128;                ///< above it an event has no id until they are
  std::chrono::milliseconds keep_every{1'000}; ///< not more often
  std::chrono::milliseconds keep_again{12 * 3'600'000}; ///< before what is kept expires
};

class event_feed {
public:
  explicit event_feed(event_feed_config config = {}) : config_(config) {}

  /// Everything of this conversation up to here is with the reader once the next event is.
  void passed(const conversation_id& where, std::int64_t seq);

  /// The frame as an event, with an id unless that would be too long.
  std::string event_of(const std::string& frame);
  /// An id alone: readers remember it without seeing an event.
  std::string id_alone();

  /// Positions to keep aside now. Then, when that has ended: kept().
  std::optional<shapes::positions> to_keep(steady_time now);
  /// Nothing: it could not be done.
  void kept(const std::optional<uuid>& under);

private:
  std::size_t listed() const { return base_ ? changed_.size() : all_.size(); }
  const std::string& id_line();

  event_feed_config config_;
  shapes::positions all_;
  std::set<conversation_id> changed_;  ///< since the base
  std::set<conversation_id> changing_; ///< since the positions that are being kept
  std::optional<uuid> base_;
  bool keeping_ = false;
  bool news_ = false; ///< the id has changed
  std::string line_;  ///< the id as it was written last
  std::optional<steady_time> kept_at_;
};

} // namespace recado::realtime
