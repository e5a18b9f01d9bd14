#include "gateway/realtime/event_feed.hpp"

namespace recado::realtime {
namespace {

/// Every frame begins with its type.
std::string_view type_of(std::string_view frame) {
  constexpr std::string_view before = R"({"type":")";
  if (!frame.starts_with(before)) return "message";
  frame.remove_prefix(before.size());
  return frame.substr(0, frame.find('"'));
}

} // namespace

void event_feed::passed(const conversation_id& where, std::int64_t seq) {
  auto [at, fresh] = all_.try_emplace(where, seq);
  if (!fresh && at->second >= seq) return;
  at->second = seq;
  if (base_) changed_.insert(where);
  if (keeping_) changing_.insert(where);
  news_ = true;
}

/// Some readers forget the id at an event without one, so every event has it.
const std::string& event_feed::id_line() {
  if (!std::exchange(news_, false)) return line_;
  line_.clear();
  if (listed() > config_.listed_max) return line_;
  shapes::stream_id id{base_, {}};
  if (!base_) {
    id.at = all_;
  } else {
    for (const auto& each : changed_)
      id.at.emplace(each, all_.at(each));
  }
  return line_ = "id: " + shapes::write_stream_id(id) + '\n';
}

std::string event_feed::event_of(const std::string& frame) {
  std::string out = "event: ";
  out.reserve(frame.size() + 128);
  out += type_of(frame);
  out += '\n';
  out += id_line();
  out += "data: ";
  out += frame; // our JSON has no line ends
  out += "\n\n";
  return out;
}

std::string event_feed::id_alone() {
  const auto& line = id_line();
  return line.empty() ? line : line + '\n';
}

std::optional<shapes::positions> event_feed::to_keep(steady_time now) {
  bool many = listed() > config_.named_max && (!kept_at_ || now - *kept_at_ >= config_.keep_every);
  bool old = base_ && now - *kept_at_ >= config_.keep_again;
  if (keeping_ || !(many || old)) return std::nullopt;
  keeping_ = true;
  kept_at_ = now;
  changing_.clear();
  return all_;
}

void event_feed::kept(const std::optional<uuid>& under) {
  keeping_ = false;
  if (!under) return;
  base_ = under;
  changed_ = std::exchange(changing_, {});
  news_ = true;
}

} // namespace recado::realtime
