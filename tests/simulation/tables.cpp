#include "tests/simulation/tables.hpp"

namespace recado::simulation {
namespace {

bool reads_message(const command_body& body) {
  return std::holds_alternative<send_message>(body);
}

} // namespace

tables::tables(partition_id count, judge& checks, wiring wires) : checks_(checks), wires_(wires) {
  for (partition_id p = 0; p < count; ++p)
    partitions.push_back({p, 0, std::nullopt, ""});
  cursors.resize(count);
}

// --- the owner's commit ------------------------------------------------------------------------

commit_answer tables::commit(const commit_order& what, life by) {
  commit_answer out;
  std::map<partition_id, epoch> under{what.held.begin(), what.held.end()};
  for (const auto& [part, at] : under)
    if (partitions.at(part).at != at) out.lost.push_back(part);
  if (wires_.fence && !out.lost.empty()) {
    out.how = cluster::outcome::fenced;
    return out;
  }
  out.lost.clear();
  if (!unique(what)) {
    out.how = cluster::outcome::duplicate;
    return out;
  }
  for (const auto& [part, at] : under)
    checks_.wrote(part, at, partitions.at(part).at, by);
  for (const auto& one : what.all)
    write(*one, under.at(one->part), by);
  if (what.parked) dead_letters.insert(what.parked->what.id);
  for (const auto& key : what.decided_inbox) {
    auto row = inbox.extract({key.part, key.id});
    if (!row.empty() && !decided(key.part, *row.mapped().what))
      throw broken(fmt::format("row {} of an inbox went without a trace", key.id));
  }
  for (const auto& row : what.cursors)
    write_cursors(row.part, row.at, false);
  out.how = cluster::outcome::done;
  return out;
}

bool tables::unique(const commit_order& what) const {
  std::set<message_id> ids;
  for (const auto& one : what.all) {
    if (one->changed && one->head.rev == 1 && conversations.contains(one->key)) return false;
    auto numbers = order.find(one->key.conversation);
    for (const auto& row : one->messages) {
      if (messages.contains(row.view.id) || !ids.insert(row.view.id).second) return false;
      if (row.view.seq > 0 && numbers != order.end() &&
          row.view.seq <= static_cast<std::int64_t>(numbers->second.size()))
        return false;
    }
    for (const auto& given : one->answers)
      if (given.remember && applied.contains(given.to->what.id)) return false;
  }
  return true;
}

void tables::write(const effects& what, epoch, life) {
  if (what.changed) {
    auto& row = conversations[what.key];
    checks_.head_moved(row, what.head);
    auto members = std::move(row.members);
    row = what.head;
    row.members = std::move(members);
    for (const auto& one : what.members)
      row.members[one.user] = one.state;
  }
  for (const auto& row : what.messages) {
    const auto& cause = *row.cause;
    const auto& send = std::get<send_message>(cause.what.body);
    if (row.view.seq > 0) {
      auto& numbers = order[what.key.conversation];
      checks_.numbered(what.key.conversation, row.view.seq,
                       static_cast<std::int64_t>(numbers.size()) + 1);
      numbers.push_back(row.view.id);
      if (on_message) on_message(what.part, what.key.conversation, row.view, cause.came_by);
    }
    known_message known{what.key.conversation, cause.what.id, row.view.seq,
                        row.view.from,         send.hash,     row.view.created_at,
                        row.failure,           row.inside,    0};
    messages.emplace(row.view.id, message_place{std::move(known), what.part});
  }
  for (const auto& given : what.answers) {
    if (given.remember) applied.emplace(given.to->what.id, given.what);
    if (given.what.code == ec::out_of_order) excused.insert(given.to->what.id);
  }
}

void tables::write_cursors(partition_id part, const cluster::lane_cursors& at, bool as_acquired) {
  for (std::size_t i = 0; i < lanes; ++i) {
    auto which = static_cast<lane>(i);
    if (!as_acquired) checks_.cursor_moved(part, which, cursors.at(part)[i], at[i]);
    if (on_cursor) on_cursor(part, which, cursors.at(part)[i], at[i]);
  }
  cursors.at(part) = at;
}

bool tables::decided(partition_id, const command& what) const {
  if (applied.contains(what.id) || dead_letters.contains(what.id)) return true;
  if (const auto* send = std::get_if<send_message>(&what.body))
    return messages.contains(send->message);
  return std::holds_alternative<send_receipt>(what.body); // monotone: nothing is remembered
}

// --- the pre-read ------------------------------------------------------------------------------

read_answer tables::read(const read_request& what) const {
  read_answer out;
  auto ask = [&](const client_id& client, const message_id& id) {
    if (auto found = messages.find(id); found != messages.end())
      out.known.messages.emplace(facts::message_key{client, id}, found->second.row);
  };
  auto ask_command = [&](const command_id& id) {
    if (auto found = applied.find(id); found != applied.end())
      out.known.applied.emplace(id, found->second);
  };
  for (const auto& item : what.items) {
    if (!wires_.dedupe) break;
    const auto& cmd = item->what;
    if (!item->only_copy) ask_command(cmd.id);
    if (cmd.after && !item->follows_known) {
      ask_command(cmd.after->command);
      ask(cmd.client, cmd.after->message);
    }
    if (!deleted.empty()) out.known.deleted_users.insert({cmd.client, deleted});
    if (reads_message(cmd.body) && !item->says_something_new())
      ask(cmd.client, std::get<send_message>(cmd.body).message);
  }
  for (const auto& key : what.cold) {
    auto found = conversations.find(key);
    auto& state = out.known.loaded[key];
    if (found != conversations.end()) state = found->second;
    state.key = key;
  }
  out.inbox = inbox_of(what.inboxes);
  return out;
}

std::vector<inbox_entry> tables::inbox_of(const std::vector<partition_id>& parts) const {
  std::vector<inbox_entry> out;
  std::set<partition_id> sorted{parts.begin(), parts.end()};
  for (auto part : sorted)
    for (auto at = inbox.lower_bound({part, 0}); at != inbox.end() && at->first.first == part; ++at)
      out.push_back(at->second);
  return out;
}

// --- the inbox ---------------------------------------------------------------------------------

/// As cluster/router/inbox_queries answers it: what the owner would say.
std::optional<std::optional<reply>> tables::answer_of_known(const command& what) const {
  const auto& send = std::get<send_message>(what.body);
  auto found = messages.find(send.message);
  if (found == messages.end()) return std::nullopt;
  const auto& row = found->second.row;
  if (row.conversation != what.conversation || row.hash != send.hash)
    return refuse(what.id, ec::idempotency_mismatch);
  reply out = row.failure.empty() ? reply{} : refuse(what.id, ec_of(row.failure));
  out.command = what.id;
  out.message = send.message;
  out.conversation = what.conversation;
  out.seq = row.seq;
  out.at = row.created_at;
  out.replayed = row.command != what.id;
  return out;
}

std::vector<cluster::inbox_answer> tables::store(const std::vector<cluster::inbox_item>& items) {
  std::vector<cluster::inbox_answer> out;
  for (const auto& item : items) {
    if (auto known = answer_of_known(*item.what)) {
      out.emplace_back(*known);
      continue;
    }
    const auto& send = std::get<send_message>(item.what->body);
    auto same = std::find_if(inbox.begin(), inbox.end(), [&](const auto& row) {
      return std::get<send_message>(row.second.what->body).message == send.message;
    });
    if (same == inbox.end()) {
      auto bare = *item.what;
      bare.reply_to.clear();
      bare.origin = {};
      bare.after.reset();
      auto id = next_inbox_++;
      inbox.emplace(std::pair{item.part, id},
                    inbox_entry{item.part, id, std::make_shared<const command>(std::move(bare))});
      out.emplace_back(std::optional<reply>{});
    } else if (same->second.what->id == item.what->id) {
      out.emplace_back(std::optional<reply>{});
    } else {
      reply said;
      said.command = item.what->id;
      said.stored = said.replayed = true;
      said.conversation = item.what->conversation;
      said.message = send.message;
      out.emplace_back(said);
    }
  }
  return out;
}

// --- ownership ---------------------------------------------------------------------------------

bool tables::enroll(const cluster::node_key& self) {
  auto [holder, free] = node_locks.emplace(self.node, self.incarnation);
  if (!free && holder->second != self.incarnation) return false;
  bool mine = false;
  for (auto& row : nodes) {
    if (row.who.node == self.node && row.who != self) row.left = true;
    mine = mine || row.who == self;
  }
  if (!mine) nodes.push_back({.who = self});
  return true;
}

bool tables::heartbeat(const cluster::node_key& self, bool nats_ok) {
  for (auto& row : nodes)
    if (row.who == self && !row.left) {
      ++row.heartbeat;
      row.nats_ok = nats_ok;
      return true;
    }
  return false;
}

std::vector<cluster::node_row> tables::poll_nodes() const {
  auto out = nodes;
  for (auto& row : out) {
    row.locked = node_locks.contains(row.who.node);
    row.draining = draining.contains(row.who.node);
  }
  return out;
}

std::vector<cluster::owned_partition>
tables::claim(const std::vector<cluster::held_partition>& seen, const cluster::node_key& self) {
  std::vector<cluster::owned_partition> out;
  for (const auto& [id, at] : seen) {
    auto& row = partitions.at(id);
    if (row.at != at) continue;
    ++row.at;
    row.owner = self;
    row.target.clear();
    out.push_back({id, row.at, cursors.at(id), false});
  }
  return out;
}

void tables::release(partition_id part, epoch at, const cluster::lane_cursors& to,
                     const std::string& target, const cluster::node_key& self, bool as_acquired) {
  auto& row = partitions.at(part);
  if (row.at != at || row.owner != self) return;
  row.owner.reset();
  row.target = target;
  write_cursors(part, to, as_acquired);
}

std::vector<cluster::held_partition> tables::raise(const std::vector<cluster::held_partition>& seen,
                                                   const cluster::node_key& self) {
  std::vector<cluster::held_partition> out;
  for (const auto& [id, at] : seen)
    if (auto& row = partitions.at(id); row.owner == self)
      out.emplace_back(id, row.at = std::max(row.at, at + 1));
  return out;
}

void tables::leave(const cluster::node_key& self) {
  for (auto& row : nodes)
    if (row.who == self) row.left = true;
}

void tables::session_ended(life who) {
  std::erase_if(node_locks, [who](const auto& one) { return one.second == who; });
}

} // namespace recado::simulation
