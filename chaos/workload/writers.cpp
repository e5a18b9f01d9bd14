#include "chaos/workload/writers.hpp"

#include "chaos/sockets/scan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

constexpr micros patience = 1'000'000;
constexpr micros bulk_patience = 2'000'000;
constexpr micros gather_for = 50'000;
constexpr std::size_t bulk_max = 20;
constexpr std::size_t one_in = 50; ///< this many accepted messages are sent once more, later
constexpr micros again_least = 500'000;
constexpr micros again_most = 10'000'000;

std::string lane_for(scene& in) {
  auto dice = in.pick(10);
  return dice == 0 ? "bulk" : dice < 3 ? "express" : "standard";
}

std::string text_for(scene& in) {
  return fmt::format("{} {}", in.records.counts().sent + 1,
                     std::string(20 + in.pick(280), static_cast<char>('a' + in.pick(26))));
}

/// What a POST of this message has as its body.
std::string body_of(const letter& what, bool as_person) {
  return as_person ? fmt::format("{{{}}}", what.fields())
                   : fmt::format(R"({{"from":"{}",{}}})", what.from, what.fields());
}

void accepted(scene& in, const letter_ptr& what) {
  auto& room = in.rooms[what->room];
  if (what->seq) room.acked_seq = std::max(room.acked_seq, *what->seq);
  if (what->seq && in.sending && in.pick(one_in) == 0)
    in.records.again_at(what, in.clock.now() + in.between(again_least, again_most));
}

} // namespace

letter_ptr compose(scene& in, std::size_t room, const std::string& by, const std::string& from) {
  return in.records.compose(room, in.rooms[room].id, from, by, lane_for(in), text_for(in));
}

told told_by(const http_answer& got) {
  told out{.status = got.status};
  if (got.status / 100 == 2)
    out.seq = number_after(got.body, "\"seq\":");
  else
    out.why = text_after(got.body, "\"code\":");
  out.replayed = got.header("Idempotency-Replayed") == "true";
  return out;
}

// ------------------------------------------------------------------------------ post_writer

post_writer::post_writer(scene& in, std::size_t room, bool as_person)
  : http_agent(in, fmt::format("{}-{}", as_person ? "person" : "post", room), patience),
    room_(room),
    as_person_(as_person) {}

std::size_t post_writer::person() const {
  return as_person_ ? in_.rooms[room_].author : 0;
}

void post_writer::write() {
  letter_ = compose(in_, room_, name(), in_.author(room_));
  begin();
}

std::string post_writer::request() {
  in_.records.note_try(*letter_, name(), as_person_ ? way::person : way::post, node(), 0);
  return post("/v1/messages", person(), body_of(*letter_, as_person_));
}

bool post_writer::on_answer(const http_answer& got) {
  if (!in_.records.note_answer(letter_, name(), told_by(got))) return false;
  accepted(in_, letter_);
  return true;
}

void post_writer::on_no_answer(std::string_view why) {
  in_.records.note_answer(letter_, name(), {.why = std::string{why}});
}

// --------------------------------------------------------------------------------- repeater

repeater::repeater(scene& in, unsigned number)
  : http_agent(in, fmt::format("again-{}", number), patience) {}

void repeater::when_idle(micros now) {
  letter_ = in_.records.take_again(now);
  if (letter_) begin();
}

// As the client: the author of a message that came by a user's token or a session is named then,
// and the same message it is.
std::string repeater::request() {
  in_.records.note_try(*letter_, name(), way::post, node(), 0);
  return post("/v1/messages", 0, body_of(*letter_, false));
}

bool repeater::on_answer(const http_answer& got) {
  if (!in_.records.note_answer(letter_, name(), told_by(got))) return false;
  auto& room = in_.rooms[letter_->room];
  if (letter_->seq) room.acked_seq = std::max(room.acked_seq, *letter_->seq);
  return true;
}

void repeater::on_no_answer(std::string_view why) {
  in_.records.note_answer(letter_, name(), {.why = std::string{why}});
}

// ------------------------------------------------------------------------------ bulk_writer

bulk_writer::bulk_writer(scene& in, unsigned number)
  : http_agent(in, fmt::format("bulk-{}", number), bulk_patience) {}

bool bulk_writer::full() const {
  return gathered_.size() >= bulk_max;
}

void bulk_writer::write(std::size_t room) {
  if (gathered_.empty()) since_ = in_.clock.now();
  gathered_.push_back(compose(in_, room, name(), in_.author(room)));
}

void bulk_writer::when_idle(micros now) {
  if (gathered_.empty() || (!full() && now < since_ + gather_for)) return;
  under_way_ = std::move(gathered_);
  gathered_.clear();
  begin();
}

std::string bulk_writer::request() {
  std::string body = R"({"messages":[)";
  for (const auto& each : under_way_) {
    in_.records.note_try(*each, name(), way::bulk, node(), 0);
    body += (body.back() == '[' ? "" : ",") + body_of(*each, false);
  }
  return post("/v1/messages/bulk", 0, body + "]}");
}

bool bulk_writer::on_answer(const http_answer& got) {
  auto body = nlohmann::json::parse(got.body, nullptr, false);
  bool each = got.status == 207 && body.is_object() && body.contains("results") &&
              body["results"].size() == under_way_.size();
  std::vector<letter_ptr> left;
  for (std::size_t i = 0; i < under_way_.size(); ++i) {
    told said{.status = got.status};
    if (each) {
      const auto& one = body["results"][i];
      said.status = one.value("status", 0);
      said.replayed = one.value("replayed", false);
      if (one.contains("seq") && one["seq"].is_number()) said.seq = one["seq"].get<std::int64_t>();
      if (one.contains("error")) said.why = one["error"].value("code", "");
    }
    if (in_.records.note_answer(under_way_[i], name(), said))
      accepted(in_, under_way_[i]);
    else
      left.push_back(under_way_[i]);
  }
  under_way_ = std::move(left);
  return under_way_.empty();
}

void bulk_writer::on_no_answer(std::string_view why) {
  for (const auto& each : under_way_)
    in_.records.note_answer(each, name(), {.why = std::string{why}});
}

} // namespace recado::chaos
