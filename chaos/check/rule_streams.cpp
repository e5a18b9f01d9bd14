#include "chaos/check/rules.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace recado::chaos {
namespace {

/// Follows one reader through one conversation.
class follower {
public:
  follower(const stream_key& key, const placement& where, findings& into)
    : key_(key),
      where_(where),
      into_(into) {}

  void take(const stream_event& event) {
    if (event.link != link_ && event.what != stream_event::kind::fetched) {
      link_over();
      link_ = event.link;
    }
    switch (event.what) {
    case stream_event::kind::resume:
      last_ = event.seq;
      return;
    case stream_event::kind::gap:
      return fill(event);
    case stream_event::kind::fetched:
      return note(event);
    case stream_event::kind::message:
      step(event);
      note(event);
    }
  }

  /// The connection ended: what it left out and did not announce is a hole.
  void link_over() {
    for (const auto& [seq, at] : holes_)
      into_.add(broken::hole_in_stream,
                fmt::format("{}, connection {}, conversation {}: seq {} was left out", key_.reader,
                            link_, key_.conversation.str(), seq),
                at);
    holes_.clear();
  }

  void finish(std::int64_t last_seq) {
    link_over();
    for (std::int64_t seq = 1; seq <= last_seq; ++seq)
      if (!heard_.contains(seq))
        into_.add(broken::not_heard,
                  fmt::format("{} never got seq {} of conversation {} (of {})", key_.reader, seq,
                              key_.conversation.str(), last_seq));
  }

private:
  void step(const stream_event& event) {
    if (event.seq <= last_)
      into_.add(broken::heard_twice,
                fmt::format("{}, connection {}, conversation {}: seq {} came after {}", key_.reader,
                            link_, key_.conversation.str(), event.seq, last_),
                event.at);
    for (auto seq = last_ + 1; seq < event.seq; ++seq)
      holes_.emplace(seq, event.at); // unless a gap frame says so yet
    last_ = std::max(last_, event.seq);
  }
  void fill(const stream_event& gap) {
    std::erase_if(
      holes_, [&](const auto& hole) { return hole.first >= gap.seq && hole.first <= gap.to_seq; });
    for (auto seq = last_ + 1; seq < gap.seq; ++seq)
      holes_.emplace(seq, gap.at);
    last_ = std::max(last_, gap.to_seq);
  }
  void note(const stream_event& event) {
    heard_.insert(event.seq);
    auto at = where_.find(event.message);
    if (at == where_.end() || at->second != event.seq)
      into_.add(
        broken::heard_other,
        fmt::format("{} got {} as seq {} of conversation {}; it {}", key_.reader,
                    event.message.str(), event.seq, key_.conversation.str(),
                    at == where_.end() ? "is not there" : fmt::format("has {}", at->second)),
        event.at);
  }

  const stream_key& key_;
  const placement& where_;
  findings& into_;
  unsigned link_ = 0;
  std::int64_t last_ = 0;
  std::map<std::int64_t, micros> holes_;
  std::set<std::int64_t> heard_;
};

/// The last seq of each conversation: from the database, or as far as anybody knows.
std::unordered_map<conversation_id, std::int64_t> ends(const history& seen, const placement& where,
                                                       const database* held) {
  if (held) return held->last_seq;
  std::unordered_map<conversation_id, std::int64_t> out;
  for (const auto& [id, sent] : seen.messages)
    if (auto at = where.find(id); at != where.end()) {
      auto& last = out[sent.conversation];
      last = std::max(last, at->second);
    }
  return out;
}

} // namespace

void check_streams(const history& seen, const placement& where, const database* held,
                   findings& into) {
  auto last = ends(seen, where, held);
  bool over = seen.marked("stopped");
  auto last_of = [&](const conversation_id& id) {
    auto at = last.find(id);
    return over && at != last.end() ? at->second : 0;
  };
  for (const auto& [key, events] : seen.streams) {
    follower one{key, where, into};
    for (const auto& event : events)
      one.take(event);
    one.finish(last_of(key.conversation));
  }
  for (const auto& [id, readers] : seen.rooms) // those who got nothing at all
    for (const auto& reader : readers) {
      stream_key key{reader, id};
      if (!seen.streams.contains(key)) follower{key, where, into}.finish(last_of(id));
    }
}

} // namespace recado::chaos
