#include "chaos/workload/http_agent.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace recado::chaos {
namespace {

constexpr micros connect_limit = 500'000;
constexpr micros pause_first = 20'000;
constexpr micros pause_max = 1'000'000;
constexpr micros patience_max = 8'000'000;
constexpr micros stay_least = 10'000'000; ///< at one node; then any other, as behind a balancer
constexpr micros stay_most = 20'000'000;

micros retry_after(const http_answer& got) {
  auto text = got.header("Retry-After");
  micros seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds * 1'000'000;
}

} // namespace

http_agent::http_agent(scene& in, std::string name, micros patience)
  : in_(in),
    name_(std::move(name)),
    patience_(patience),
    node_(static_cast<unsigned>(in.pick(in.nodes.size()))),
    move_at_(in.between(0, stay_most)) {}

void http_agent::begin() {
  auto now = in_.clock.now();
  failures_ = late_ = 0;
  if (now >= move_at_) {
    move_at_ = now + in_.between(stay_least, stay_most);
    hang_up();
    node_ = static_cast<unsigned>(in_.pick(in_.nodes.size()));
  }
  try_now(now);
}

void http_agent::try_now(micros now) {
  if (connected()) return ask(now);
  stage_ = stage::connecting;
  until_ = now + connect_limit;
  const auto& to = in_.nodes[node_];
  if (!in_.loop.begin_connect(*this, to.host, to.port)) next_node("refused");
}

void http_agent::on_open() {
  if (stage_ == stage::connecting) ask(in_.clock.now());
}

void http_agent::ask(micros now) {
  stage_ = stage::asking;
  until_ = now + std::min(patience_ << std::min(late_, 8u), patience_max);
  send(request());
}

/// The connection is of no use. Every node is tried once before anybody waits.
void http_agent::next_node(std::string_view why) {
  hang_up();
  on_no_answer(why);
  auto nodes = static_cast<unsigned>(in_.nodes.size());
  node_ = (node_ + 1) % nodes;
  ++failures_;
  if (failures_ % nodes != 0) return pause(0);
  auto most = std::min(pause_first << std::min(failures_ / nodes, 10u), pause_max);
  pause(in_.between(most / 2, most));
}

void http_agent::pause(micros least) {
  stage_ = stage::pausing;
  until_ = in_.clock.now() + least;
}

void http_agent::tick(micros now) {
  switch (stage_) {
  case stage::idle:
    return when_idle(now);
  case stage::connecting:
    if (now >= until_) next_node("no connection in time");
    return;
  case stage::asking:
    if (now < until_) return;
    ++late_;
    return next_node("no answer in time");
  case stage::pausing:
    if (now >= until_) try_now(now);
  }
}

void http_agent::on_closed() {
  if (stage_ == stage::connecting) next_node("refused");
  if (stage_ == stage::asking) next_node("closed");
}

std::size_t http_agent::on_bytes(std::string_view all) {
  http_answer got;
  auto used = read_answer(all, got);
  if (used == 0) return 0;
  if (stage_ != stage::asking) { // an answer that nobody waits for
    hang_up();
    return all.size();
  }
  answered(got);
  return used;
}

void http_agent::answered(const http_answer& got) {
  bool close = got.header("Connection") == "close";
  if (got.status == 401) in_.tokens.at(person()).renew_at = 0;
  stage_ = stage::idle;
  bool done = on_answer(got);
  if (close) hang_up();
  if (done) return;
  auto asked = retry_after(got);
  if (asked == 0) asked = std::min(pause_first << std::min(failures_, 6u), pause_max);
  ++failures_;
  pause(asked + in_.between(0, asked / 4));
  if (got.status / 100 == 5 && in_.nodes.size() > 1) { // this one cannot; perhaps another can
    hang_up();
    node_ = (node_ + 1) % static_cast<unsigned>(in_.nodes.size());
  }
}

std::string http_agent::post(const std::string& target, std::size_t person,
                             const std::string& body) const {
  const auto& to = in_.nodes[node_];
  auto bearer = person == nobody ? std::string{} : in_.token(person);
  return fmt::format("POST {} HTTP/1.1\r\nHost: {}:{}\r\n{}{}{}Content-Type: application/json\r\n"
                     "Content-Length: {}\r\n\r\n{}",
                     target, to.host, to.port, bearer.empty() ? "" : "Authorization: Bearer ",
                     bearer, bearer.empty() ? "" : "\r\n", body.size(), body);
}

std::string http_agent::get(const std::string& target, std::size_t person) const {
  const auto& to = in_.nodes[node_];
  return fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nAuthorization: Bearer {}\r\n\r\n", target,
                     to.host, to.port, in_.token(person));
}

} // namespace recado::chaos
