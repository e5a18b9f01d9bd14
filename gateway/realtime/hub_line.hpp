#pragma once
/// The way to the hub, whichever life of it is the present one. Thread-safe. What waits in the
/// hub's mailbox is bounded: events and news of presence each have room of their own, so that
/// neither is shed because of the other.
#include "gateway/realtime/messages.hpp"

#include <mutex>

namespace recado::realtime {

class hub_line : public std::enable_shared_from_this<hub_line> {
public:
  static constexpr std::size_t events_max = 65'536, presence_max = 16'384;
  static std::shared_ptr<hub_line> make();

  void connect(const hub_actor& to);
  void cut();            ///< for good
  hub_actor get() const; ///< null: there is none

  /// Without room they are shed; as soon as there is some again all rooms are in doubt.
  void events(const event_batch& batch);
  void doubt();
  /// Without room it is shed: whoever wants to know asks, and the next change is told again.
  void presence(const presence_change& what);

private:
  mutable std::mutex mutex_;
  hub_actor hub_;
  bool closed_ = false;
  actor::credit_ptr for_events_;
  actor::credit_ptr for_presence_ = actor::credit::make(presence_max);
};

} // namespace recado::realtime
