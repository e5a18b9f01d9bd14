#include "chaos/check/rules.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

namespace recado::chaos {
namespace {

double seconds(micros at) {
  return static_cast<double>(at) / 1e6;
}

struct placed {
  std::int64_t seq = 0;
  const sent_message* sent = nullptr;
  message_id id;
};

std::map<conversation_id, std::vector<placed>> by_conversation(const history& seen,
                                                               const placement& where) {
  std::map<conversation_id, std::vector<placed>> out;
  for (const auto& [id, sent] : seen.messages)
    if (auto at = where.find(id); at != where.end())
      out[sent.conversation].push_back({at->second, &sent, id});
  for (auto& [conversation, all] : out)
    std::ranges::sort(all, {}, &placed::seq);
  return out;
}

/// A message in one connection of a session.
struct said {
  micros at = 0;
  std::int64_t seq = 0;
  message_id id;
};
using session_key = std::tuple<std::string, unsigned, conversation_id, std::string>;

/// Whether this try says nothing about the order of its connection: it was refused there, or may
/// have been when the session gave up listening; or it came when the message was numbered already.
bool beside_the_order(const sent_message& sent, const try_record& one) {
  return std::ranges::any_of(sent.answers, [&](const answer_record& answer) {
    if (answer.by != one.by || answer.link != one.link) return false;
    bool gave_up = answer.status == 0 && !answer.why.empty() && answer.why != "closed";
    return answer.status >= 400 || gave_up || answer.replayed;
  });
}

} // namespace

/// From the highest seq down: nothing may have been sent after something above it was answered.
void check_real_time_order(const history& seen, const placement& where, findings& into) {
  for (const auto& [conversation, all] : by_conversation(seen, where)) {
    const placed* first_answered = nullptr; // of those with a higher seq
    auto answered_at = [](const placed* one) { return one->sent->accepted()->at; };
    for (auto at = all.rbegin(); at != all.rend(); ++at) {
      auto sent_at = at->sent->first_try();
      if (first_answered && sent_at && answered_at(first_answered) < *sent_at)
        into.add(broken::out_of_order,
                 fmt::format(
                   "conversation {}: {} (seq {}) was answered at {:.6f} s, {} was sent at {:.6f} s "
                   "and has seq {}",
                   conversation.str(), first_answered->id.str(), first_answered->seq,
                   seconds(answered_at(first_answered)), at->id.str(), seconds(*sent_at), at->seq),
                 *sent_at);
      if (!at->sent->accepted()) continue;
      if (!first_answered || answered_at(&*at) < answered_at(first_answered)) first_answered = &*at;
    }
  }
}

void check_session_order(const history& seen, const placement& where, findings& into) {
  std::map<session_key, std::vector<said>> sessions;
  for (const auto& [id, sent] : seen.messages) {
    auto at = where.find(id);
    if (at == where.end()) continue;
    for (const auto& one : sent.tries)
      if (one.link > 0 && !beside_the_order(sent, one))
        sessions[{one.by, one.link, sent.conversation, sent.lane}].push_back(
          {one.at, at->second, id});
  }
  for (auto& [key, all] : sessions) {
    std::ranges::sort(all, {}, [](const said& one) { return std::pair{one.at, one.seq}; });
    for (std::size_t i = 1; i < all.size(); ++i)
      if (all[i].seq < all[i - 1].seq)
        into.add(
          broken::session_order,
          fmt::format("{}, connection {}, conversation {}: {} (seq {}) was sent before {} (seq {})",
                      std::get<0>(key), std::get<1>(key), std::get<2>(key).str(),
                      all[i - 1].id.str(), all[i - 1].seq, all[i].id.str(), all[i].seq),
          all[i].at);
  }
}

} // namespace recado::chaos
