#include "tests/simulation/judge.hpp"

#include "tests/simulation/tables.hpp"

namespace recado::simulation {

// --- what senders see --------------------------------------------------------------------------

sent_message& judge::new_message(sent_message what) {
  auto id = what.id;
  return messages_.emplace(id, std::move(what)).first->second;
}

void judge::acknowledged(const message_id& id, const reply& said, const tables& now) {
  auto& mine = messages_.at(id);
  if (!mine.acked) mine.acked = clock_.now();
  auto row = now.messages.find(id);
  bool waits = std::any_of(now.inbox.begin(), now.inbox.end(), [&](const auto& one) {
    return std::get<send_message>(one.second.what->body).message == id;
  });
  // A 202 may reach its caller late, when what was stored has been set aside.
  bool aside = now.dead_letters.contains(said.command);
  if (row == now.messages.end() && !(said.stored && (waits || aside)))
    throw broken(fmt::format("message {} was answered 2xx and is not there", id.str()));
  if (said.stored) return;
  if (row->second.row.seq != said.seq)
    throw broken(fmt::format("message {} was answered seq {} and has {}", id.str(), said.seq,
                             row->second.row.seq));
  if (mine.seq != 0 && mine.seq != said.seq)
    throw broken(fmt::format("message {} was answered two numbers", id.str()));
  mine.seq = said.seq;
}

void judge::refused(const message_id& id, const reply& said, const tables& now) {
  bool reason = said.code == ec::invalid_request && !now.deleted.empty();
  if (!reason)
    throw broken(
      fmt::format("message {} was refused: {} {}", id.str(), info_of(said.code).code, said.detail));
  if (auto row = now.messages.find(id); row != now.messages.end() && row->second.row.seq > 0)
    throw broken(fmt::format("message {} was refused and is there", id.str()));
  messages_.at(id).refused = true;
}

void judge::receipt_acknowledged(const conversation_id& where, const user_id& who, std::int64_t seq,
                                 const tables&) {
  auto& highest = receipts_[{where, who}];
  highest = std::max(highest, seq);
}

void judge::in_order(const message_id& first, const message_id& second) {
  if (!messages_.at(first).refused && !messages_.at(second).refused)
    pairs_.emplace_back(first, second);
}

bool judge::all_over() const {
  return open() == 0;
}

std::size_t judge::open() const {
  return static_cast<std::size_t>(std::count_if(messages_.begin(), messages_.end(),
                                                [](const auto& one) { return !one.second.over; }));
}

// --- what the database sees --------------------------------------------------------------------

void judge::wrote(partition_id part, epoch under, epoch now_at, life by) {
  if (under != now_at)
    throw broken(
      fmt::format("partition {} was written under epoch {}, and it is {}", part, under, now_at));
  auto [known, first] = writers_.emplace(std::pair{part, under}, by);
  if (!first && known->second != by)
    throw broken(fmt::format("partition {} has two writers in epoch {}", part, under));
}

void judge::numbered(const conversation_id& where, std::int64_t seq, std::int64_t expected) {
  if (seq != expected)
    throw broken(
      fmt::format("conversation {} has seq {} where {} belongs", where.str(), seq, expected));
}

void judge::head_moved(const conversation_state& from, const conversation_state& to) {
  if (to.last_seq < from.last_seq || to.rev <= from.rev || to.last_at < from.last_at)
    throw broken(fmt::format("conversation {} went back from seq {} rev {} to seq {} rev {}",
                             to.key.conversation.str(), from.last_seq, from.rev, to.last_seq,
                             to.rev));
}

void judge::cursor_moved(partition_id part, lane which, const cluster::stream_cursor& from,
                         const cluster::stream_cursor& to) {
  if (std::pair{to.generation, to.seq} < std::pair{from.generation, from.seq})
    throw broken(fmt::format("the {} cursor of partition {} went back from {}/{} to {}/{}",
                             to_string(which), part, from.generation, from.seq, to.generation,
                             to.seq));
}

// --- at the end --------------------------------------------------------------------------------

namespace {

/// If m1 was acknowledged before m2 was sent, then seq(m1) < seq(m2).
void check_answered_order(const std::vector<message_id>& numbers,
                          const std::unordered_map<message_id, sent_message>& all) {
  steady_time youngest{};
  for (const auto& id : numbers) {
    const auto& one = all.at(id);
    if (one.acked && *one.acked < youngest)
      throw broken(fmt::format("message {} was acknowledged before a message with a smaller seq "
                               "was sent",
                               id.str()));
    youngest = std::max(youngest, one.sent);
  }
}

} // namespace

void judge::finish(const tables& now) const {
  for (const auto& [id, one] : messages_) {
    if (auto row = now.messages.find(id);
        one.refused && row != now.messages.end() && row->second.row.seq > 0)
      throw broken(fmt::format("message {} was refused and got a number later", id.str()));
    if (!one.acked || one.poison) continue; // a 202 that is set aside later
    auto row = now.messages.find(id);
    if (row == now.messages.end())
      throw broken(fmt::format("message {} was acknowledged and is lost", id.str()));
    if (one.seq != 0 && row->second.row.seq != one.seq)
      throw broken(fmt::format("message {} has another number than it was told", id.str()));
  }
  for (const auto& [where, numbers] : now.order) {
    if (std::set<message_id>{numbers.begin(), numbers.end()}.size() != numbers.size())
      throw broken("a message is in its conversation twice");
    check_answered_order(numbers, messages_);
  }
  for (const auto& [first, second] : pairs_) {
    const auto& before = now.messages.at(first).row;
    const auto& after = now.messages.at(second).row;
    // A 202 that was refused later has a row and no place.
    bool placed = before.failure.empty() && after.failure.empty();
    if (placed && before.seq > after.seq)
      throw broken(
        fmt::format("a session's messages {} and {} changed places", first.str(), second.str()));
  }
  for (const auto& [key, state] : now.conversations)
    for (const auto& [user, member] : state.members) {
      auto told = receipts_.find({key.conversation, user});
      if (told != receipts_.end() && member.read_seq < told->second)
        throw broken("a receipt was acknowledged and is lost");
    }
}

} // namespace recado::simulation
