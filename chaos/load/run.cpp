#include "chaos/load/run.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace recado::load {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t number_digits = 12;
constexpr std::string_view text_field = "\"text\":\"";
constexpr std::string_view seq_field = "\"seq\":";

std::string twelve_digits(std::uint64_t number) {
  auto digits = std::to_string(number);
  return std::string(number_digits - digits.size(), '0') + digits;
}

template <class Number>
bool read_after(std::string_view text, std::string_view field, Number& into) {
  auto at = text.find(field);
  if (at == std::string_view::npos) return false;
  auto from = text.substr(at + field.size());
  return std::from_chars(from.data(), from.data() + from.size(), into).ec == std::errc{};
}

} // namespace

run::run(const options& how, const stage& on) : how_(how), on_(on) {
  auto filler = how.text_bytes > number_digits ? how.text_bytes - number_digits : 0;
  filler_.assign(filler, 'x');
  due_.reserve(1'000'000);
}
run::~run() = default;

std::uint64_t run::us_since(clock::time_point then, clock::time_point now) {
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(now - then).count();
  return us > 0 ? static_cast<std::uint64_t>(us) : 0;
}

void run::connect() {
  for (unsigned i = 0; i < how_.clients; ++i) {
    callers_.push_back(std::make_unique<caller>(
      [this](caller& line, const http_answer* got) { on_answer(line, got); }));
    loop_.connect(*callers_.back(), on_.host, on_.port);
    free_.push_back(callers_.back().get());
  }
  auto listen = [&](const std::string& token) {
    receivers_.push_back(std::make_unique<web_socket>(
      [this](web_socket& who, std::string_view text) { on_frame(who, text); }));
    receivers_.back()->start(loop_, on_.host, on_.port, token);
    // few at a time: a server may take some time for each upgrade
    auto end = clock::now() + 10s;
    while (receivers_.size() % 64 == 0 && !receivers_.back()->listening() && clock::now() < end)
      loop_.turn(10ms);
  };
  for (const auto& room : on_.rooms)
    if (!room.reader_token.empty()) listen(room.reader_token);
  for (const auto& token : on_.idle_tokens)
    listen(token);
  auto end = clock::now() + 30s;
  auto listening = [](const auto& one) { return one->listening(); };
  while (!std::all_of(receivers_.begin(), receivers_.end(), listening)) {
    if (clock::now() > end) throw std::runtime_error("not every WebSocket became ready in 30 s");
    loop_.turn(10ms);
  }
}

void run::warm_up() {
  next_arrival_ = clock::now();
  drive(next_arrival_ + std::chrono::seconds{how_.warmup_s});
}

void run::measure() {
  measured_from_ = due_.size();
  seen_.backlog_max = 0;
  auto begun = clock::now();
  drive(begun + std::chrono::seconds{how_.seconds});
  seen_.measured_s = std::chrono::duration<double>(clock::now() - begun).count();
  seen_.due = due_.size() - measured_from_;
}

void run::settle() {
  auto end = clock::now() + 10s;
  auto open = [&] { return settled_ < sent_ || sent_ < due_.size() || frames_ < expected_frames_; };
  while (open() && clock::now() < end) {
    send_due(clock::time_point::min());
    loop_.turn(1ms);
  }
  for (const auto& one : receivers_)
    if (one->lost()) ++seen_.sockets_lost;
}

