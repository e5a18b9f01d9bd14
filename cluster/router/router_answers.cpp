/// router_core, second half: the inbox and the answers.
#include "cluster/router/router_core.hpp"

#include <algorithm>

namespace recado::cluster {

namespace {

/// The owner (or whoever stood in its way) did not decide the command, now or for good.
bool decides_nothing(ec code) {
  switch (code) {
  case ec::overloaded:
  case ec::store_unavailable:
  case ec::owner_unavailable:
  case ec::outcome_unknown:
  case ec::shutting_down:
  case ec::rate_limited:
  case ec::request_timeout:
  case ec::internal:
    return true;
  default:
    return false;
  }
}

bool wants_another_try(ec code) {
  return code == ec::moved || code == ec::out_of_order || code == ec::abandoned;
}

reply stored_reply(const command& what) {
  reply out;
  out.command = what.id;
  out.stored = true;
  out.conversation = what.conversation;
  out.at = what.received_at;
  if (const auto* send = std::get_if<send_message>(&what.body)) out.message = send->message;
  return out;
}

} // namespace

// --- the inbox ---------------------------------------------------------------------------------

/// The chain lost its path: its sends go to the inbox together, the others are told.
void router_core::fall_back(chain_number number, std::optional<ec> others, router_actions& out) {
  set_resend(number, std::nullopt);
  auto& in = chains_.at(number);
  if (in.way != path::inbox) ++counters_.fallbacks;
  in.way = path::inbox;
  auto line = in.line;
  for (auto to : line) {
    auto& e = entries_.at(to);
    e.now = stage::held;
    if (!e.is_send()) finish(to, others.value_or(verdict(e, ec::owner_unavailable)), out);
  }
  if (chains_.contains(number)) store_line(number, out);
}

/// One store of a chain at a time: if it fails, what came later must not be in the inbox.
void router_core::store_line(chain_number number, router_actions& out) {
  auto& in = chains_.at(number);
  if (in.storing > 0) return;
  act::store all;
  for (auto to : in.line) {
    auto& e = entries_.at(to);
    ++e.attempt;
    e.now = stage::storing;
    all.items.push_back({to, e.attempt, in.part, e.what});
  }
  in.storing = all.items.size();
  counters_.inboxed += all.items.size();
  out.emplace_back(std::move(all));
}

router_actions router_core::on_stored(ticket to, std::uint32_t attempt, const inbox_answer& how,
                                      steady_time now) {
  router_actions out;
  auto* e = current(to, attempt);
  if (e == nullptr || e->now != stage::storing) return out;
  auto number = e->in;
  if (!how) {
    fail_chain(number, how.error().code, out);
    return out;
  }
  finish(to, how->value_or(stored_reply(*e->what)), out);
  go_on(number, now, out);
  return out;
}

/// All that the inbox was storing is answered. What came meanwhile went nowhere yet, and nothing
/// before it is open: choose anew.
void router_core::go_on(chain_number number, steady_time now, router_actions& out) {
  auto in = chains_.find(number);
  if (in != chains_.end() && in->second.way == path::inbox && in->second.storing == 0)
    send_line(number, now, out);
}

// --- answers -----------------------------------------------------------------------------------

router_actions router_core::on_ack(ticket to, std::uint32_t attempt, publish_ack how) {
  router_actions out;
  auto* e = current(to, attempt);
  if (e == nullptr || e->now != stage::sent || how == publish_ack::received) return out;
  if (how == publish_ack::refused) e->refused = true;
  fall_back(e->in, std::nullopt, out);
  return out;
}

router_actions router_core::on_offer(ticket to, std::uint32_t attempt, offer_result how,
                                     steady_time now) {
  router_actions out;
  auto* e = current(to, attempt);
  if (e == nullptr || e->now != stage::sent || how == offer_result::taken) return out;
  auto code = how == offer_result::not_owner ? ec::moved : ec::overloaded;
  return on_reply(refuse(e->what->id, code), now);
}

router_actions router_core::on_reply(reply what, steady_time now) {
  router_actions out;
  auto found = by_command_.find(what.command);
  if (found == by_command_.end()) {
    ++counters_.late_replies;
    return out;
  }
  auto to = found->second;
  auto& e = entries_.at(to);
  auto number = e.in;
  auto& in = chains_.at(number);
  bool undecided = wants_another_try(what.code) || decides_nothing(what.code);
  if (undecided && in.way == path::inbox) return out; // of an earlier copy: the inbox will tell
  if (undecided && in.way == path::direct) e.refused = true; // the stream may be read again
  if (wants_another_try(what.code)) {
    bool moved = what.code == ec::moved;
    ++(moved ? counters_.moved : counters_.out_of_order);
    if (moved && in.way == path::direct) presence_.local_refused(in.part, now);
    send_again(number, moved, now, out);
    return out;
  }
  // Another copy of an undecided command may be decided yet: nothing may overtake it.
  bool lingers = undecided && e.may_be_decided();
  ++counters_.answered;
  in.resends = 0;
  finish(to, std::move(what), out);
  if (lingers && chains_.contains(number)) fail_chain(number, ec::outcome_unknown, out);
  go_on(number, now, out);
  return out;
}

ec router_core::verdict(const entry& e, ec code) {
  return e.may_be_decided() ? ec::outcome_unknown : code;
}

void router_core::fail_chain(chain_number number, ec code, router_actions& out) {
  auto line = chains_.at(number).line;
  for (auto to : line)
    finish(to, verdict(entries_.at(to), code), out);
}

void router_core::finish(ticket to, ec code, router_actions& out) {
  finish(to, refuse(entries_.at(to).what->id, code), out);
}

void router_core::finish(ticket to, reply what, router_actions& out) {
  auto found = entries_.find(to);
  auto& e = found->second;
  auto& in = chains_.at(e.in);
  if (e.now == stage::storing) --in.storing;
  in.line.erase(std::find(in.line.begin(), in.line.end(), to));
  if (in.line.empty()) leave(e.in);
  if (what.stored) ++counters_.stored;
  count(what.code);
  counters_.bytes -= e.bytes;
  by_command_.erase(e.what->id);
  entries_.erase(found);
  counters_.outstanding = entries_.size();
  out.emplace_back(act::answer{to, std::move(what)});
}

void router_core::count(ec code) {
  if (code == ec::owner_unavailable || code == ec::store_unavailable) ++counters_.unavailable;
  if (code == ec::outcome_unknown) ++counters_.unknown;
  if (code == ec::overloaded) ++counters_.overloaded;
}

} // namespace recado::cluster
