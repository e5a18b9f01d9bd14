#pragma once
/// The promises (docs/architecture.md, "The problem"), each as a rule over records: pure, so that
/// each is tested with histories that must be caught and others that must pass.
#include "chaos/check/database.hpp"
#include "chaos/check/findings.hpp"
#include "chaos/check/history.hpp"

namespace recado::chaos {

/// message → the seq that it has: in the database; without one, as somebody was told or heard.
using placement = std::unordered_map<message_id, std::int64_t>;
placement placement_of(const history& seen, const database* held);

/// Every 2xx is in the database once, with that seq and that text; nothing else is there.
void check_kept(const history& seen, const database& held, findings& into);
/// Each conversation is 1 … n, its rows in step with last_seq, nothing is there twice.
void check_numbering(const database& held, findings& into);
/// One writer per partition and epoch, epochs and created_at never go back within a conversation.
void check_owners(const database& held, findings& into);
/// A retry gets the first answer; nothing is refused for good; everything ends in a 2xx.
void check_answers(const history& seen, findings& into);
/// What was answered before another was sent has the lower seq. O(n log n).
void check_real_time_order(const history& seen, const placement& where, findings& into);
/// Within one connection of a session and one lane, the order of sending is the order of seq.
void check_session_order(const history& seen, const placement& where, findings& into);
/// Each reader: ascending, without repetition, without a hole, and in the end everything.
void check_streams(const history& seen, const placement& where, const database* held,
                   findings& into);
/// A receipt that was answered is in its member's position; none is refused.
void check_receipts(const history& seen, const database* held, findings& into);
/// What GET says of a message only moves forward.
void check_statuses(const history& seen, findings& into);

} // namespace recado::chaos