void run::drive(clock::time_point until) {
  for (auto now = clock::now(); now < until; now = clock::now()) {
    send_due(now);
    auto wait = 1'000us;
    if (how_.rate > 0)
      wait = std::clamp(std::chrono::duration_cast<std::chrono::microseconds>(next_arrival_ - now),
                        0us, 1'000us);
    loop_.turn(wait);
  }
}

/// Whatever is due by now is due whether or not a connection is free. `now` at the minimum: nothing
/// new arrives, what waits is sent.
void run::send_due(clock::time_point now) {
  std::uint64_t each = how_.bulk > 0 ? how_.bulk : 1;
  if (how_.rate > 0) {
    auto step = std::chrono::nanoseconds{1'000'000'000ull / how_.rate};
    for (; next_arrival_ <= now; next_arrival_ += step)
      due_.push_back(next_arrival_);
    while (!free_.empty() && due_.size() - sent_ >= each) {
      auto* line = free_.back();
      free_.pop_back();
      send_on(*line, sent_, each);
    }
    seen_.backlog_max = std::max<std::uint64_t>(seen_.backlog_max, due_.size() - sent_);
    return;
  }
  if (now == clock::time_point::min()) return;
  while (!free_.empty()) {
    auto* line = free_.back();
    free_.pop_back();
    due_.insert(due_.end(), each, clock::now());
    send_on(*line, sent_, each);
  }
}

void run::send_on(caller& line, std::uint64_t first, std::uint64_t count) {
  line.first = first;
  line.count = count;
  sent_ += count;
  line.send(request_for(first, count));
}

std::string run::message_for(std::uint64_t number) const {
  auto text = R"(,"payload":{"type":"text","text":")" + twelve_digits(number) + filler_ + R"("}})";
  if (how_.implicit) {
    auto pair = std::to_string(number % how_.conversations);
    return R"({"from":"load-)" + pair + R"(-0","to":["load-)" + pair + R"(-1"])" + text;
  }
  const auto& room = on_.rooms[number % on_.rooms.size()];
  return R"({"conversation_id":")" + room.conversation + R"(","from":")" + room.author + '"' + text;
}

std::string run::request_for(std::uint64_t first, std::uint64_t count) const {
  std::string body;
  if (how_.bulk == 0) {
    body = message_for(first);
  } else {
    body = R"({"messages":[)";
    for (auto i = first; i < first + count; ++i)
      body += (i == first ? "" : ",") + message_for(i);
    body += "]}";
  }
  return std::string{"POST "} + (how_.bulk > 0 ? "/v1/messages/bulk" : "/v1/messages") +
         " HTTP/1.1\r\nHost: " + on_.host + "\r\nAuthorization: Bearer " + on_.token +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

void run::on_answer(caller& line, const http_answer* got) {
  auto now = clock::now();
  auto count = std::exchange(line.count, 0);
  settled_ += count;
  auto in_window = measured(line.first);
  std::uint64_t created = 0;
  if (got && got->status == 201) created = count;
  if (got && got->status == 207) { // one result per message
    for (std::size_t at = 0; (at = got->body.find("\"status\":201", at)) != std::string_view::npos;
         at += text_field.size())
      ++created;
  }
  if (how_.receive) expected_frames_ += created;
  if (in_window) {
    seen_.accepted += created;
    if (got && got->status == 202) seen_.stored += count;
    bool busy = got && (got->status == 429 || got->status == 503);
    if (busy) seen_.refused += count;
    if (!busy && !(got && got->status == 202)) seen_.failed += count - created;
    if (created > 0) seen_.post.add(us_since(due_at(line.first), now));
  }
  if (got) free_.push_back(&line); // a closed connection is not used again
}

void run::on_frame(web_socket& who, std::string_view text) {
  if (!text.starts_with(R"({"type":"message")")) return;
  std::uint64_t number = 0;
  std::int64_t seq = 0;
  if (!read_after(text, seq_field, seq)) return;
  if (who.last_seq != 0 && seq != who.last_seq + 1) ++seen_.out_of_order;
  who.last_seq = seq;
  ++frames_;
  auto at = text.find(text_field);
  if (at == std::string_view::npos) return;
  auto digits = text.substr(at + text_field.size(), number_digits);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc{})
    return;
  if (number >= due_.size() || !measured(number)) return;
  ++seen_.delivered;
  seen_.end_to_end.add(us_since(due_at(number), clock::now()));
}

} // namespace recado::load
