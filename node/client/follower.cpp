#include "node/client/follower.hpp"

#include "runtime/policy/retry.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace recado::client {

using nlohmann::json;
using namespace std::chrono_literals;

namespace {
constexpr auto first_backoff = 100ms;
constexpr auto last_backoff = 5s;
constexpr const char* resume_id = "resume";
} // namespace

follower::follower(api_client api, std::string conversation, std::int64_t since,
                   message_fn on_message, note_fn on_note)
  : api_(std::move(api)),
    conversation_(std::move(conversation)),
    last_(since),
    on_message_(std::move(on_message)),
    on_note_(std::move(on_note)) {}

std::string follower::run() {
  while (follow_once() == next::again) {
    auto wait = policy::exponential(first_backoff, 2, last_backoff, failures_);
    std::this_thread::sleep_for(wait);
  }
  return end_;
}

follower::next follower::lost(const std::string& why) {
  if (failures_++ == 0) on_note_(fmt::format("connection lost ({}), trying again", why));
  return next::again;
}

follower::next follower::follow_once() {
  auto socket = api_.open_socket();
  if (!socket) {
    if (!socket.error().starts_with("401 ") && !socket.error().starts_with("403 "))
      return lost(socket.error());
    end_ = socket.error();
    return next::give_up;
  }
  json resume{{"type", "resume"}, {"id", resume_id}, {"conversations", {{conversation_, last_}}}};
  if (auto sent = socket->send(resume.dump()); !sent) return lost(sent.error());
  for (;;) {
    auto frame = socket->receive(1h);
    if (!frame) return lost(frame.error());
    if (*frame && on_frame(**frame) == next::give_up) return next::give_up;
  }
}

follower::next follower::on_frame(const std::string& text) {
  auto frame = json::parse(text, nullptr, false);
  if (!frame.is_object()) return next::again;
  auto type = frame.value("type", "");
  if (type == "resumed") {
    if (failures_ > 0) on_note_("connected again");
    failures_ = 0;
  } else if (type == "message" && frame.contains("message")) {
    const auto& message = frame["message"];
    if (message.value("conversation_id", "") == conversation_ && message["seq"].is_number())
      hand_over(message["seq"].get<std::int64_t>(), message.dump());
  } else if (type == "gap" && frame.value("conversation_id", "") == conversation_) {
    // What is missing could not be fetched: the next resume asks for it again.
    if (!fetch_until(frame.value("to_seq", std::int64_t{0}))) failures_ = 1;
  } else if (type == "error" && frame.value("id", json{}) == resume_id) {
    end_ = fmt::format("{} {}: {}", frame.value("status", 0), frame.value("code", ""),
                       frame.value("detail", ""));
    return next::give_up;
  }
  return next::again;
}

bool follower::fetch_until(std::int64_t to_seq) {
  while (last_ < to_seq) {
    auto page = api_.ask_for_body(
      {.target = fmt::format("/v1/conversations/{}/messages?since_seq={}&limit=1000", conversation_,
                             last_)});
    auto body = page ? json::parse(*page, nullptr, false) : json{};
    if (!body.is_object() || body["data"].empty()) return false;
    for (const auto& message : body["data"])
      hand_over(message.value("seq", std::int64_t{0}), message.dump());
  }
  return true;
}

void follower::hand_over(std::int64_t seq, const std::string& json_text) {
  if (seq <= last_) return; // seen before the connection broke
  last_ = seq;
  on_message_(seq, json_text);
}

tl::expected<std::int64_t, std::string> last_seq_of(api_client& api,
                                                    const std::string& conversation) {
  auto body = api.ask_for_body({.target = "/v1/conversations/" + conversation});
  if (!body) return tl::unexpected(body.error());
  auto found = json::parse(*body, nullptr, false);
  if (!found.is_object()) return tl::unexpected(std::string{"the answer is no JSON object"});
  return found.value("last_seq", std::int64_t{0});
}

} // namespace recado::client
