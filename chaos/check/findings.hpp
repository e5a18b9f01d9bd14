#pragma once
/// What the rules found: promises that were broken, each with its evidence.
#include "chaos/log/records.hpp"

#include <array>

namespace recado::chaos {

enum class broken : std::uint8_t {
  lost,                ///< answered 2xx, and not there
  wrong_seq,           ///< there under another seq than was told
  wrong_content,       ///< there with another text, or in another conversation
  stored_twice,        ///< one message id, or one command, in two rows
  seq_missing,         ///< a conversation is not 1, 2, 3 …
  seq_twice,           ///< a seq was given to two messages
  failed_after_accept, ///< answered 2xx, then parked or refused
  never_numbered,      ///< answered 2xx, and still in the inbox
  nobody_sent_it,      ///< there, and none of ours
  answer_changed,      ///< a retry was told something else than before
  new_twice,           ///< two tries were both told that they were the first
  refused,             ///< an answer that no good client deserves
  never_accepted,      ///< no 2xx though everything was healed
  out_of_order,        ///< answered before the other was sent, and numbered after it
  session_order,       ///< a session's order was not kept
  heard_twice,         ///< a reader got a seq that it had already
  hole_in_stream,      ///< a reader's connection left a seq out
  not_heard,           ///< a reader never got it
  heard_other,         ///< a reader got another message under this seq
  receipt_lost,        ///< answered, and the member's position is lower
  status_went_back,
  not_found,         ///< GET of an accepted message: 404
  two_owners,        ///< two nodes numbered under one epoch
  epoch_went_back,   ///< a later seq has a lower epoch
  created_went_back, ///< a later seq was created earlier
};
inline constexpr std::size_t broken_kinds = 25;
std::string_view to_string(broken kind) noexcept;

struct violation {
  broken kind = broken::lost;
  std::string evidence{}; ///< a sentence with ids, seqs and times
  micros at = -1;         ///< when it could be seen; -1: not at any one instant
};

/// Counts all, keeps the first ones of each kind.
class findings {
public:
  void add(broken kind, std::string evidence, micros at = -1);
  std::size_t count(broken kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  std::size_t total() const;
  const std::vector<violation>& examples() const { return examples_; }

private:
  static constexpr std::size_t examples_max = 25; ///< of each kind
  std::array<std::size_t, broken_kinds> counts_{};
  std::vector<violation> examples_;
};

} // namespace recado::chaos
