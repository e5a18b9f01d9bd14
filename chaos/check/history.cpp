#include "chaos/check/history.hpp"

#include <algorithm>

namespace recado::chaos {

std::optional<micros> sent_message::first_try() const {
  return tries.empty() ? std::nullopt : std::optional{tries.front().at};
}

const answer_record* sent_message::accepted() const {
  auto at = std::ranges::find_if(answers, [](const auto& one) { return one.status / 100 == 2; });
  return at == answers.end() ? nullptr : &*at;
}

std::optional<std::int64_t> sent_message::told_seq() const {
  auto at = std::ranges::find_if(
    answers, [](const auto& one) { return one.status / 100 == 2 && one.seq.has_value(); });
  return at == answers.end() ? std::nullopt : at->seq;
}

bool history::marked(std::string_view what) const {
  return std::ranges::any_of(marks, [&](const mark_record& one) { return one.what == what; });
}

void history_builder::add(record&& what) {
  std::visit([this](auto&& one) { take(std::forward<decltype(one)>(one)); }, std::move(what));
}

void history_builder::take(send_record&& r) {
  auto& one = out_.messages[r.message];
  one.conversation = r.conversation;
  one.by = std::move(r.by);
  one.lane = std::move(r.lane);
  one.text_hash = r.text_hash;
  one.begun = r.at;
}

void history_builder::take(resume_record&& r) {
  if (r.answered) return; // the server's word; what came is in the frames
  out_.streams[{std::move(r.by), r.conversation}].push_back(
    {r.at, stream_event::kind::resume, r.link, r.seq});
}

void history_builder::take(frame_record&& r) {
  auto what = r.fetched ? stream_event::kind::fetched : stream_event::kind::message;
  out_.streams[{std::move(r.by), r.conversation}].push_back(
    {r.at, what, r.link, r.seq, r.seq, r.message});
}

void history_builder::take(gap_record&& r) {
  out_.streams[{std::move(r.by), r.conversation}].push_back(
    {r.at, stream_event::kind::gap, r.link, r.from_seq, r.to_seq});
}

// Stable: what one thread wrote in the same microsecond stays in its order. A reader's resume and
// its frames lie in two files, read one after the other: within the same microsecond a frame would
// come first, so resumes win a tie.
history history_builder::finish() {
  auto by_time = [](auto& all) {
    std::ranges::stable_sort(all, {}, [](const auto& one) { return one.at; });
  };
  for (auto& [id, one] : out_.messages) {
    by_time(one.tries);
    by_time(one.answers);
  }
  for (auto& [key, events] : out_.streams)
    std::ranges::stable_sort(events, {}, [](const stream_event& one) {
      return std::pair{one.at, one.what != stream_event::kind::resume};
    });
  for (auto& [id, all] : out_.looks)
    by_time(all);
  by_time(out_.marks);
  return std::exchange(out_, {});
}

} // namespace recado::chaos
