#include "gateway/realtime/session_core.hpp"

namespace recado::realtime {

// An event stream: where its reader stands is known from the id that it brings, or else from the
// hub. What comes live before that is held back.

void session_core::start_stream(const auth::principal& who,
                                std::optional<shapes::positions> since) {
  kind_ = kind::stream_to_begin;
  since_ = std::move(since);
  become(who);
}

void session_core::begin_stream(const std::vector<standing>& all) {
  kind_ = kind::stream;
  if (since_) return resume_stream(all);
  for (const auto& each : all) {
    auto at = each.last_seq;
    // What is held back came after the hub attached us, and before it told where we stand.
    if (auto held = held_.find(each.conversation); held != held_.end())
      for (const auto& frame : held->second)
        if (frame.seq > 0) at = std::min(at, frame.seq - 1);
    port_.passed(each.conversation, at);
  }
  send_ready();
  end_grace();
}

/// As if the reader had named all of its conversations. One that its id does not know was entered
/// since: all of it is due.
void session_core::resume_stream(const std::vector<standing>& all) {
  resume asked;
  asked.id = "null";
  asked.ready = true;
  auto since = *std::exchange(since_, std::nullopt);
  for (const auto& each : all) {
    since.try_emplace(each.conversation, each.joined_seq);
    asked.standings.emplace(each.conversation, each);
  }
  for (const auto& [where, seq] : since) {
    port_.passed(where, seq);
    asked.waiting.emplace_back(where, seq);
    asked.holding.insert(where);
  }
  send_ready();
  resumes_.push_back(std::move(asked));
  end_grace();
  resume_next();
}

} // namespace recado::realtime
