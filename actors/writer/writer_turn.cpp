/// The steps of a turn, in their order; cluster/writer/turn.hpp says which comes next.
#include <algorithm>
#include <caf/send.hpp>

#include "actors/writer/writer_state.hpp"
#include "runtime/fault/fault.hpp"
#include "runtime/observe/log.hpp"

namespace recado {
namespace {

using cluster::outcome;
using step = cluster::turn::step;

/// What a failed run means for the turn. A read cannot commit anything, so its poison is a
/// command's.
outcome outcome_of(const store::outcome& got) {
  if (got) return outcome::done;
  switch (got.error().kind) {
  case store::error_kind::fenced:
    return outcome::fenced;
  case store::error_kind::unique_violation:
    return outcome::duplicate;
  case store::error_kind::poison:
    return outcome::poison;
  case store::error_kind::unknown_outcome:
    return outcome::unknown;
  default:
    return outcome::transient;
  }
}

std::chrono::microseconds between(steady_time from, steady_time to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

/// Fields of a log line about one command.
struct command_scope {
  explicit command_scope(const command& about)
    : trace("trace_id",
            about.trace.size() >= 35 ? std::string_view{about.trace}.substr(3, 32) : ""),
      message("message_id", message_of(about)) {}

  static std::string message_of(const command& about) {
    const auto* send = std::get_if<send_message>(&about.body);
    return send ? send->message.str() : std::string{};
  }
  observe::log_scope trace, message;
};

/// It may have been decided after all: from now on it is looked for, wherever it waits meanwhile.
void doubt(work& entry) {
  if (!entry.item->only_copy) return;
  auto doubted = std::make_shared<undecided>(*entry.item);
  doubted->only_copy = false;
  entry.item = std::move(doubted);
}

void log_answer(const answer& given) {
  command_scope about{given.to->what};
  observe::log_debug("command-decided", "{} seq {} by {}", info_of(given.what.code).code,
                     given.what.seq, to_string(given.to->came_by));
}

} // namespace

/// A completion that runs on the connection's thread and comes back as a message.
template <class Message>
auto writer_state::hand_back(std::uint64_t of_round) {
  return [to = writer_self{self}, of_round](store::outcome got) {
    caf::anon_send(to, Message{of_round, std::move(got)});
  };
}

// 1. read: facts for the batch, and whether somebody is in the inbox

journal::preread_request writer_state::request_for(const order& what) {
  std::set<conversation_key> cold;
  std::set<partition_id> inboxes = queue.busy_inboxes();
  reading.clear();
  for (const auto& item : what.items) {
    auto& entry = batch.at(item.number);
    if (careful_with(item.part)) doubt(entry);
    reading.push_back(entry.item);
    inboxes.insert(item.part);
    if (entry.cold) cold.insert({entry.item->what.client, entry.item->what.conversation});
  }
  return {
    reading, {cold.begin(), cold.end()}, {inboxes.begin(), inboxes.end()}, config.inbox_rows_max};
}

void writer_state::read(const order& what) {
  asked = request_for(what);
  auto how = journal::wants_snapshot(asked) ? store::tx::read : store::tx::single;
  ports.db->run(journal::preread(asked), how, hand_back<read_finished>(round));
}

void writer_state::on_read(const read_finished& got) {
  if (got.round != round) return;
  auto how = outcome_of(got.what);
  if (how == outcome::unknown) how = outcome::transient; // it wrote nothing
  if (how != outcome::done) {
    observe::log_warn("preread-failed", "{}", store::describe(got.what.error()));
    report(how, got.what);
    return obey(how == outcome::poison ? machine.decide_failed(got.what.error().message)
                                       : machine.read_done(outcome::transient, ports.steady()));
  }
  auto found = journal::parse(asked, *got.what);
  take_inbox(found);
  found.known.now = ports.now();
  known = std::make_shared<const facts>(std::move(found.known));
  read_at = ports.steady();
  obey(machine.read_done(outcome::done, read_at));
}

void writer_state::doubt_all() {
  for (auto& [_, entry] : batch)
    doubt(entry);
}

// 2. decide: every conversation from committed state

undecided_list writer_state::items_of(const order& what, partition_id part) const {
  undecided_list out;
  for (const auto& item : what.items)
    if (item.part == part) out.push_back(batch.at(item.number).item);
  return out;
}

void writer_state::decide(const order& what) {
  decided.clear();
  missing.clear();
  failure.clear();
  cursors.clear();
  awaited.clear();
  for (const auto& item : what.items)
    awaited.insert(item.part);
  for (auto part : std::set{awaited}) {
    auto found = partitions.find(part);
    if (found == partitions.end()) {
      machine.drop(part);
      awaited.erase(part);
    } else {
      self->send(found->second.owner, decide_items{round, items_of(what, part), known});
    }
  }
  if (awaited.empty()) obey(machine.decide_done());
}

void writer_state::on_decided(const partition_decided& what) {
  if (what.turn != round || !awaited.contains(what.part)) return;
  decided.insert(decided.end(), what.decided.begin(), what.decided.end());
  missing.insert(missing.end(), what.missing.begin(), what.missing.end());
  if (!what.failure.empty()) failure = what.failure;
  if (what.cursor) cursors.push_back(*what.cursor);
  answered(what.part);
}

void writer_state::answered(partition_id part) {
  awaited.erase(part);
  if (!awaited.empty() || current.what != step::decide) return;
  decided_at = ports.steady();
  if (!failure.empty()) return obey(machine.decide_failed(failure));
  if (missing.empty()) return obey(machine.decide_done());
  for (auto& [_, entry] : batch) {
    conversation_key key{entry.item->what.client, entry.item->what.conversation};
    if (std::ranges::count(missing, key) > 0) entry.cold = true;
  }
  obey(machine.waited()); // read again, this time with their state
}

// 3. commit: fence, rows, COMMIT in one round trip

const std::vector<store::held_epoch>& writer_state::held_of(const order& what) {
  std::map<partition_id, epoch> held;
  for (const auto& item : what.items)
    if (auto found = partitions.find(item.part); found != partitions.end())
      held[item.part] = found->second.held;
  asserted.assign(held.begin(), held.end());
  return asserted;
}

void writer_state::commit(const order& what) {
  journal::commit_request request;
  request.held = held_of(what);
  std::set<partition_id> parts;
  for (const auto& held : request.held)
    parts.insert(held.first);
  std::vector<const effects*> all;
  for (const auto& one : decided)
    if (parts.contains(one->part)) all.push_back(one.get());
  request.all = all;
  for (const auto& item : what.items)
    if (const auto& entry = batch.at(item.number); entry.item->came_by == path::inbox)
      request.decided_inbox.push_back({item.part, entry.item->inbox_id});
  for (const auto& row : cursors)
    if (parts.contains(row.part)) request.cursors.push_back(row);
  clear(what, request);
  relieved = request.relieved;
  request.node = config.node;
  request.now = ports.now();
  if (request.held.empty()) { // every partition was given up meanwhile
    for (const auto& item : what.items)
      machine.drop(item.part);
    return obey(machine.waited());
  }
  if (fault::mutant("ack_before_commit")) answer_early();
  ports.db->run(journal::commit(request), store::tx::transaction,
                hand_back<commit_finished>(round));
}

/// Of a mutant: what a commit has to release is given away before it.
void writer_state::answer_early() const {
  std::vector<std::pair<std::string, reply>> answers;
  for (const auto& one : decided)
    for (const auto& given : one->answers)
      if (!given.to->what.reply_to.empty())
        answers.emplace_back(given.to->what.reply_to, given.what);
  if (!answers.empty()) ports.answer(std::move(answers));
}

void writer_state::report(outcome how, const store::outcome& got) {
  if (!ports.observed) return;
  ports.observed({current.items.size(), between(began, read_at), between(read_at, decided_at),
                  between(decided_at, ports.steady()), how, queue.size(),
                  got ? std::string{} : got.error().sqlstate.substr(0, 2)});
}

void writer_state::on_commit(const commit_finished& got) {
  if (got.round != round) return;
  auto how = outcome_of(got.what);
  report(how, got.what);
  if (how != outcome::done && how != outcome::fenced) doubt_all();
  std::vector<partition_id> gone;
  std::string why;
  if (!got.what) {
    why = store::describe(got.what.error());
    gone = store::parse_lost(got.what.error());
    observe::log_warn("commit-failed", "{} commands: {}", current.items.size(), why);
    lose(gone);
  }
  obey(machine.commit_done(how, gone, why, ports.steady()));
}

// 4. released by the commit: state, answers, events

void writer_state::settle(const order& what) {
  std::map<partition_id, items_settled> by_part;
  for (const auto& item : what.items) {
    auto entry = batch.extract(item.number);
    if (entry.mapped().item->came_by == path::inbox)
      queue.inbox_done(item.part, entry.mapped().item->inbox_id);
    trust(item.part, entry.mapped().item->what);
    by_part[item.part].items.push_back(std::move(entry.mapped().item));
  }
  relieve();
  std::vector<std::pair<std::string, reply>> answers;
  for (const auto& one : decided) {
    auto mine = by_part.find(one->part);
    if (mine == by_part.end()) continue;
    mine->second.decided.push_back(one);
    for (const auto& given : one->answers) {
      if (observe::enabled(observe::level::debug)) log_answer(given);
      if (given.to->waits) given.to->waits->tell(given.what.ok());
      if (!given.to->what.reply_to.empty())
        answers.emplace_back(given.to->what.reply_to, given.what);
    }
  }
  for (const auto& row : cursors)
    if (auto mine = by_part.find(row.part); mine != by_part.end())
      mine->second.cursor_written = true;
  for (auto& [part, settled] : by_part)
    if (auto found = partitions.find(part); found != partitions.end())
      self->send(found->second.owner, std::move(settled));
  if (!answers.empty()) ports.answer(std::move(answers));
  began = ports.steady();
  obey(machine.settled());
}

// what cannot be applied is set aside, so that its conversation goes on

void writer_state::park(const order& what) {
  const auto& entry = batch.at(what.items.front().number);
  auto held = held_of(what);
  if (held.empty()) return obey(machine.parked());
  journal::parked_command parked;
  parked.item = entry.item.get();
  parked.code = info_of(ec::poison).code;
  parked.detail = what.why;
  parked.envelope = entry.item->undecodable;
  parked.attempts = std::max(deaths, 1);
  parked.suspected = careful_with(entry.item->part);
  ports.db->run(journal::park(held.front(), parked, ports.now()), store::tx::transaction,
                hand_back<park_finished>(round));
}

void writer_state::on_park(const park_finished& got) {
  if (got.round != round) return;
  auto how = outcome_of(got.what);
  const auto item = batch.at(current.items.front().number).item;
  if (how == outcome::fenced) {
    lose(store::parse_lost(got.what.error()));
    return obey(machine.parked());
  }
  if (how != outcome::done) { // an unknown outcome at worst parks it twice
    doubt_all();
    observe::log_warn("park-failed", "{}", store::describe(got.what.error()));
    self->delayed_send(self, config.turn.backoff_max, wake_up{round});
    current.what = step::wait;
    return;
  }
  command_scope about{item->what};
  observe::log_error("command-parked", "partition {} command {}: {}", item->part,
                     item->what.id.str(), current.why);
  if (item->came_by == path::inbox) {
    queue.inbox_done(item->part, item->inbox_id);
    // Without a pre-read nobody has seen whether it was the last one; that of the next batch will.
    queue.inbox_empty(item->part);
  }
  trust(item->part, item->what);
  if (auto found = partitions.find(item->part); found != partitions.end())
    self->send(found->second.owner, items_ended{{item}});
  if (!item->what.reply_to.empty())
    ports.answer({{item->what.reply_to, refuse(item->what.id, ec::poison, current.why)}});
  batch.erase(current.items.front().number);
  obey(machine.parked());
}

// an unknown outcome becomes definite before anything else happens

void writer_state::resolve(const order& what) {
  observe::log_error("commit-unknown", "the outcome of {} commands is unknown: {}",
                     what.items.size(), what.why);
  ports.resolve(held_of(what),
                [to = writer_self{self}, of_round = round](std::vector<store::held_epoch> kept,
                                                           std::vector<partition_id> lost) {
                  caf::anon_send(to, epochs_resolved{of_round, std::move(kept), std::move(lost)});
                });
}

void writer_state::on_resolved(const epochs_resolved& got) {
  if (got.round != round) return;
  for (const auto& [part, held] : got.kept) {
    auto found = partitions.find(part);
    if (found == partitions.end() || held <= found->second.held) continue; // taken anew meanwhile
    found->second.held = held;
    queue.all_cold(part);
    self->send(found->second.owner, forget_residents{held});
  }
  for (auto& [_, entry] : batch)
    entry.cold = true;
  lose(got.lost);
  obey(machine.resolved(got.lost));
}

} // namespace recado
