#pragma once
/// What the figures are computed from: waits, faults as spans of time, and changes of owners.
#include "chaos/check/database.hpp"
#include "chaos/check/history.hpp"

#include <set>

namespace recado::chaos {

/// A message, from its first attempt to its first 2xx.
struct wait {
  conversation_id conversation;
  micros begun = 0;
  std::optional<micros> accepted{};
  way via = way::post; ///< of the first try

  /// A conversation's own wait. In a bulk request a message waits for all others, too.
  bool alone() const { return via != way::bulk; }
  bool post() const { return via == way::post || via == way::person; }
};
std::vector<wait> waits_of(const history& seen);

struct span {
  std::string fault{}, target{}, detail{};
  micros begin = 0;
  micros end = 0; ///< = begin while none was noted
};
/// An end belongs to the latest beginning of the same fault and target.
std::vector<span> spans_of(const std::vector<fault_record>& faults);

/// The first message of a conversation under a new owner.
struct handoff {
  conversation_id conversation;
  micros at = 0;    ///< when that message was accepted
  micros pause = 0; ///< how long that took from its first try
};

/// Who numbered what: from the rows. Without a database nothing is known.
class ownership {
public:
  ownership(const history& seen, const database* held);
  /// The conversations whose last message accepted before `at` was numbered by this node.
  std::set<conversation_id> of(const std::string& node, micros at) const;
  std::vector<handoff> handoffs() const { return handoffs_; }

private:
  struct step {
    micros at;
    std::string node;
  };
  std::map<conversation_id, std::vector<step>> steps_; ///< in the order of seq
  std::vector<handoff> handoffs_;
};

} // namespace recado::chaos
