#include "cluster/router/router_core.hpp"

#include <algorithm>

namespace recado::cluster {

std::size_t weight_of(const command& what) {
  auto bytes = sizeof(command) + what.trace.size() + what.reply_to.size();
  if (const auto* send = std::get_if<send_message>(&what.body)) {
    bytes += send->payload.size() + send->metadata.size();
    for (const auto& user : send->implicit_members)
      bytes += sizeof(user) + user.value.size();
  } else if (const auto* create = std::get_if<create_conversation>(&what.body)) {
    bytes += create->metadata.size() + create->members.size() * sizeof(new_member);
  }
  return bytes;
}

std::size_t router_core::chain_key_hash::operator()(const chain_key& key) const noexcept {
  auto h = std::hash<uuid>{}(key.session) * 31 + std::hash<conversation_id>{}(key.conversation);
  return h * 31 + static_cast<std::size_t>(key.priority);
}

router_core::router_core(router_config config)
  : config_(std::move(config)),
    presence_(config_.presence) {}

// --- taking a command --------------------------------------------------------------------------

router_actions router_core::submit(ticket to, command what, const uuid& session, steady_time now) {
  router_actions out;
  ++counters_.submitted;
  auto bytes = weight_of(what);
  auto part = partition_of(what.client, what.conversation, config_.presence.partitions);
  if (auto code = refusal(what, bytes)) {
    count(*code);
    out.emplace_back(act::answer{to, refuse(what.id, *code)});
    return out;
  }
  auto way = choose(part, now);
  auto number = join(what, session, way, part);
  auto& in = chains_.at(number);
  bool is_send = std::holds_alternative<send_message>(what.body);
  if (!is_send && (way == path::inbox || in.way == path::inbox)) {
    if (in.line.empty()) leave(number);
    count(ec::owner_unavailable);
    out.emplace_back(act::answer{to, refuse(what.id, ec::owner_unavailable)});
    return out;
  }
  enter(to, std::move(what), number, bytes, now);
  if (in.resend_at) return out; // it would be out of order: it goes out with the others
  if (in.way == path::inbox)
    store_line(number, out);
  else
    send(in, to, out);
  return out;
}

std::optional<ec> router_core::refusal(const command& what, std::size_t bytes) const {
  if (stopped_) return ec::shutting_down;
  if (entries_.size() >= config_.commands_max || counters_.bytes + bytes > config_.bytes_max)
    return ec::overloaded;
  if (by_command_.contains(what.id)) return ec::conflict;
  return std::nullopt;
}

path router_core::choose(partition_id part, steady_time now) const {
  if (config_.how == wire::automatic && presence_.local(part, now)) return path::direct;
  if (presence_.read_from_stream(part, now)) return path::stream;
  return path::inbox;
}

/// The chain this command belongs to; a new one takes `way`.
router_core::chain_number router_core::join(const command& what, const uuid& session, path way,
                                            partition_id part) {
  std::optional<chain_key> key;
  if (!session.nil()) {
    key = chain_key{session, what.conversation, what.priority};
    if (auto found = by_key_.find(*key); found != by_key_.end()) return found->second;
  }
  auto number = next_chain_++;
  auto& in = chains_[number];
  in.key = key;
  in.part = part;
  in.way = way;
  if (key) by_key_.emplace(*key, number);
  return number;
}

void router_core::leave(chain_number number) {
  auto found = chains_.find(number);
  if (found->second.key) by_key_.erase(*found->second.key);
  set_resend(number, std::nullopt);
  chains_.erase(found);
}

void router_core::enter(ticket to, command what, chain_number number, std::size_t bytes,
                        steady_time now) {
  what.reply_to = config_.reply_to;
  what.after.reset();
  by_command_.emplace(what.id, to);
  entry fresh;
  fresh.what = std::make_shared<const command>(std::move(what));
  fresh.in = number;
  fresh.bytes = bytes;
  fresh.deadline = now + config_.deadline;
  auto [place, added] = entries_.emplace(to, std::move(fresh));
  deadlines_.push_back({place->second.deadline, to});
  doubts_.push_back({now + config_.doubt, to});
  chains_.at(number).line.push_back(to);
  counters_.bytes += bytes;
  counters_.outstanding = entries_.size();
}

// --- sending -----------------------------------------------------------------------------------

/// The send before this one that nobody has answered yet.
std::optional<predecessor> router_core::before(const chain& in, ticket to) const {
  auto here = std::find(in.line.rbegin(), in.line.rend(), to);
  for (auto it = here == in.line.rend() ? here : std::next(here); it != in.line.rend(); ++it)
    if (const auto& e = entries_.at(*it); e.is_send())
      return predecessor{e.what->id, std::get<send_message>(e.what->body).message};
  return std::nullopt;
}

void router_core::send(chain& in, ticket to, router_actions& out) {
  auto& e = entries_.at(to);
  auto after = before(in, to);
  bool same = after.has_value() == e.what->after.has_value() &&
              (!after || after->command == e.what->after->command);
  if (!same) { // what was sent before is shared with others: change a copy
    auto changed = std::make_shared<command>(*e.what);
    changed->after = after;
    e.what = std::move(changed);
  }
  ++e.attempt;
  ++e.copies;
  e.now = stage::sent;
  if (in.way == path::direct) {
    ++counters_.direct;
    out.emplace_back(act::offer{to, e.attempt, in.part, e.what, e.attempt == 1 && e.what->id_made});
  } else {
    ++counters_.streamed;
    out.emplace_back(act::publish{to, e.attempt, in.part, e.what});
  }
}

/// Everything outstanding goes out, in order, by the path that is right now.
void router_core::send_line(chain_number number, steady_time now, router_actions& out) {
  auto& in = chains_.at(number);
  auto way = choose(in.part, now);
  if (way == path::inbox) return fall_back(number, std::nullopt, out);
  in.way = way;
  for (auto to : in.line)
    send(in, to, out);
}

/// After a refusal that asks for it. Copies that still lie somewhere are harmless.
void router_core::send_again(chain_number number, bool at_once, steady_time now,
                             router_actions& out) {
  auto& in = chains_.at(number);
  if (in.resend_at) return;
  if (++in.resends > config_.resends_max) return fail_chain(number, ec::outcome_unknown, out);
  ++counters_.resent;
  if (at_once && in.resends == 1) return send_line(number, now, out);
  auto wait = config_.backoff_first * (1 << std::min(in.resends - 1, 16));
  set_resend(number, now + std::min(wait, config_.backoff_max));
}

void router_core::set_resend(chain_number number, std::optional<steady_time> at) {
  auto& in = chains_.at(number);
  if (in.resend_at) resends_.erase({*in.resend_at, number});
  in.resend_at = at;
  if (at) resends_.emplace(*at, number);
}

// --- time and the world ------------------------------------------------------------------------

router_actions router_core::on_link(bool up, steady_time now) {
  router_actions out;
  presence_.link(up, now);
  if (up) return out;
  for (auto number : chains_on(path::stream))
    fall_back(number, std::nullopt, out);
  return out;
}

router_actions router_core::on_new_stream(steady_time now) {
  router_actions out;
  for (auto number : chains_on(path::stream))
    send_again(number, true, now, out);
  return out;
}

router_actions router_core::set_local(const std::vector<partition_id>& owned, steady_time now) {
  router_actions out;
  presence_.set_local(owned, now);
  // A deposed owner answers nothing: what was handed to it goes to the next one.
  for (auto number : chains_on(path::direct))
    if (!presence_.local(chains_.at(number).part, now)) send_again(number, true, now, out);
  return out;
}

/// The oldest first.
std::vector<router_core::chain_number> router_core::chains_on(path way) const {
  std::vector<chain_number> out;
  for (const auto& [number, in] : chains_)
    if (in.way == way) out.push_back(number);
  std::sort(out.begin(), out.end());
  return out;
}

router_actions router_core::tick(steady_time now) {
  router_actions out;
  while (!resends_.empty() && resends_.begin()->first <= now) {
    auto number = resends_.begin()->second;
    set_resend(number, std::nullopt);
    send_line(number, now, out);
  }
  forget_answered(doubts_);
  while (!doubts_.empty() && doubts_.front().at <= now) {
    auto to = doubts_.front().to;
    auto number = entries_.at(to).in;
    doubts_.pop_front();
    const auto& in = chains_.at(number);
    if (in.way != path::stream || presence_.read_from_stream(in.part, now))
      doubts_.push_back({now + config_.doubt, to});
    else
      fall_back(number, ec::owner_unavailable, out);
    forget_answered(doubts_);
  }
  forget_answered(deadlines_);
  while (!deadlines_.empty() && deadlines_.front().at <= now) {
    auto to = deadlines_.front().to;
    deadlines_.pop_front();
    expire(to, now, out);
    forget_answered(deadlines_);
  }
  forget_answered(last_words_);
  while (!last_words_.empty() && last_words_.front().at <= now) {
    fail_chain(entries_.at(last_words_.front().to).in, ec::store_unavailable, out);
    forget_answered(last_words_);
  }
  return out;
}

void router_core::forget_answered(std::deque<due>& line) const {
  while (!line.empty() && !entries_.contains(line.front().to))
    line.pop_front();
}

/// The owner did not answer in time.
void router_core::expire(ticket to, steady_time now, router_actions& out) {
  auto& e = entries_.at(to);
  auto number = e.in;
  auto& in = chains_.at(number);
  last_words_.push_back({e.deadline + config_.last_word, to});
  if (in.way == path::inbox) return;
  bool taken = in.way == path::direct ? presence_.local(in.part, now)
                                      : presence_.read_from_stream(in.part, now);
  if (taken)
    fail_chain(number, ec::outcome_unknown, out);
  else
    fall_back(number, ec::owner_unavailable, out);
}

std::optional<steady_time> router_core::next_wake() const {
  std::optional<steady_time> out;
  auto sooner = [&out](steady_time at) { out = out ? std::min(*out, at) : at; };
  if (!resends_.empty()) sooner(resends_.begin()->first);
  if (!doubts_.empty()) sooner(doubts_.front().at);
  if (!deadlines_.empty()) sooner(deadlines_.front().at);
  if (!last_words_.empty()) sooner(last_words_.front().at);
  return out;
}

router_actions router_core::stop() {
  router_actions out;
  stopped_ = true;
  while (!chains_.empty()) {
    auto line = chains_.begin()->second.line;
    for (auto to : line)
      finish(to, ec::shutting_down, out);
  }
  deadlines_.clear();
  doubts_.clear();
  last_words_.clear();
  return out;
}

bool router_core::wanted(ticket to, std::uint32_t attempt) const {
  auto found = entries_.find(to);
  return found != entries_.end() && found->second.attempt == attempt &&
         found->second.now == stage::sent;
}

router_core::entry* router_core::current(ticket to, std::uint32_t attempt) {
  auto found = entries_.find(to);
  return found == entries_.end() || found->second.attempt != attempt ? nullptr : &found->second;
}

} // namespace recado::cluster
