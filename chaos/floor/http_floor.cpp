#include "chaos/floor/http_floor.hpp"

#include "chaos/load/process_cost.hpp"
#include "chaos/load/run.hpp"
#include "runtime/http/server.hpp"

#include <atomic>
#include <charconv>
#include <fmt/format.h>
#include <stdexcept>

namespace recado::floors {
namespace {

constexpr std::size_t token_bytes = 545; ///< of a client's access token
constexpr std::string_view room_prefix = "01a205b9-2b05-7000-8514-5103";
constexpr std::size_t room_digits = 8; ///< the rest of what is as long as a UUID

std::string room_name(std::size_t index) {
  return fmt::format("{}{:0{}}", room_prefix, index, room_digits);
}

/// The number behind the prefix, wherever it is in the text.
std::size_t room_in(std::string_view text) {
  auto at = text.find(room_prefix);
  std::size_t index = 0;
  if (at == std::string_view::npos) return index;
  auto from = text.substr(at + room_prefix.size(), room_digits);
  std::from_chars(from.data(), from.data() + from.size(), index);
  return index;
}

/// What a gateway answers and tells, without asking anybody. One io thread, as configured for the
/// product, so nothing is locked.
class nobody_behind final : public http::handler {
public:
  explicit nobody_behind(std::size_t rooms) : readers_(rooms), seqs_(rooms, 0) {}

  std::uint64_t pushed() const noexcept { return pushed_; }
  std::uint64_t answered() const noexcept { return answered_; }

  http::early_answer on_headers(const http::request&) override { return {}; }

  void on_request(http::request asked, http::responder answer) override {
    auto room = room_in(asked.body);
    if (room >= readers_.size()) return answer({.status = 404});
    auto seq = ++seqs_[room];
    answer({.status = 201, .body = answer_for(room, seq), .headers = {location_}});
    ++answered_;
    if (readers_[room] && readers_[room]->send(frame_for(room, seq, asked.body))) ++pushed_;
  }

  void on_upgrade(http::request asked, http::upgrader answer) override {
    auto room = room_in(asked.header_value("Authorization"));
    answer.accept("recado.v1.json", [this, room](http::ws_peer_ptr peer) {
      peer->send(R"({"type":"ready"})");
      readers_.at(room) = std::move(peer);
      return http::ws_callbacks{[](const std::string&) {}, [](int) {}};
    });
  }

  http::response on_protocol_error(int status, std::string_view) override {
    return {.status = status};
  }

private:
  /// 320 bytes, as to a group of two.
  static std::string answer_for(std::size_t room, std::uint64_t seq) {
    return fmt::format(
      R"({{"status":"accepted","message_id":"01a205b9-2b38-7000-b480-d94273c88d94",)"
      R"("conversation_id":"{}","seq":{},"created_at":"2026-11-23T00:05:51.041Z",)"
      R"("deliveries":[{{"delivery_id":"c4944606-1e81-5fc3-8c50-c5adcc37c618",)"
      R"("recipient":"b","channel":"in_app","status":"sent"}}],"deliveries_total":1}})",
      room_name(room), seq);
  }

  static std::string frame_for(std::size_t room, std::uint64_t seq, std::string_view body) {
    constexpr std::string_view field = R"("payload":)";
    auto at = body.find(field);
    auto payload = at == std::string_view::npos
                     ? std::string_view{"{}"}
                     : body.substr(at + field.size(), body.size() - at - field.size() - 1);
    return fmt::format(
      R"({{"type":"message","message":{{"message_id":"01a205b9-2b38-7000-b480-d94273c88d94",)"
      R"("conversation_id":"{}","seq":{},"from":"a","to":null,"payload":{},)"
      R"("priority":"standard","status":"sent","created_at":"2026-11-23T00:05:51.041Z",)"
      R"("send_at":null,"expires_at":null,"metadata":{{}}}}}})",
      room_name(room), seq, payload);
  }

  const http::header location_{"Location", "/v1/messages/01a205b9-2b38-7000-b480-d94273c88d94"};
  std::vector<http::ws_peer_ptr> readers_;
  std::vector<std::uint64_t> seqs_;
  std::atomic<std::uint64_t> pushed_{0};
  std::atomic<std::uint64_t> answered_{0};
};

load::stage stage_at(std::uint16_t port, std::size_t rooms) {
  load::stage out;
  out.doors = {{"127.0.0.1", port}};
  out.token.assign(token_bytes, 't');
  for (std::size_t i = 0; i < rooms; ++i) {
    auto token = room_name(i);
    token.resize(token_bytes, 't');
    out.rooms.push_back({room_name(i), "load-a", {std::move(token)}});
  }
  return out;
}

} // namespace

figure http_floor(const options& how) {
  auto handler = std::make_shared<nobody_behind>(how.conversations);
  auto started = http::server::start({.port = 0}, handler);
  if (!started) throw std::runtime_error(started.error().detail);
  auto& server = **started;
  load::options people;
  people.clients = how.callers;
  people.conversations = how.conversations;
  people.seconds = how.seconds;
  people.warmup_s = warm_up_s(how);
  people.text_bytes = how.text_bytes;
  auto on = stage_at(server.port(), how.conversations);
  load::run going{people, on};
  going.connect();
  going.warm_up();
  auto mine = load::thread_cpu_s(), all = load::process_cpu_s();
  going.measure();
  mine = load::thread_cpu_s() - mine;
  all = load::process_cpu_s() - all;
  going.settle();
  const auto& seen = going.result();
  if (seen.failed + seen.refused + seen.out_of_order + seen.sockets_lost > 0)
    throw std::runtime_error("http: not every request was answered and pushed in order");
  if (handler->answered() != handler->pushed())
    throw std::runtime_error("http: not every message was pushed");
  figure out;
  out.name = "http";
  out.messages = seen.accepted;
  out.seconds = seen.measured_s;
  out.client_cpu_s = mine;
  out.server_cpu_s = all - mine;
  out.said = seen.accepted;
  out.found = seen.delivered;
  server.stop(std::chrono::seconds{1});
  return out;
}

} // namespace recado::floors
