#include "chaos/workload/subscription.hpp"

#include "chaos/sockets/scan.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

constexpr std::size_t positions_max = 1'000;

} // namespace

subscription::subscription(scene& in, const audience& who, fetcher& history)
  : in_(in),
    who_(who),
    history_(history) {
  for (auto room : who.rooms)
    have_[in.rooms[room].id] = 0;
}

void subscription::take(std::string_view frame, unsigned link) {
  last_ = {};
  if (frame.starts_with(R"({"type":"message")")) return take_message(frame, link);
  if (frame.starts_with(R"({"type":"gap")")) return take_gap(frame, link);
  if (frame.starts_with(R"({"type":"resumed")")) take_resumed(frame, link);
}

void subscription::take_message(std::string_view frame, unsigned link) {
  auto where = id_after<conversation_id>(frame, "\"conversation_id\":");
  auto what = id_after<message_id>(frame, "\"message_id\":");
  auto seq = number_after(frame, "\"seq\":");
  if (!where || !what || !seq) return;
  auto had = have_.find(*where);
  if (had == have_.end()) return; // a conversation of another run
  in_.records.note(frame_record{in_.clock.now(), who_.name, link, *where, *what, *seq});
  had->second = std::max(had->second, *seq);
  last_ = {*where, *seq};
}

void subscription::take_gap(std::string_view frame, unsigned link) {
  auto where = id_after<conversation_id>(frame, "\"conversation_id\":");
  auto from = number_after(frame, "\"from_seq\":"), to = number_after(frame, "\"to_seq\":");
  if (!where || !from || !to || !have_.contains(*where)) return;
  in_.records.note(gap_record{in_.clock.now(), who_.name, link, *where, *from, *to});
  history_.fetch({who_.name, who_.person, *where, *from, *to});
}

void subscription::take_resumed(std::string_view frame, unsigned link) const {
  auto all = nlohmann::json::parse(frame, nullptr, false);
  if (!all.is_object() || !all.contains("conversations")) return;
  for (const auto& [name, seq] : all["conversations"].items()) {
    auto where = conversation_id::parse(name);
    if (where && have_.contains(*where) && seq.is_number())
      in_.records.note(
        resume_record{in_.clock.now(), who_.name, link, *where, seq.get<std::int64_t>(), true});
  }
}

void subscription::note_positions(unsigned link) const {
  for (const auto& [where, seq] : have_)
    in_.records.note(resume_record{in_.clock.now(), who_.name, link, where, seq});
}

std::string subscription::positions(std::size_t from) const {
  std::string out;
  auto to = std::min(from + positions_max, who_.rooms.size());
  for (auto i = from; i < to; ++i) {
    const auto& where = in_.rooms[who_.rooms[i]].id;
    out += fmt::format(R"({}"{}":{})", i == from ? "" : ",", where.str(), have_.at(where));
  }
  return out;
}

bool subscription::complete() const {
  auto has_all = [&](std::size_t room) {
    return have_.at(in_.rooms[room].id) >= in_.rooms[room].acked_seq;
  };
  return std::ranges::all_of(who_.rooms, has_all) && !history_.busy_for(who_.name);
}

} // namespace recado::chaos
