#include "chaos/workload/book.hpp"

#include <fmt/format.h>

namespace recado::chaos {
namespace {

constexpr std::size_t recent_max = 1'000;
constexpr micros ask_for_seq_after = 1'000'000;

} // namespace

// Our texts hold neither quotes nor backslashes.
std::string letter::fields() const {
  auto out = fmt::format(
    R"("message_id":"{}","conversation_id":"{}","payload":{{"type":"text","text":"{}"}})", id.str(),
    where.str(), text);
  if (lane != "standard") out += fmt::format(R"(,"priority":"{}")", lane);
  return out;
}

book::book(const std::filesystem::path& folder, const run_clock& clock)
  : clock_(clock),
    calls_(folder / "clients" / "calls.jsonl"),
    frames_(folder / "clients" / "frames.jsonl") {}

letter_ptr book::compose(std::size_t room, const conversation_id& where, std::string from,
                         std::string by, std::string lane, std::string text) {
  auto out = std::make_shared<letter>();
  out->id = message_id::make();
  out->room = room;
  out->where = where;
  out->from = std::move(from);
  out->by = std::move(by);
  out->lane = std::move(lane);
  out->text = std::move(text);
  ++counts_.sent;
  ++counts_.open;
  calls_.write(send_record{clock_.now(), out->id, where, out->by, hash_of(out->text), out->lane});
  return out;
}

void book::note_try(const letter& what, std::string_view by, way via, unsigned node,
                    unsigned link) {
  calls_.write(try_record{clock_.now(), what.id, std::string{by}, via, node, link});
}

bool book::note_answer(const letter_ptr& what, std::string_view by, const told& answer) {
  calls_.write(answer_record{clock_.now(), what->id, std::string{by}, answer.status, answer.seq,
                             answer.replayed, answer.link, answer.why});
  if (answer.status / 100 != 2) return false;
  bool first = !std::exchange(what->accepted, true);
  if (first) {
    ++counts_.accepted;
    --counts_.open;
    ++unnumbered_;
    recent_.push_back(what);
    if (recent_.size() > recent_max) recent_.pop_front();
  }
  if (answer.seq && !what->seq) {
    what->seq = answer.seq;
    --unnumbered_;
  }
  if (!what->seq) again_at(what, clock_.now() + ask_for_seq_after);
  return true;
}

void book::note(const record& what) {
  bool frame = std::holds_alternative<frame_record>(what);
  if (frame) ++counts_.received;
  (frame ? frames_ : calls_).write(what);
}

void book::flush() {
  calls_.flush();
  frames_.flush();
}

void book::again_at(const letter_ptr& what, micros when) {
  again_.push({when, what});
}

letter_ptr book::take_again(micros now) {
  if (again_.empty() || again_.top().when > now) return nullptr;
  auto out = again_.top().what;
  again_.pop();
  return out;
}

void book::hurry(micros now) {
  decltype(again_) all;
  for (; !again_.empty(); again_.pop())
    all.push({now, again_.top().what});
  again_ = std::move(all);
}

letter_ptr book::recent(std::size_t random) const {
  return recent_.empty() ? nullptr : recent_[random % recent_.size()];
}

} // namespace recado::chaos
