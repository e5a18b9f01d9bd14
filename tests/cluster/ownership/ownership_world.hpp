#pragma once
/// A model of the tables of ownership, and of nodes that crash, pause and lose their answers. One
/// seed is one history.
#include "cluster/ownership/ownership_machine.hpp"

#include <algorithm>
#include <memory>
#include <random>

namespace recado::cluster::test {

using namespace std::chrono_literals;

struct ownership_faults {
  double crash = 0.0005; ///< per node and step of 10 ms
  double pause = 0.0005;
  double lost_answer = 0.02; ///< the request was carried out, but looks failed
  double failed = 0.02;
  double hang = 0.3; ///< a crashed node leaves its rows locked until it is terminated
  double lost_session = 0.002;
  double lost_release = 0; ///< it was carried out, and PostgreSQL crashed
};

class ownership_world {
public:
  static constexpr partition_id partitions = 8;

  ownership_world(std::uint64_t seed, ownership_faults faults, std::size_t nodes = 2)
    : random_(seed),
      faults_(faults) {
    for (partition_id p = 0; p < partitions; ++p)
      rows_.push_back({p, 0, std::nullopt, ""});
    for (std::size_t i = 0; i < nodes; ++i)
      start(i);
  }
  /// One more node.
  void join() { start(nodes_.size()); }
  /// The wish of an operator; it outlives the node's incarnations.
  void drain(std::size_t which, bool yes) {
    auto id = "n" + std::to_string(which);
    yes ? void(draining_.insert(id)) : void(draining_.erase(id));
  }

  void run(std::chrono::milliseconds time) {
    for (auto until = now_ + time; now_ < until; now_ += 10ms)
      for (auto& one : nodes_)
        turn(one);
  }
  void calm() { faults_ = {0, 0, 0, 0, 0, 0}; }
  /// Kills a node for ever.
  void kill(std::size_t which) {
    nodes_.at(which).dead_for_ever = true;
    crash(nodes_.at(which));
  }
  std::size_t load(std::size_t which) const {
    std::size_t n = 0;
    for (const auto& row : rows_)
      n += row.owner && row.owner->node == nodes_.at(which).self.node ? 1 : 0;
    return n;
  }

  std::string broken;
  std::size_t owns = 0, adoptions = 0;
  std::size_t moves = 0;                  ///< hand-overs begun
  steady_time::duration longest_pause{0}; ///< of a partition that was handed over

  /// Every partition has an owner that knows it, and is served.
  bool all_served() const {
    for (const auto& row : rows_) {
      bool known = false;
      for (const auto& one : nodes_)
        if (one.machine && row.owner == one.self && one.machine->serving()) {
          auto held = one.machine->held().find(row.id);
          known = held != one.machine->held().end() && held->second == row.at;
        }
      if (!known) return false;
    }
    return true;
  }

private:
  struct node {
    node_key self;
    std::unique_ptr<ownership_machine> machine;
    steady_time paused_until{};
    steady_time back_at{};
    bool dead_for_ever = false;
    bool locked = false;             ///< has the lock of its id
    std::optional<steady_time> beat; ///< last successful heartbeat, as it knows
    steady_time crashed_at{};
    std::multimap<steady_time, partition_id> finishing; ///< hand-overs under way
    std::map<partition_id, epoch> owned;                ///< as it was told
  };

  bool chance(double p) { return std::uniform_real_distribution<double>{0, 1}(random_) < p; }

  void start(std::size_t which) {
    if (nodes_.size() <= which) nodes_.emplace_back();
    auto& one = nodes_[which];
    one = node{};
    one.self = {"n" + std::to_string(which), ++incarnations_};
    ownership_config config;
    config.self = one.self;
    one.machine = std::make_unique<ownership_machine>(config);
  }

  void turn(node& one) {
    if (!one.machine) {
      if (!one.dead_for_ever && now_ >= one.back_at)
        start(static_cast<std::size_t>(&one - nodes_.data()));
      return;
    }
    if (chance(faults_.crash)) return crash(one);
    if (chance(faults_.pause))
      one.paused_until = now_ + std::chrono::milliseconds{random_() % 8000};
    if (now_ < one.paused_until) return;
    if (chance(faults_.lost_session)) step(one, seen::session_lost{});
    while (one.machine && !one.finishing.empty() && one.finishing.begin()->first <= now_) {
      auto part = one.finishing.extract(one.finishing.begin()).mapped();
      paused_since_[part] = now_;
      step(one, seen::release_wanted{part, {}});
    }
    probe(one);
    if (now_ >= one.machine->next_wake()) step(one, seen::tick{});
    bool beats = one.beat && now_ - *one.beat < 2s;
    if (one.machine && one.machine->serving() && !beats) broken = "serves without a heartbeat";
  }

  /// A gateway misses the beacon of a dead process and finds nobody at its subject.
  void probe(node& one) {
    for (auto& other : nodes_)
      if (!other.machine && !other.self.node.empty() && now_ - other.crashed_at >= 400ms &&
          now_ - other.crashed_at < 5s && chance(0.2))
        step(one, seen::unreachable{other.self});
  }

