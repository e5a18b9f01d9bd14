/// Commands that may kill their owner: named before they are begun, after an owner has died.
#include <algorithm>
#include <caf/send.hpp>
#include <utility>

#include "actors/writer/writer_state.hpp"
#include "runtime/observe/log.hpp"

namespace recado {

using cluster::outcome;

bool writer_state::careful_with(partition_id part) const {
  auto found = partitions.find(part);
  return found != partitions.end() && found->second.careful;
}

std::vector<journal::suspect_key> writer_state::suspects_of(const order& what) const {
  std::set<journal::suspect_key> out;
  for (const auto& item : what.items)
    if (careful_with(item.part))
      out.insert({item.part, journal::suspect_of(batch.at(item.number).item->what)});
  return {out.begin(), out.end()};
}

void writer_state::name_all(const order& what) {
  auto keys = suspects_of(what);
  if (keys.empty()) return obey(machine.name_done(outcome::done, {}, ports.steady()));
  std::vector<store::held_epoch> held;
  for (const auto& one : held_of(what))
    if (careful_with(one.first)) held.push_back(one);
  ports.db->run(journal::name_suspects(held, keys, ports.now()), store::tx::transaction,
                [to = writer_self{self}, of_round = round](store::outcome got) {
                  caf::anon_send(to, name_finished{of_round, std::move(got)});
                });
}

void writer_state::on_named(const name_finished& got) {
  if (got.round != round) return;
  if (!got.what) {
    bool fenced = got.what.error().kind == store::error_kind::fenced;
    auto gone = store::parse_lost(got.what.error());
    observe::log_warn("suspects-not-named", "{}", store::describe(got.what.error()));
    lose(gone);
    return obey(
      machine.name_done(fenced ? outcome::fenced : outcome::transient, gone, ports.steady()));
  }
  auto rows = journal::parse_suspects(got.what->back());
  auto worst = std::ranges::max_element(rows, {}, &journal::suspect_row::attempts);
  if (worst == rows.end() || worst->attempts < config.attempts_max)
    return obey(machine.name_done(outcome::done, {}, ports.steady()));
  deaths = worst->attempts;
  obey(machine.condemn("its owner died " + std::to_string(deaths) + " times while it was decided"));
}

/// After these commands nothing of the partition is suspected any more.
bool writer_state::ends(const care& mine, const std::set<command_id>& survived) const {
  auto now = ports.steady();
  return now >= mine.until ||
         (now >= mine.named_until && std::ranges::includes(survived, mine.suspects));
}

/// Whatever a commit decides is no suspect any more. Where that is the end of the matter, not even
/// what was named and never came again.
void writer_state::clear(const order& what, journal::commit_request& in) const {
  in.cleared = suspects_of(what);
  std::map<partition_id, std::set<command_id>> by_part;
  for (const auto& key : in.cleared)
    by_part[key.part].insert(key.command);
  for (const auto& one : in.held) {
    auto found = by_part.find(one.first);
    if (found == by_part.end()) continue;
    const auto& mine = *partitions.at(one.first).careful;
    bool over = ends(mine, found->second);
    if (over) in.relieved.push_back(one);
    auto suspected = [&](const command_id& id) { return mine.suspects.contains(id); };
    // A replay that goes before it every time says nothing about the killer.
    if (over || std::ranges::any_of(found->second, suspected)) in.absolved.push_back(one.first);
  }
}

/// It was decided, and we live.
void writer_state::trust(partition_id part, const command& survived) {
  if (!careful_with(part)) return;
  auto& mine = partitions.at(part).careful;
  mine->suspects.erase(journal::suspect_of(survived));
  if (mine->suspects.empty()) queue.one_at_a_time(part, false);
}

/// What the commit has forgotten; said once, then, and not judged again by a later clock.
void writer_state::relieve() {
  for (const auto& [part, held] : std::exchange(relieved, {})) {
    auto found = partitions.find(part);
    if (found == partitions.end() || found->second.held != held) continue;
    found->second.careful.reset();
    queue.one_at_a_time(part, false);
  }
}

} // namespace recado
