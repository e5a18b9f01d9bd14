#pragma once
/// Histories by hand: clients that were answered, readers that heard, and what the database holds.
#include "chaos/check/rules.hpp"
#include "chaos/check/verdict.hpp"

#include <map>

namespace recado::chaos {

inline message_id message(unsigned number) {
  uuid out;
  out.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  out.bytes[15] = static_cast<std::uint8_t>(number);
  out.bytes[6] = 0x70;
  return message_id{out};
}
inline conversation_id room(unsigned number) {
  uuid out;
  out.bytes[0] = static_cast<std::uint8_t>(number);
  out.bytes[6] = 0x70;
  return conversation_id{out};
}

/// Told in the order of time; each step takes a millisecond.
class story {
public:
  /// Message `number` goes to `where` for the first time …
  story& send(unsigned number, unsigned where = 1, const char* by = "post-1") {
    builder_.add(send_record{++now_, message(number), room(where), by, number, "standard"});
    return again(number, by);
  }
  /// … and again.
  story& again(unsigned number, const char* by = "post-1", unsigned link = 0) {
    auto via = link > 0 ? way::socket : way::post;
    builder_.add(try_record{now_ += 1'000, message(number), by, via, 0, link});
    return *this;
  }
  story& answer(unsigned number, int status, std::optional<std::int64_t> seq = std::nullopt,
                bool replayed = false, const char* by = "post-1", unsigned link = 0) {
    builder_.add(
      answer_record{now_ += 1'000, message(number), by, status, seq, replayed, link, ""});
    return *this;
  }
  /// Sent and answered 201.
  story& sent(unsigned number, std::int64_t seq, unsigned where = 1) {
    return send(number, where).answer(number, 201, seq);
  }
  /// Sent by a session on connection `link`, in its lane.
  story& say(unsigned number, unsigned link, unsigned where = 1, const char* lane = "standard") {
    builder_.add(send_record{++now_, message(number), room(where), "session-1", number, lane});
    return again(number, "session-1", link);
  }
  story& heard(unsigned number, std::int64_t seq, unsigned link = 1, unsigned where = 1,
               const char* by = "reader-1") {
    builder_.add(frame_record{now_ += 1'000, by, link, room(where), message(number), seq});
    return *this;
  }
  story& fetched(unsigned number, std::int64_t seq) {
    builder_.add(frame_record{now_ += 1'000, "reader-1", 0, room(1), message(number), seq, true});
    return *this;
  }
  story& resumes(std::int64_t seq, unsigned link) {
    builder_.add(resume_record{now_ += 1'000, "reader-1", link, room(1), seq});
    return *this;
  }
  story& gap(std::int64_t from, std::int64_t to, unsigned link) {
    builder_.add(gap_record{now_ += 1'000, "reader-1", link, room(1), from, to});
    return *this;
  }
  story& look(unsigned number, const char* status) {
    auto begun = now_ += 1'000;
    builder_.add(look_record{now_ += 1'000, begun, message(number), status});
    return *this;
  }
  story& receipt(std::int64_t up_to, bool read, int status) {
    builder_.add(receipt_record{now_ += 1'000, "reader-1", room(1), read, up_to, status});
    return *this;
  }
  story& readers(std::vector<std::string> names, unsigned where = 1) {
    builder_.add(room_record{now_, room(where), std::move(names)});
    return *this;
  }
  story& mark(const char* what) {
    builder_.add(mark_record{now_ += 1'000, what});
    return *this;
  }
  story& fault(const char* what, const char* target, bool begin) {
    faults_.push_back({now_ += 1'000, begin, what, target, ""});
    return *this;
  }
  story& wait(micros us) {
    now_ += us;
    return *this;
  }
  /// A row of the database; its text is the one that was sent.
  story& row(unsigned number, std::optional<std::int64_t> seq, unsigned where = 1,
             std::int64_t epoch = 1, const char* node = "n1") {
    stored_message out{.message = message(number), .conversation = room(where), .seq = seq};
    out.command = message(1'000 + static_cast<unsigned>(held.messages.size())).value;
    out.text_hash = number;
    out.part = static_cast<int>(where);
    out.epoch = epoch;
    out.node = node;
    out.created_at = static_cast<std::int64_t>(held.messages.size());
    held.messages.push_back(out);
    if (seq) held.last_seq[room(where)] = std::max(held.last_seq[room(where)], *seq);
    return *this;
  }

  history told() {
    builder_.add(std::exchange(faults_, {}));
    return builder_.finish();
  }
  micros now() const { return now_; }

  database held;

private:
  history_builder builder_;
  std::vector<fault_record> faults_;
  micros now_ = 0;
};

/// What a whole check finds: the names of the kinds, with how often.
inline std::map<std::string, std::size_t> found(story& in) {
  auto seen = in.told();
  auto all = judge(seen, &in.held);
  std::map<std::string, std::size_t> out;
  for (std::size_t i = 0; i < broken_kinds; ++i)
    if (auto count = all.found.count(static_cast<broken>(i)); count > 0)
      out[std::string{to_string(static_cast<broken>(i))}] = count;
  return out;
}

using kinds = std::map<std::string, std::size_t>;

} // namespace recado::chaos