  void crash(node& one) {
    one.machine = nullptr;
    one.crashed_at = now_;
    one.finishing.clear();
    one.back_at = now_ + std::chrono::milliseconds{random_() % 5000};
    if (chance(faults_.hang))
      hung_.insert(one.self);
    else
      set_locked(one.self, false);
  }

  void set_locked(const node_key& who, bool yes) {
    for (auto& row : table_)
      if (row.who == who) row.locked = yes;
  }

  void step(node& one, ownership_event event) {
    std::deque<ownership_event> events{std::move(event)};
    while (!events.empty() && one.machine) {
      auto actions = one.machine->step(events.front(), now_);
      events.pop_front();
      for (auto& action : actions)
        if (auto told = std::visit([&](auto& what) { return carry_out(one, what); }, action))
          events.push_back(std::move(*told));
    }
  }

  using answer = std::optional<ownership_event>;
  answer carry_out(node& one, order::enroll&) {
    if (chance(faults_.failed)) return seen::enroll_failed{};
    for (auto& row : table_)
      if (row.who.node == one.self.node && row.who != one.self) row.left = true;
    auto mine =
      std::find_if(table_.begin(), table_.end(), [&](auto& r) { return r.who == one.self; });
    if (mine == table_.end()) table_.push_back({.who = one.self});
    set_locked(one.self, true);
    return seen::enrolled{};
  }
  answer carry_out(node& one, order::heartbeat&) {
    if (chance(faults_.failed)) return seen::heartbeat{};
    for (auto& row : table_)
      if (row.who == one.self && !row.left) {
        ++row.heartbeat;
        if (chance(faults_.lost_answer)) return seen::heartbeat{};
        one.beat = now_;
        return seen::heartbeat{true, true};
      }
    return seen::heartbeat{true, false};
  }
  answer carry_out(node&, order::poll&) {
    if (chance(faults_.failed)) return seen::poll_failed{};
    auto nodes = table_;
    for (auto& row : nodes)
      row.draining = draining_.contains(row.who.node);
    return seen::snapshot{std::move(nodes), rows_};
  }
  answer carry_out(node& one, order::claim& what) {
    if (chance(faults_.failed)) return seen::claim_failed{};
    if (what.from && hung_.contains(*what.from)) return seen::claim_failed{true};
    if (what.died && what.from == one.self) broken = "takes itself for dead";
    seen::claimed out;
    for (const auto& [id, at] : what.rows) {
      auto& row = rows_.at(id);
      if (row.at != at) continue;
      ++row.at;
      row.owner = one.self;
      row.target.clear();
      out.rows.push_back({id, row.at, {}, false});
    }
    if (chance(faults_.lost_answer)) return seen::claim_failed{};
    return out;
  }
  answer carry_out(node&, order::terminate& what) {
    hung_.erase(what.who);
    return seen::terminated{};
  }
  answer carry_out(node& one, order::release& what) {
    if (chance(faults_.failed)) return seen::released{what.id, false};
    auto& row = rows_.at(what.id);
    if (row.at == what.at && row.owner == one.self && !chance(faults_.lost_release)) {
      row.owner.reset();
      row.target = what.target;
    }
    return seen::released{what.id, !chance(faults_.lost_answer)};
  }
  answer carry_out(node& one, order::leave&) {
    for (auto& row : table_)
      if (row.who == one.self) row.left = true;
    return seen::left{};
  }
  answer carry_out(node& one, order::own& what) {
    ++owns;
    adoptions += what.what.adoption ? 1 : 0;
    auto [place, first] = owners_.emplace(std::pair{what.what.id, what.what.at}, one.self);
    if (!first) broken = "two owners at one epoch";
    one.owned[what.what.id] = what.what.at;
    if (auto since = paused_since_.extract(what.what.id))
      longest_pause = std::max(longest_pause, now_ - since.mapped());
    return {};
  }
  answer carry_out(node& one, order::drop& what) {
    bool finishing = std::any_of(one.finishing.begin(), one.finishing.end(),
                                 [&](const auto& job) { return job.second == what.id; });
    if (one.owned.erase(what.id) == 0 && !finishing) broken = "dropped what it did not own";
    return {};
  }
  answer carry_out(node& one, order::hand_over& what) {
    ++moves;
    one.owned.erase(what.id);
    one.finishing.emplace(now_ + std::chrono::milliseconds{random_() % 50}, what.id);
    return {};
  }
  answer carry_out(node&, order::notify& what) {
    for (auto& other : nodes_)
      if (other.machine && other.self.node == what.node && now_ >= other.paused_until)
        step(other, seen::nudge{});
    return {};
  }
  answer carry_out(node&, order::serve&) { return {}; }
  answer carry_out(node& one, order::superseded&) {
    broken = "superseded without a rival: " + one.self.node;
    return {};
  }
  answer carry_out(node&, order::over&) { return {}; }

  std::mt19937_64 random_;
  ownership_faults faults_;
  steady_time now_{1h};
  std::int64_t incarnations_ = 0;
  std::vector<node> nodes_;
  std::vector<node_row> table_;
  std::vector<partition_row> rows_;
  std::set<node_key> hung_;
  std::set<std::string> draining_;
  std::map<partition_id, steady_time> paused_since_;
  std::map<held_partition, node_key> owners_;
};

} // namespace recado::cluster::test
