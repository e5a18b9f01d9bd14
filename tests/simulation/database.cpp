#include "tests/simulation/database.hpp"

namespace recado::simulation {

void database::run(request what) {
  auto one = std::make_shared<running>();
  one->what = std::move(what);
  one->number = next_++;
  auto from = one->what.from;
  if (!up()) return clock_.after(hop(), [this, one] { tell(one, fate::failed); });
  if (!world_.reachable(from)) // its own time limit
    return clock_.after(900ms, [this, one] { tell(one, fate::unknown); });
  if (random_.chance(faults.failed))
    return clock_.after(hop(), [this, one] { tell(one, fate::failed); });
  auto travel = hop();
  if (random_.chance(faults.unknown)) {
    clock_.after(random_.between(0ms, 30ms), [this, one] { tell(one, fate::unknown); });
    if (random_.chance(0.3)) return; // it never arrives
    if (random_.chance(0.4)) travel += random_.between(0ms, faults.late);
  }
  clock_.after(travel, [this, one] { arrive(one); });
}

void database::tell(const running_ptr& one, fate how) {
  if (std::exchange(one->told, true)) return;
  if (how == fate::unknown && !one->what.writes) how = fate::failed;
  world_.in_process(one->what.from, [one, how] { one->what.done(how); });
}

void database::arrive(const running_ptr& one) {
  if (!up()) return tell(one, fate::unknown);
  one->give_up = clock_.now() + (one->what.patient ? 3600s : duration{100ms});
  open_.emplace(one->number, one);
  if (!one->what.patient)
    clock_.after(100ms, [this, one] {
      if (one->started || !open_.contains(one->number)) return;
      open_.erase(one->number);
      tell(one, fate::blocked);
    });
  try_start(one);
}

bool database::locked(const running& by) const {
  return std::any_of(by.what.rows.begin(), by.what.rows.end(), [&](partition_id part) {
    auto found = locks_.find(part);
    return found != locks_.end() && found->second != by.number;
  });
}

void database::try_start(const running_ptr& one) {
  if (one->started || !open_.contains(one->number) || locked(*one)) return;
  one->started = true;
  for (auto part : one->what.rows)
    locks_[part] = one->number;
  auto work = random_.between(100us, 2ms);
  // Half sent: the rest comes when the process goes on.
  if (auto found = stalled_.find(one->what.from); found != stalled_.end())
    work = std::max(work, found->second - clock_.now() + hop());
  clock_.after(work, [this, one] { finish(one); });
}

void database::finish(const running_ptr& one) {
  if (one->hangs || open_.erase(one->number) == 0) return;
  one->what.apply();
  free_rows(*one);
  if (!world_.reachable(one->what.from)) { // the server finds its client gone
    world_.session_lost(one->what.from);
    return clock_.after(900ms, [this, one] { tell(one, fate::unknown); });
  }
  clock_.after(hop(), [this, one] { tell(one, fate::done); });
}

void database::free_rows(const running& of) {
  std::erase_if(locks_, [&](const auto& lock) { return lock.second == of.number; });
  auto waiting = open_;
  for (const auto& [_, one] : waiting)
    try_start(one);
}

void database::abort(const running_ptr& one) {
  open_.erase(one->number);
  free_rows(*one);
  clock_.after(hop(), [this, one] { tell(one, fate::unknown); });
}

void database::crash(duration down) {
  down_until_ = clock_.now() + down;
  auto all = std::exchange(open_, {});
  locks_.clear();
  for (const auto& [_, one] : all)
    clock_.after(hop(), [this, one] { tell(one, fate::unknown); });
}

void database::client_gone(life who, bool hangs) {
  for (const auto& [_, one] : std::map{open_})
    if (one->what.from == who) {
      if (hangs && one->started && !one->what.rows.empty())
        one->hangs = true; // until somebody ends it, or the server notices
      else if (!one->started)
        abort(one); // what has started was sent as a whole: it ends by itself
      if (one->hangs)
        clock_.after(10s, [this, one] {
          if (open_.contains(one->number)) abort(one);
        });
    }
}

void database::terminate(life who) {
  for (const auto& [_, one] : std::map{open_})
    if (one->what.from == who) abort(one);
  world_.session_lost(who);
}

void database::stall(life who, duration how_long) {
  stalled_[who] = clock_.now() + how_long;
  clock_.after(how_long, [this, who] { stalled_.erase(who); });
}

} // namespace recado::simulation
