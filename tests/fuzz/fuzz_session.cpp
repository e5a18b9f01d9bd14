/// What a WebSocket client may say: the lines of the input are frames. The first byte tells whether
/// the token came with the header and how the owners answer.
#include "gateway/json/fields.hpp"
#include "gateway/realtime/session_core.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using namespace recado::realtime;
using fuzz::must;

namespace {

struct surroundings final : session_port {
  explicit surroundings(std::uint8_t how) : mood(how), core(config, uuid::v7(), *this) {}

  void send(std::string text) override {
    must(!closed, "nothing is sent after a close");
    must(json::parse(text, 64).has_value(), "what is sent is JSON");
    ++sent;
  }
  void close(int code, std::string reason) override {
    must(!closed, "closed once");
    must(code >= 1000 && code < 5000 && reason.size() <= 123, "a close frame as RFC 6455 has it");
    closed = true;
  }
  void consumed() override { ++eaten; }
  std::size_t queued_bytes() const override { return 0; }
  auth::authority::verdict verify(std::string_view token) override {
    if (token == "good") return {who};
    return {fail(ec::invalid_token)};
  }
  void attach(const auth::principal&) override { attaching = true; }
  void submit(std::uint64_t ticket, command what) override {
    waiting.emplace_back(ticket, std::move(what));
  }
  void ask_standings() override { asked = true; }
  void read_messages(const conversation_id&, std::int64_t, std::size_t) override { reading = true; }
  void tell_typing(std::uint64_t ticket, const typing&) override { typed.push_back(ticket); }
  void tell_presence(std::uint64_t ticket, presence_status) override { typed.push_back(ticket); }
  wall_time now() const override { return {}; }
  void wake_in(realtime::alarm what, std::chrono::milliseconds) override { alarm = what; }

  void settle();
  reply answer_to(const command& what) const;

  gateway_config config;
  std::uint8_t mood;
  auth::principal who{client_id::make(),
                      user_id{"ana"},
                      {auth::scope::messages_read, auth::scope::messages_write},
                      {}};
  session_core core;
  std::vector<std::pair<std::uint64_t, command>> waiting;
  std::vector<std::uint64_t> typed;
  std::optional<realtime::alarm> alarm;
  bool attaching = false, asked = false, reading = false, closed = false;
  std::size_t sent = 0, eaten = 0;
};

reply surroundings::answer_to(const command& what) const {
  if (mood & 2) return refuse(what.id, ec::invalid_request, "no", "/payload");
  reply out;
  out.command = what.id;
  out.conversation = what.conversation;
  if (const auto* message = std::get_if<send_message>(&what.body)) out.message = message->message;
  out.stored = mood & 4;
  out.seq = out.stored ? 0 : 7;
  return out;
}

/// Answers whatever the session asked for.
void surroundings::settle() {
  for (int rounds = 0; rounds < 2'000; ++rounds) {
    if (std::exchange(attaching, false)) {
      core.on_attached({});
    } else if (std::exchange(asked, false)) {
      core.on_standings({});
    } else if (std::exchange(reading, false)) {
      core.on_page(fail(ec::conversation_not_found));
    } else if (!waiting.empty()) {
      auto [ticket, what] = std::move(waiting.back());
      waiting.pop_back();
      core.on_reply(ticket, answer_to(what));
    } else if (!typed.empty()) {
      core.on_typed(typed.back(), mood & 8);
      typed.pop_back();
    } else {
      return;
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  surroundings at{data[0]};
  at.core.start(data[0] & 1 ? std::optional{at.who} : std::nullopt);
  at.settle();
  auto rest = fuzz::text_of(data + 1, size - 1);
  std::size_t texts = 0;
  while (!rest.empty() && !at.closed) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    at.core.on_text(std::string{line});
    ++texts;
    at.settle();
  }
  must(at.eaten <= texts, "no text is consumed twice");
  must(at.closed || at.eaten == texts, "every text is consumed");
  if (at.alarm) at.core.on_alarm(*at.alarm);
  return 0;
}
