#include "chaos/workload/readers.hpp"

#include "chaos/sockets/scan.hpp"

#include <fmt/format.h>

namespace recado::chaos {
namespace {

constexpr unsigned receipt_every = 25; ///< messages
constexpr std::size_t receipts_max = 64;
constexpr micros resume_pause = 100'000;
constexpr micros stream_pause = 100'000;
constexpr micros stream_head_limit = 2'000'000;
constexpr micros stream_silence_max = 5'000'000; ///< while something is known to be missing
constexpr micros stay_least = 20'000'000;
constexpr micros stay_most = 60'000'000;

} // namespace

// ---------------------------------------------------------------------------- socket_reader

socket_reader::socket_reader(scene& in, const audience& who, fetcher& history)
  : link_agent(in, who.name, who.person),
    has_(in, who, history) {}

void socket_reader::on_link() {
  has_.note_positions(link());
  for (std::size_t from = 0; from < has_.rooms(); from += 1'000)
    send_text(fmt::format(R"({{"type":"resume","id":"resume","conversations":{{{}}}}})",
                          has_.positions(from)));
}

/// What a refused resume left out cannot follow once live messages have come: so nothing more is
/// taken from this connection.
void socket_reader::on_text(std::string_view text) {
  bool error = text.starts_with(R"({"type":"error")");
  if (error && text_after(text, "\"id\":") == "resume")
    return leave("resume refused", resume_pause);
  if (error || text.starts_with(R"({"type":"ack")")) return on_receipt_answer(text);
  has_.take(text, link());
  if (has_.last().seq > 0 && ++messages_ % receipt_every == 0) send_receipt();
}

void socket_reader::send_receipt() {
  if (receipts_.size() >= receipts_max) return;
  auto id = std::to_string(++last_receipt_);
  receipt_record one{in_.clock.now(), name(), has_.last().where, in_.pick(2) == 0, has_.last().seq};
  in_.records.note(one);
  send_text(fmt::format(
    R"({{"type":"receipt","id":"{}","conversation_id":"{}","kind":"{}","up_to_seq":{}}})", id,
    one.conversation.str(), one.read ? "read" : "delivered", one.up_to_seq));
  receipts_.emplace(std::move(id), std::move(one));
}

void socket_reader::on_receipt_answer(std::string_view text) {
  auto at = receipts_.find(std::string{text_after(text, "\"id\":")});
  if (at == receipts_.end()) return;
  auto one = at->second;
  receipts_.erase(at);
  one.at = in_.clock.now();
  one.status = static_cast<int>(number_after(text, "\"status\":").value_or(200));
  in_.records.note(one);
}

// ---------------------------------------------------------------------------- stream_reader

stream_reader::stream_reader(scene& in, const audience& who, fetcher& history)
  : in_(in),
    who_(who),
    has_(in, who, history) {}

void stream_reader::begin(micros now) {
  ++link_;
  listening_ = false;
  heard_at_ = now;
  leave_at_ = now + in_.between(stay_least, stay_most);
  const auto& to = in_.nodes[node_];
  if (!in_.loop.begin_connect(*this, to.host, to.port)) return over("refused");
  send(fmt::format("GET /v1/stream HTTP/1.0\r\nHost: {}:{}\r\nAuthorization: Bearer {}\r\n{}{}\r\n",
                   to.host, to.port, in_.token(who_.person),
                   last_id_.empty() ? "" : "Last-Event-ID: " + last_id_,
                   last_id_.empty() ? "" : "\r\n"));
}

void stream_reader::over(std::string_view why) {
  hang_up();
  begin_at_ = in_.clock.now() + stream_pause;
  node_ = (node_ + 1) % static_cast<unsigned>(in_.nodes.size());
  if (!std::exchange(listening_, false)) return;
  --in_.records.counts().listening;
  in_.records.note(close_record{in_.clock.now(), who_.name, link_, 0, std::string{why}});
}

void stream_reader::on_closed() {
  over("closed");
}

void stream_reader::tick(micros now) {
  if (!open()) {
    if (now >= begin_at_) begin(now);
    return;
  }
  if (!listening_ && now - heard_at_ > stream_head_limit) return over("no answer in time");
  if (now >= leave_at_) return over("moving on");
  // Its keep-alive is rare; but with something missing, silence is suspicious.
  if (listening_ && now - heard_at_ > stream_silence_max && !has_.complete()) over("silent");
}

std::size_t stream_reader::on_bytes(std::string_view all) {
  heard_at_ = in_.clock.now();
  std::size_t used = 0;
  if (!listening_) {
    auto end = all.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    if (all.substr(0, 12).find(" 200") == std::string_view::npos) {
      if (all.substr(0, 12).find(" 401") != std::string_view::npos)
        in_.tokens[who_.person].renew_at = 0;
      over("refused");
      return all.size();
    }
    used = end + 4;
    listening_ = true;
    ++in_.records.counts().listening;
    in_.records.note(open_record{heard_at_, who_.name, link_, node_});
    if (!last_id_.empty()) has_.note_positions(link_);
  }
  for (auto end = all.find("\n\n", used); open() && end != std::string_view::npos;
       end = all.find("\n\n", used)) {
    take_event(all.substr(used, end - used));
    used = end + 2;
  }
  return used;
}

void stream_reader::take_event(std::string_view event) {
  while (!event.empty()) {
    auto line = event.substr(0, event.find('\n'));
    event.remove_prefix(std::min(line.size() + 1, event.size()));
    if (line.starts_with("id: ")) last_id_ = line.substr(4);
    if (line.starts_with(R"(data: {"type":"error")")) return over("resume refused");
    if (line.starts_with("data: ")) has_.take(line.substr(6), link_);
  }
}

} // namespace recado::chaos
