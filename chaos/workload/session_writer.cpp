#include "chaos/workload/session_writer.hpp"

#include "chaos/sockets/scan.hpp"
#include "chaos/workload/writers.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace recado::chaos {
namespace {

constexpr std::size_t window = 16;
constexpr micros patience = 1'500'000; ///< twice as much after each time in vain
constexpr micros patience_max = 8'000'000;
constexpr micros pause_after_error = 50'000;

} // namespace

session_writer::session_writer(scene& in, const audience& who)
  : link_agent(in, who.name, who.person),
    who_(who) {}

bool session_writer::write() {
  if (!listening() || refused_ || open_.size() >= window) return false;
  if (wants_to_move(in_.clock.now())) return false;
  auto room = who_.rooms[in_.pick(who_.rooms.size())];
  auto letter = compose(in_, room, name(), in_.tokens[who_.person].user);
  open_.push_back({0, std::move(letter), 0});
  send_one(open_.back());
  return true;
}

void session_writer::send_one(unanswered& one) {
  one.number = ++last_number_;
  one.sent_at = in_.clock.now();
  in_.records.note_try(*one.what, name(), way::socket, node(), link());
  send_text(fmt::format(R"({{"type":"send","id":"{}",{}}})", one.number, one.what->fields()));
}

void session_writer::on_link() {
  refused_ = false;
  for (auto& one : open_)
    send_one(one);
}

void session_writer::on_link_lost(std::string_view why) {
  for (const auto& one : open_)
    if (one.number > 0)
      in_.records.note_answer(one.what, name(), {.link = link(), .why = std::string{why}});
}

void session_writer::tick(micros now) {
  link_agent::tick(now);
  if (!listening() || open_.empty()) return;
  auto refused = [](const unanswered& one) { return one.number == 0; };
  if (refused_ && std::ranges::all_of(open_, refused))
    return leave("refused", in_.between(pause_after_error / 2, pause_after_error));
  if (now - open_.front().sent_at < std::min(patience << std::min(late_, 8u), patience_max)) return;
  ++late_;
  leave("no answer in time");
}

void session_writer::on_text(std::string_view text) {
  bool ack = text.starts_with(R"({"type":"ack")");
  if (!ack && !text.starts_with(R"({"type":"error")")) return;
  auto id = text_after(text, "\"id\":");
  std::uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  ack ? on_ack(text, number) : on_refusal(text, number);
}

void session_writer::on_ack(std::string_view text, std::uint64_t number) {
  auto at = std::ranges::find(open_, number, &unanswered::number);
  if (at == open_.end()) return; // of an earlier connection's numbers there is none here
  told said{.status = 202, .seq = number_after(text, "\"seq\":"), .link = link()};
  if (said.seq) said.status = 201;
  said.replayed = text.find("\"replayed\":true") != std::string_view::npos;
  auto& room = in_.rooms[at->what->room];
  if (said.seq) room.acked_seq = std::max(room.acked_seq, *said.seq);
  in_.records.note_answer(at->what, name(), said);
  open_.erase(at);
  late_ = 0;
}

/// What came behind it may be taken or not: that is heard first, then all that is left is sent
/// again, in its order.
void session_writer::on_refusal(std::string_view text, std::uint64_t number) {
  auto at = std::ranges::find(open_, number, &unanswered::number);
  if (at == open_.end()) return;
  auto status = static_cast<int>(number_after(text, "\"status\":").value_or(0));
  in_.records.note_answer(
    at->what, name(),
    {.status = status, .link = link(), .why = std::string{text_after(text, "\"code\":")}});
  at->number = 0;
  refused_ = true;
}

} // namespace recado::chaos
