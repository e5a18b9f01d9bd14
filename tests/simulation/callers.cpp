#include "tests/simulation/callers.hpp"

namespace recado::simulation {
namespace {

const client_id the_client{*uuid::parse("00000000-0000-4000-8000-00000000c11e")};
const std::vector<user_id> people{user_id{"ana"}, user_id{"bruno"}, user_id{"clara"}};
constexpr auto patience = 8s;     ///< of a program, for one answer
constexpr std::size_t window = 4; ///< messages of a session under way

/// Repeating it may help.
bool undecided(ec code) {
  switch (code) {
  case ec::overloaded:
  case ec::owner_unavailable:
  case ec::store_unavailable:
  case ec::outcome_unknown:
  case ec::shutting_down:
  case ec::internal:
    return true;
  default:
    return false;
  }
}

request_hash hash_of(const message_id& id) {
  request_hash out{};
  std::copy(id.value.bytes.begin(), id.value.bytes.end(), out.begin());
  return out;
}

} // namespace

callers::callers(site& at, world around) : at_(at), world_(std::move(around)) {
  for (int i = 0; i < 7; ++i)
    conversations_.emplace_back(make_id(1));
  programs_.resize(4);
  sessions_.resize(2);
}

uuid callers::make_id(std::uint64_t kind) {
  uuid out;
  auto number = next_id_++;
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[i] = static_cast<std::uint8_t>(kind >> (56 - 8 * i));
    out.bytes[8 + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
  return out;
}

void callers::start() {
  // People are deleted beside their conversations' owners, at any moment.
  if (at_.random.chance(0.5))
    at_.clock.after(at_.random.between(500ms, 10s), [this] { at_.rows.deleted = people.back(); });
  for (std::size_t i = 0; i < programs_.size(); ++i)
    at_.clock.after(at_.random.between(0ms, 300ms), [this, i] { turn(i); });
  for (std::size_t i = 0; i < sessions_.size(); ++i)
    at_.clock.after(at_.random.between(0ms, 300ms), [this, i] { open_session(i); });
}

message_id callers::new_message(const conversation_id& where, lane priority, bool may_be_poison) {
  sent_message fresh;
  fresh.id = message_id{make_id(2)};
  fresh.conversation = where;
  fresh.priority = priority;
  fresh.from = people[at_.random.below(people.size())];
  fresh.poison = may_be_poison && at_.random.chance(0.01);
  fresh.sent = at_.clock.now();
  return at_.checks.new_message(std::move(fresh)).id;
}

command callers::command_for(const message_id& id) {
  const auto& mine = at_.checks.sent(id);
  send_message body;
  body.message = id;
  body.message_made = named_.insert(id).second; // the first try is as one whose id the edge made
  body.from = mine.from;
  body.payload = mine.poison ? "poison" : "{}";
  body.metadata = "{}";
  body.hash = hash_of(id);
  body.implicit_members = people;
  command out;
  out.id = command_id{make_id(3)};
  out.id_made = true;
  out.client = the_client;
  out.conversation = mine.conversation;
  out.priority = mine.priority;
  out.received_at = wall_of(at_, {});
  out.body = std::move(body);
  return out;
}

/// True: that was the final answer.
bool callers::settle(const message_id& id, const reply& said) {
  auto& mine = at_.checks.sent(id);
  if (said.ok()) {
    ++(said.stored ? stored : answered);
    at_.checks.acknowledged(id, said, at_.rows);
    return mine.over = true;
  }
  if (mine.poison && said.code == ec::poison) return mine.over = true;
  if (!undecided(said.code)) {
    ++refused;
    at_.checks.refused(id, said, at_.rows);
    return mine.over = true;
  }
  ++repeats;
  at_.log.say("message {} is to be repeated: {}", id.str().substr(30), info_of(said.code).code);
  return false;
}

std::string callers::state() const {
  std::string out;
  for (const auto& one : programs_)
    out += one.wants ? fmt::format("program at #{} wants {}; ", one.at, one.wants->str()) : "";
  for (const auto& one : sessions_)
    out += fmt::format("session at #{}: {} under way, {} to be repeated; ", one.at, one.open,
                       one.again.size());
  return out;
}

// --- programs ----------------------------------------------------------------------------------

void callers::turn(std::size_t which) {
  auto& mine = programs_[which];
  ++mine.turn;
  if (!mine.wants) {
    if (finishing_) return;
    const auto& where = conversations_[at_.random.below(conversations_.size())];
    mine.wants = new_message(where, static_cast<lane>(at_.random.below(lanes)), true);
  }
  send(which);
}

void callers::send(std::size_t which) {
  auto& mine = programs_[which];
  auto* there = world_.any();
  auto again = [this, which](duration wait) {
    at_.clock.after(wait, [this, which] { turn(which); });
  };
  if (there == nullptr) return again(100ms);
  mine.at = there->who().self.incarnation;
  auto now = mine.turn;
  at_.clock.after(patience, [this, which, now] { give_up(which, now); });
  there->submit(command_for(*mine.wants), {}, [this, which, now, again](const reply& said) {
    auto& asked = programs_[which];
    if (asked.turn != now) { // it has given up; a late 2xx is an answer all the same
      return;
    }
    ++asked.turn;
    if (!settle(*asked.wants, said)) return again(at_.random.between(50ms, 400ms));
    if (said.seq > 0 && at_.random.chance(0.2)) read_something(which);
    asked.wants.reset();
    again(at_.random.between(0ms, 150ms));
  });
}

void callers::give_up(std::size_t which, std::uint64_t turn_then) {
  if (programs_[which].turn != turn_then) return;
  ++repeats;
  turn(which);
}

/// One receipt, which nobody repeats.
void callers::read_something(std::size_t which) {
  const auto& about = at_.checks.sent(*programs_[which].wants);
  auto* there = world_.any();
  if (there == nullptr) return;
  const auto& who = people[at_.random.below(people.size())];
  command out;
  out.id = command_id{make_id(3)};
  out.client = the_client;
  out.conversation = about.conversation;
  out.received_at = wall_of(at_, {});
  out.body = send_receipt{who, receipt_kind::read, about.seq};
  auto where = about.conversation;
  auto seq = about.seq;
  there->submit(std::move(out), {}, [this, where, who, seq](const reply& said) {
    if (!said.ok()) return;
    ++receipts;
    at_.checks.receipt_acknowledged(where, who, seq, at_.rows);
  });
}

void callers::process_died(life who) {
  for (std::size_t i = 0; i < programs_.size(); ++i)
    if (programs_[i].at == who && programs_[i].wants) { // its connection is closed
      auto now = programs_[i].turn;
      at_.clock.after(at_.random.between(10ms, 300ms), [this, i, now] { give_up(i, now); });
    }
  for (std::size_t i = 0; i < sessions_.size(); ++i)
    if (sessions_[i].at == who) {
      close(sessions_[i]);
      at_.clock.after(at_.random.between(50ms, 500ms), [this, i] { open_session(i); });
    }
}

// --- sessions ----------------------------------------------------------------------------------

/// Checks what can be said of it, and keeps what is to be repeated.
void callers::close(session& one) {
  for (std::size_t i = 0; i < one.items.size(); ++i) {
    const auto& first = one.items[i];
    for (std::size_t j = i + 1; j < one.items.size(); ++j) {
      const auto& second = one.items[j];
      bool both = first.first_try && second.first_try && first.ok.value_or(false) &&
                  second.ok.value_or(false);
      if (both) at_.checks.in_order(first.message, second.message);
    }
    if (!first.ok) one.again.push_back(first.message);
  }
  busy_ -= one.open;
  one.items.clear();
  one.open = 0;
  one.at = 0;
}

void callers::open_session(std::size_t which) {
  auto& one = sessions_[which];
  auto* there = world_.any();
  if (there == nullptr || there->stopping)
    return at_.clock.after(150ms, [this, which] { open_session(which); });
  one.id = make_id(4);
  one.at = there->who().self.incarnation;
  one.where = conversations_[at_.random.below(conversations_.size())];
  one.priority = static_cast<lane>(at_.random.below(lanes));
  speak(which);
}

void callers::speak(std::size_t which) {
  auto& one = sessions_[which];
  auto self = one.id;
  if (world_.find(one.at) == nullptr) return; // process_died() opens the next one
  bool idle = finishing_ && one.again.empty();
  if (!idle && one.open < window) {
    if (!one.again.empty()) {
      auto next = one.again.front();
      one.again.pop_front();
      say(which, next, false);
    } else {
      say(which, new_message(one.where, one.priority, false), true);
    }
  }
  if (sessions_[which].items.size() > 60) { // long enough
    if (one.open == 0) {
      close(one);
      return at_.clock.after(20ms, [this, which] { open_session(which); });
    }
  }
  at_.clock.after(at_.random.between(1ms, 120ms), [this, which, self] {
    if (sessions_[which].id == self) speak(which);
  });
}

void callers::say(std::size_t which, const message_id& id, bool first_try) {
  auto& one = sessions_[which];
  if (one.items.size() > 60) {
    if (!first_try)
      one.again.push_front(id);
    else
      one.again.push_back(id);
    return;
  }
  auto index = one.items.size();
  one.items.push_back({id, first_try, std::nullopt, 0});
  ++one.open;
  ++busy_;
  auto cmd = command_for(id);
  cmd.origin = one.id;
  at_.log.say("session {} at #{} says {}", which, one.at, id.str().substr(30));
  world_.find(one.at)->submit(
    std::move(cmd), one.id,
    [this, which, in = one.id, index](const reply& said) { heard(which, in, index, said); });
}

void callers::heard(std::size_t which, const uuid& in, std::size_t index, const reply& said) {
  auto& one = sessions_[which];
  if (one.id != in || one.at == 0) return;
  auto& item = one.items.at(index);
  --one.open;
  --busy_;
  item.ok = settle(item.message, said);
  at_.log.say("session {} hears of {}: {} {}{}", which, item.message.str().substr(30),
              info_of(said.code).code, said.seq, said.stored ? " stored" : "");
  // What comes after a failure may come before it is repeated.
  if (!*item.ok) one.again.push_back(item.message);
}

} // namespace recado::simulation
