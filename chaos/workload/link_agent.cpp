#include "chaos/workload/link_agent.hpp"

#include <algorithm>

namespace recado::chaos {
namespace {

constexpr micros ready_limit = 2'000'000;
constexpr micros ping_every = 1'000'000;
constexpr micros silence_max = 3'000'000;
constexpr micros stay_least = 20'000'000; ///< on one connection: then it moves, as people do
constexpr micros stay_most = 60'000'000;
constexpr micros pause_first = 20'000;
constexpr micros pause_max = 1'000'000;

} // namespace

link_agent::link_agent(scene& in, std::string name, std::size_t person)
  : web_socket([this](web_socket&, std::string_view text) { on_text(text); }),
    in_(in),
    name_(std::move(name)),
    person_(person),
    node_(static_cast<unsigned>(in.pick(in.nodes.size()))) {}

void link_agent::begin_link(micros now) {
  stage_ = stage::connecting;
  until_ = now + ready_limit;
  ++link_;
  const auto& to = in_.nodes[node_];
  if (!begin(in_.loop, to.host, to.port, in_.token(person_))) gone("refused", 0);
}

void link_agent::on_ready() {
  auto now = in_.clock.now();
  stage_ = stage::listening;
  failures_ = 0;
  heard_at_ = now;
  ping_at_ = now + ping_every;
  leave_at_ = now + in_.between(stay_least, stay_most);
  in_.records.note(open_record{now, name_, link_, node_});
  ++in_.records.counts().listening;
  on_link();
}

void link_agent::on_lost() {
  gone("closed", 0);
}

void link_agent::leave(std::string_view why, micros pause) {
  if (stage_ == stage::listening) send_close();
  hang_up();
  gone(why, pause);
}

/// The connection is over; where and when the next one begins.
void link_agent::gone(std::string_view why, micros pause) {
  auto now = in_.clock.now();
  bool was_listening = stage_ == stage::listening;
  stage_ = stage::waiting;
  auto nodes = static_cast<unsigned>(in_.nodes.size());
  node_ = (node_ + 1) % nodes;
  ++failures_;
  if (failures_ % nodes == 0) {
    auto most = std::min(pause_first << std::min(failures_ / nodes, 6u), pause_max);
    pause += in_.between(most / 2, most);
  }
  until_ = now + pause;
  if (refusal() == 401) in_.tokens[person_].renew_at = 0;
  if (!was_listening) return;
  --in_.records.counts().listening;
  in_.records.note(close_record{now, name_, link_, close_code(), std::string{why}});
  on_link_lost(why);
}

void link_agent::tick(micros now) {
  if (stage_ == stage::waiting) {
    if (now >= until_) begin_link(now);
    return;
  }
  if (stage_ == stage::connecting) {
    if (now >= until_) leave("not ready in time");
    return;
  }
  if (frames() != heard_) {
    heard_ = frames();
    heard_at_ = now;
  }
  if (now - heard_at_ > silence_max) return leave("silent");
  if (wants_to_move(now) && may_move()) return leave("moving on");
  if (now < ping_at_) return;
  ping_at_ = now + ping_every;
  send_ping();
}

} // namespace recado::chaos
