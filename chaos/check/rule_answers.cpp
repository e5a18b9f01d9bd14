#include "chaos/check/rules.hpp"

#include "schemas/status.hpp"

#include <fmt/format.h>

namespace recado::chaos {
namespace {

double seconds(micros at) {
  return static_cast<double>(at) / 1e6;
}

/// 401: the token had expired; 408 and 429: later. 404 and 422 would be our own fault, and our
/// requests have none.
bool deserved(int status) {
  return status == 0 || status / 100 == 2 || status / 100 == 5 || status == 401 || status == 408 ||
         status == 429;
}

void check_retries(const message_id& id, const sent_message& sent, findings& into) {
  const answer_record* numbered = nullptr; // the first answer with a seq
  const answer_record* first_new = nullptr;
  for (const auto& one : sent.answers) {
    if (!deserved(one.status))
      into.add(broken::refused,
               fmt::format("{} (by {}) was answered {} {} at {:.3f} s", id.str(), one.by,
                           one.status, one.why, seconds(one.at)),
               one.at);
    if (one.status / 100 != 2) continue;
    if (numbered && one.seq != numbered->seq)
      into.add(broken::answer_changed,
               fmt::format("{} was told seq {} at {:.3f} s and {} at {:.3f} s", id.str(),
                           *numbered->seq, seconds(numbered->at),
                           one.seq ? std::to_string(*one.seq) : "none", seconds(one.at)),
               one.at);
    if (one.seq && !one.replayed) {
      if (first_new)
        into.add(broken::new_twice,
                 fmt::format("{} was new at {:.3f} s and again at {:.3f} s", id.str(),
                             seconds(first_new->at), seconds(one.at)),
                 one.at);
      first_new = &one;
    }
    if (one.seq && !numbered) numbered = &one;
  }
}

} // namespace

void check_answers(const history& seen, findings& into) {
  bool over = seen.marked("stopped"); // a run that was cut off may leave things open
  for (const auto& [id, sent] : seen.messages) {
    check_retries(id, sent, into);
    if (over && sent.begun >= 0 && !sent.accepted())
      into.add(broken::never_accepted,
               fmt::format("{} by {}: {} tries since {:.3f} s, the last answer {}", id.str(),
                           sent.by, sent.tries.size(), seconds(sent.begun),
                           sent.answers.empty() ? 0 : sent.answers.back().status),
               sent.begun);
  }
}

void check_statuses(const history& seen, findings& into) {
  for (const auto& [id, looks] : seen.looks) {
    std::optional<status> before;
    for (const auto& look : looks) {
      auto sent = seen.messages.find(id);
      const auto* accepted = sent == seen.messages.end() ? nullptr : sent->second.accepted();
      if (look.status == "not found" && accepted && accepted->at < look.begun)
        into.add(broken::not_found,
                 fmt::format("{} was accepted at {:.3f} s and not found at {:.3f} s", id.str(),
                             seconds(accepted->at), seconds(look.at)),
                 look.at);
      auto now = status_of(look.status);
      if (!now) continue;
      if (before && *before != *now && !may_move(*before, *now))
        into.add(broken::status_went_back,
                 fmt::format("{} was {} and then {}, at {:.3f} s", id.str(), to_string(*before),
                             look.status, seconds(look.at)),
                 look.at);
      before = now;
    }
  }
}

} // namespace recado::chaos
