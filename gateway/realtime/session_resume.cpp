#include "gateway/json/writer.hpp"
#include "gateway/realtime/session_core.hpp"
#include "runtime/fault/fault.hpp"

#include <algorithm>
#include <limits>

namespace recado::realtime {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t page_messages = 100; // texts of 64 KiB: a page is held while it is sent
/// Nothing is added above this: the rest of the queue is for live frames. What a slow reader leaves
/// unread is looked at again after resume_poll_every.
constexpr std::size_t queued_bytes_max = 256 << 10;
constexpr auto resume_poll_every = 20ms;

} // namespace

void session_core::on_resume(const inbound& in) {
  json::complaints wrong;
  json::fields fields{in.body.root, "", wrong};
  fields.find("type");
  fields.find("id");
  fields.require("conversations");
  resume asked;
  asked.id = in.id;
  const auto* held = fields.find("conversations");
  const auto* named = held ? held->members() : nullptr;
  if (held && !named) fields.wrong("conversations", "an object was expected");
  if (named && named->size() > config_.realtime.resume_conversations_max)
    fields.wrong("conversations", "at most " +
                                    std::to_string(config_.realtime.resume_conversations_max) +
                                    " conversations");
  else if (named)
    for (const auto& [name, value] : *named) {
      auto id = conversation_id::parse(name);
      auto seq = value.numeric() ? value.numeric()->integer() : std::nullopt;
      auto pointer = json::pointer_to("/conversations", name);
      if (!id)
        wrong.wrong(pointer, "a UUID was expected as name");
      else if (!seq || *seq < 0)
        wrong.wrong(pointer, "a seq was expected");
      else if (asked.holding.insert(*id).second)
        asked.waiting.emplace_back(*id, *seq);
    }
  fields.finish();
  if (wrong.any()) {
    if (grace_) end_grace();
    send_error(in.id, wrong.as_problem());
    return port_.consumed();
  }
  resumes_.push_back(std::move(asked));
  if (grace_) end_grace(); // what the resume does not name goes on at once
  if (resumes_.size() == 1) begin_resume();
}

void session_core::begin_resume() {
  port_.ask_standings();
}

void session_core::on_standings(std::vector<standing> all) {
  if (kind_ == kind::stream_to_begin) return begin_stream(all);
  if (resumes_.empty() || resumes_.front().ready) return;
  auto& now = resumes_.front();
  now.ready = true;
  for (const auto& each : all)
    now.standings.emplace(each.conversation, each);
  resume_next();
}

/// Goes through the named conversations until one needs reading.
void session_core::resume_next() {
  while (!resumes_.empty() && stage_ == stage::ready) {
    if (resumes_.front().waiting.empty()) {
      end_resume();
      return;
    }
    if (enter_conversation()) return read_on();
    leave_conversation();
  }
}

/// False if nothing was missed in the conversation at the front.
bool session_core::enter_conversation() {
  if (fault::mutant("no_resume")) return false;
  auto& now = resumes_.front();
  const auto& [where, since] = now.waiting.front();
  now.from = since;
  now.page.clear();
  now.more = true;
  if (auto had = progress_.find(where); had != progress_.end() && had->second.first > 0) {
    // Live frames went out before this resume: what lies below them cannot follow any more.
    if (since + 1 < had->second.first) send_gap(where, since + 1, had->second.first - 1);
    now.from = std::max(since, had->second.last);
  }
  now.floor = now.from;
  auto known = now.standings.find(where);
  if (known == now.standings.end())
    return true; // a member since a moment, or none: the history knows
  auto last = known->second.last_seq;
  if (since > last) {
    // The caller may have had it from a node that is ahead of this one: the history knows.
    now.from = since - 1;
    return true;
  }
  now.from = std::max(now.from, known->second.joined_seq);
  auto most = static_cast<std::int64_t>(config_.realtime.resume_messages_max);
  if (last - now.from > most) {
    send_gap(where, now.from + 1, last - most);
    now.from = last - most;
  }
  return now.from < last;
}

/// Sends what was read as far as the reader takes it, then reads the next page.
void session_core::read_on() {
  auto& now = resumes_.front();
  // A poll of the resume before may ring when this one has not begun.
  if (stage_ != stage::ready || !now.ready || now.reading || now.waiting.empty()) return;
  if (!send_page()) return port_.wake_in(alarm::resume_poll, resume_poll_every);
  if (now.more) {
    now.reading = true;
    return port_.read_messages(now.waiting.front().first, now.from, page_messages);
  }
  leave_conversation();
  resume_next();
}

/// False: the reader has to take some of it first. Texts may be large, so every one is weighed.
bool session_core::send_page() {
  auto& now = resumes_.front();
  auto where = now.waiting.front().first;
  for (; !now.page.empty(); now.page.pop_front()) {
    if (port_.queued_bytes() > queued_bytes_max) return false;
    const auto& next = now.page.front().view;
    now.from = std::max(now.from, next.seq);
    if (next.seq > now.floor)
      send_message(frame_of(next, {}));
    else
      progress_[where].last = std::max(progress_[where].last, next.seq);
  }
  return port_.queued_bytes() <= queued_bytes_max;
}

void session_core::on_page(const result<page<message_record>>& got) {
  if (resumes_.empty() || !resumes_.front().reading) return;
  auto& now = resumes_.front();
  now.reading = false;
  if (!got) {
    auto where = now.waiting.front().first;
    now.unknown.insert(where);
    now.more = false;
    send_error(now.id, got.error(), where);
  } else {
    now.page.assign(got->items.begin(), got->items.end());
    now.more = !got->next.empty() && !got->items.empty();
  }
  read_on();
}

void session_core::leave_conversation() {
  auto& now = resumes_.front();
  auto where = now.waiting.front().first;
  now.waiting.pop_front();
  now.holding.erase(where);
  release(where);
}

void session_core::send_gap(const conversation_id& where, std::int64_t from, std::int64_t to) {
  std::string text;
  json::writer{text}
    .begin_object()
    .field("type", "gap")
    .field("conversation_id", where)
    .field("from_seq", from)
    .field("to_seq", to)
    .end_object();
  port_.passed(where, to);
  port_.send(std::move(text));
}

void session_core::end_resume() {
  auto now = std::move(resumes_.front());
  resumes_.pop_front();
  std::string text;
  json::writer to{text};
  to.begin_object()
    .field("type", "resumed")
    .field_raw("id", now.id)
    .key("conversations")
    .begin_object();
  for (const auto& [where, at] : now.standings) {
    if (now.unknown.contains(where)) continue;
    auto went = progress_.find(where);
    auto last = went == progress_.end() ? at.last_seq : std::max(at.last_seq, went->second.last);
    to.field(where.str(), last);
  }
  to.end_object().end_object();
  port_.send(std::move(text));
  port_.consumed();
  if (!resumes_.empty()) begin_resume();
}

} // namespace recado::realtime
