#pragma once
/// Which gateways want the events of which conversations of one partition. Pure.
#include "actors/conversation/effects.hpp"

#include <map>
#include <string>
#include <unordered_map>

namespace recado {

/// The NATS subject of a gateway process; also its name among the watchers.
using gateway_subject = std::string;

class watchers {
public:
  void add(const conversation_key& key, const gateway_subject& who);
  void remove(const conversation_key& key, const gateway_subject& who);
  /// A gateway process that is gone.
  void forget(const gateway_subject& who);
  bool any(const conversation_key& key) const { return by_conversation_.contains(key); }
  std::size_t conversations() const noexcept { return by_conversation_.size(); }

  /// Sorts the events of one commit by who wants them.
  void sort(const effects& committed, std::map<gateway_subject, event_batch>& into) const;

private:
  std::unordered_map<conversation_key, std::vector<gateway_subject>> by_conversation_;
};

/// Membership changes, which every gateway hears of: who is online is known only there.
event_batch membership_events(const effects& committed);

} // namespace recado
