#include "tests/simulation/writer_host.hpp"

namespace recado::simulation {

using namespace cluster;
using step = turn::step;

namespace {

outcome outcome_of(fate how) {
  return how == fate::unknown ? outcome::unknown : outcome::transient;
}

} // namespace

writer_host::writer_host(site& at, const identity& who, ports to)
  : at_(at),
    who_(who),
    ports_(std::move(to)),
    queue_(gather_limits{.commands_max = 50}) {
  poll();
}

// --- partitions --------------------------------------------------------------------------------

void writer_host::take(partition_id part, epoch held, partition_host& owner) {
  partitions_[part] = {held, held, &owner};
  queue_.take(part, held);
}

void writer_host::leave(partition_id part) {
  partitions_.erase(part);
  queue_.leave(part);
  machine_.drop(part);
}

void writer_host::enqueue(work command) {
  queue_.enqueue(std::move(command));
  begin_if_free();
}

std::string writer_host::state() const {
  std::string out =
    fmt::format("step {} of {} commands, {} wait, owns", static_cast<int>(current_.what),
                current_.items.size(), queue_.size());
  for (const auto& [part, mine] : partitions_)
    out += fmt::format(" {}@{}", part, mine.held);
  return out;
}

void writer_host::lose(const std::vector<partition_id>& parts) {
  std::vector<held_partition> gone;
  for (auto part : parts) {
    auto found = partitions_.extract(part);
    if (found.empty()) continue;
    gone.emplace_back(part, found.mapped().held);
    queue_.leave(part);
  }
  if (!gone.empty()) ports_.lost(std::move(gone));
}

// --- the turn ----------------------------------------------------------------------------------

void writer_host::begin_if_free() {
  if (!machine_.idle() || queue_.empty()) return;
  std::vector<turn_item> items;
  for (auto& next : queue_.close()) {
    items.push_back({next_number_, next.item->part});
    batch_.emplace(next_number_++, std::move(next));
  }
  if (!items.empty()) obey(machine_.begin(std::move(items)));
}

void writer_host::obey(order next) {
  current_ = std::move(next);
  auto round = ++round_;
  auto again = [this, round](duration wait, auto then) {
    later(at_, who_.self.incarnation, wait, [this, round, then] {
      if (round == round_) then();
    });
  };
  switch (current_.what) {
  case step::idle:
    batch_.clear();
    return begin_if_free();
  case step::name: // nobody dies of a command here
  case step::read:
    return read();
  case step::decide: // actors are told, and answer
    return again(hop(), [this] { decide(); });
  case step::commit:
    return commit();
  case step::settle:
    return settle();
  case step::park:
    return park();
  case step::resolve:
    return resolve();
  case step::wait:
    return again(current_.until - at_.clock.now(), [this] { obey(machine_.waited()); });
  }
}

undecided_list writer_host::items_of(partition_id part) const {
  undecided_list out;
  for (const auto& item : current_.items)
    if (item.part == part) out.push_back(batch_.at(item.number).item);
  return out;
}

// 1. read

void writer_host::read() {
  read_request wanted;
  std::set<conversation_key> cold;
  std::set<partition_id> inboxes;
  for (const auto& item : current_.items) {
    const auto& entry = batch_.at(item.number);
    wanted.items.push_back(entry.item);
    inboxes.insert(item.part);
    if (entry.cold) cold.insert({entry.item->what.client, entry.item->what.conversation});
  }
  wanted.cold.assign(cold.begin(), cold.end());
  asked_.assign(inboxes.begin(), inboxes.end());
  if (at_.wires.inbox_first) wanted.inboxes = asked_;
  auto got = std::make_shared<read_answer>();
  at_.db.run({who_.self.incarnation,
              false,
              true,
              {},
              [&at = at_, wanted, got] { *got = at.rows.read(wanted); },
              [this, got, round = round_](fate how) {
                if (round == round_) on_read(how, *got);
              }});
}

void writer_host::on_read(fate how, const read_answer& got) {
  if (how != fate::done) return obey(machine_.read_done(outcome::transient, at_.clock.now()));
  known_ = got.known;
  known_.now = wall_of(at_, who_);
  take_inbox(got.inbox);
  obey(machine_.read_done(outcome::done, at_.clock.now()));
}

void writer_host::doubt_all() {
  if (!at_.wires.look_again) return;
  for (auto& [_, entry] : batch_) {
    if (!entry.item->only_copy) continue;
    auto doubted = std::make_shared<undecided>(*entry.item);
    doubted->only_copy = false;
    entry.item = std::move(doubted);
  }
}

// 2. decide

void writer_host::decide() {
  decided_.clear();
  cursors_.clear();
  std::vector<conversation_key> missing;
  std::string failure;
  std::set<partition_id> parts;
  for (const auto& item : current_.items)
    parts.insert(item.part);
  for (auto part : parts) {
    auto found = partitions_.find(part);
    if (found == partitions_.end()) {
      machine_.drop(part);
      continue;
    }
    auto said = found->second.owner->decide(items_of(part), known_);
    decided_.insert(decided_.end(), said.decided.begin(), said.decided.end());
    missing.insert(missing.end(), said.missing.begin(), said.missing.end());
    if (!said.failure.empty()) failure = said.failure;
    if (said.cursor) cursors_.push_back(*said.cursor);
  }
  if (!failure.empty()) return obey(machine_.decide_failed(failure));
  if (missing.empty()) return obey(machine_.decide_done());
  for (auto& [_, entry] : batch_)
    if (std::ranges::count(
          missing, conversation_key{entry.item->what.client, entry.item->what.conversation}) > 0)
      entry.cold = true;
  obey(machine_.waited());
}

// 3. commit

std::vector<held_partition> writer_host::held_of(const order& what) const {
  std::map<partition_id, epoch> held;
  for (const auto& item : what.items)
    if (auto found = partitions_.find(item.part); found != partitions_.end())
      held[item.part] = found->second.held;
  return {held.begin(), held.end()};
}

void writer_host::send(commit_order what, void (writer_host::*then)(const commit_answer&)) {
  auto got = std::make_shared<commit_answer>();
  std::vector<partition_id> rows;
  if (at_.wires.fence)
    for (const auto& [part, _] : what.held)
      rows.push_back(part);
  auto self = who_.self.incarnation;
  if (!at_.alive(self, "before a commit is sent")) return;
  at_.db.run({self, true, true, std::move(rows),
              [&at = at_, what = std::move(what), got, self] { *got = at.rows.commit(what, self); },
              [this, got, then, round = round_](fate how) {
                if (round != round_) return;
                if (how != fate::done) *got = {outcome_of(how), {}};
                if (!at_.wires.doubt_unknown && how == fate::unknown) got->how = outcome::done;
                (this->*then)(*got);
              }});
  (void)at_.alive(self, "while a commit is under way");
}

void writer_host::commit() {
  commit_order what;
  what.held = held_of(current_);
  if (what.held.empty()) {
    for (const auto& item : current_.items)
      machine_.drop(item.part);
    return obey(machine_.waited());
  }
  std::set<partition_id> parts;
  for (const auto& [part, _] : what.held)
    parts.insert(part);
  for (const auto& one : decided_)
    if (parts.contains(one->part)) what.all.push_back(one);
  for (const auto& item : current_.items)
    if (const auto& entry = batch_.at(item.number); entry.item->came_by == path::inbox)
      what.decided_inbox.push_back({item.part, entry.item->inbox_id});
  for (const auto& row : cursors_)
    if (parts.contains(row.part)) what.cursors.push_back(row);
  if (!at_.wires.answer_after_commit) release_answers(nullptr);
  send(std::move(what), &writer_host::on_commit);
}

void writer_host::on_commit(const commit_answer& got) {
  if (!at_.alive(who_.self.incarnation, "before the answers leave")) return;
  if (got.how != outcome::done)
    at_.log.say("{}: commit of {} commands: outcome {}", who_.self.node, current_.items.size(),
                static_cast<int>(got.how));
  if (got.how != outcome::done && got.how != outcome::fenced) doubt_all();
  lose(got.lost);
  obey(machine_.commit_done(got.how, got.lost, "", at_.clock.now()));
}

// 4. settle

void writer_host::release_answers(const std::set<partition_id>* only) {
  std::vector<std::pair<std::string, reply>> answers;
  for (const auto& one : decided_)
    if (only == nullptr || only->contains(one->part))
      for (const auto& given : one->answers)
        if (!given.to->what.reply_to.empty())
          answers.emplace_back(given.to->what.reply_to, given.what);
  if (!answers.empty()) ports_.answer(std::move(answers));
}

void writer_host::settle() {
  std::map<partition_id, items_settled> by_part;
  std::set<partition_id> parts;
  for (const auto& item : current_.items) {
    auto entry = batch_.extract(item.number);
    if (entry.mapped().item->came_by == path::inbox)
      queue_.inbox_done(item.part, entry.mapped().item->inbox_id);
    parts.insert(item.part);
    by_part[item.part].items.push_back(std::move(entry.mapped().item));
  }
  release_answers(&parts);
  for (const auto& one : decided_)
    if (auto mine = by_part.find(one->part); mine != by_part.end())
      mine->second.decided.push_back(one);
  for (const auto& row : cursors_)
    if (auto mine = by_part.find(row.part); mine != by_part.end())
      mine->second.cursor_written = true;
  for (auto& [part, settled] : by_part)
    if (auto found = partitions_.find(part); found != partitions_.end())
      found->second.owner->settle(settled);
  obey(machine_.settled());
}

// what cannot be applied

void writer_host::park() {
  auto held = held_of(current_);
  if (held.empty()) return obey(machine_.parked());
  commit_order what;
  what.held = {held.front()};
  what.parked = batch_.at(current_.items.front().number).item;
  if (what.parked->came_by == path::inbox)
    what.decided_inbox.push_back({what.parked->part, what.parked->inbox_id});
  send(std::move(what), &writer_host::on_park);
}

void writer_host::on_park(const commit_answer& got) {
  const auto item = batch_.at(current_.items.front().number).item;
  if (got.how == outcome::fenced) {
    lose(got.lost);
    return obey(machine_.parked());
  }
  if (got.how != outcome::done) {
    doubt_all();
    current_.what = step::wait;
    later(at_, who_.self.incarnation, 500ms, [this, round = round_] {
      if (round == round_) obey(machine_.waited());
    });
    return;
  }
  if (item->came_by == path::inbox) queue_.inbox_done(item->part, item->inbox_id);
  if (auto found = partitions_.find(item->part); found != partitions_.end())
    found->second.owner->end({item});
  if (!item->what.reply_to.empty())
    ports_.answer({{item->what.reply_to, refuse(item->what.id, ec::poison)}});
  batch_.erase(current_.items.front().number);
  obey(machine_.parked());
}

// an unknown outcome

void writer_host::resolve() {
  auto held = held_of(current_);
  if (!at_.wires.raise_epochs) return obey(machine_.resolved({}));
  at_.log.say("{}: the outcome of a commit is unknown", who_.self.node);
  ports_.resolve(held, [this, round = round_](auto kept, auto lost) {
    if (round != round_) return;
    for (const auto& [part, now] : kept) {
      auto found = partitions_.find(part);
      if (found == partitions_.end() || now <= found->second.held) continue;
      found->second.held = now;
      queue_.all_cold(part);
      found->second.owner->forget(now);
    }
    for (auto& [_, entry] : batch_)
      entry.cold = true;
    lose(lost);
    obey(machine_.resolved(lost));
  });
}

} // namespace recado::simulation
