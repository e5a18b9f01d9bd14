#pragma once
/// A connector's core with a clock that the test moves, a ledger that says yes, and a provider that
/// answers what the test wants.
#include "channels/connector/connector_core.hpp"
#include "tests/channels/deliveries.hpp"

#include <functional>

namespace recado::channels::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline verdict said(outcome_class what, provider_health health = provider_health::well) {
  verdict out;
  out.what = what;
  out.health = health;
  return out;
}
inline verdict sent() {
  return said(outcome_class::sent);
}
inline verdict later() {
  return said(outcome_class::retry);
}
inline verdict ill() {
  return said(outcome_class::retry, provider_health::ill);
}

struct core_world {
  using core = connector_core;
  static connector_config fast() {
    connector_config out;
    out.pace = {1'000, 1'000, 8};
    return out;
  }
  explicit core_world(connector_config config = fast(), bool whole = true) : connector(config) {
    take(connector.start(now()));
    if (whole) window({}, {1, 2, 3, 4});
  }

  instant now() const { return {steady_time{seconds{1'000}} + passed, noon + passed}; }

  // What the test does.
  void offer(const open_delivery_ptr& what) { take(connector.offered(what, now())); }
  void window(const std::vector<open_delivery_ptr>& rows,
              const std::vector<partition_id>& complete) {
    take(connector.loaded(rows, complete, now().steady + seconds{1}, now()));
  }
  /// Grants every begin that waits; the requests are then `sending`.
  void grant(bool yes = true) {
    for (auto& each : std::exchange(beginning, {}))
      take(connector.begun(each.ticket, yes, now()));
  }
  void answer(std::size_t which, const verdict& with) {
    auto one = sending.at(which);
    sending.erase(sending.begin() + static_cast<std::ptrdiff_t>(which));
    take(connector.answered(one.ticket, with, now()));
  }
  void keep(bool yes = true) {
    for (auto& each : std::exchange(settling, {})) {
      take(connector.settled(each.ticket, yes, now()));
      settled.push_back(each);
    }
  }
  /// Begin, send and settle all that can go, with the same answer for each.
  void go(const std::function<verdict(const open_delivery&)>& provider) {
    for (int rounds = 0; rounds < 10'000; ++rounds) {
      if (beginning.empty() && sending.empty() && settling.empty()) return;
      grant();
      while (!sending.empty())
        answer(0, provider(*sending.front().what));
      keep();
    }
  }
  void go(const verdict& with) {
    go([&](const open_delivery&) { return with; });
  }
  /// Moves time from one due moment to the next.
  void pass(
    std::chrono::microseconds by, const std::function<void()>& meanwhile = [] {}) {
    auto end = passed + by;
    for (auto at = connector.wake_at(now()); at && *at <= steady_time{seconds{1'000}} + end;
         at = connector.wake_at(now())) {
      passed = std::max(
        passed, std::chrono::ceil<std::chrono::microseconds>(*at - steady_time{seconds{1'000}}));
      if (passed > end) break;
      take(connector.woke(now()));
      meanwhile();
    }
    passed = end;
    take(connector.woke(now()));
    meanwhile();
  }

  void take(core::actions actions) {
    for (auto& each : actions)
      std::visit([this](auto& one) { note(one); }, each);
  }
  void note(const core::begin& each) {
    beginning.push_back(each);
    begun.push_back(each.what->seq);
  }
  void note(const core::send& each) { sending.push_back(each); }
  void note(const core::settle& each) { settling.push_back(each); }
  void note(const core::expire& each) { expired.push_back(each.what->seq); }
  void note(const core::load_more&) { ++asked; }

  std::chrono::microseconds passed{};
  connector_core connector;
  std::vector<core::begin> beginning;
  std::vector<core::send> sending;
  std::vector<core::settle> settling, settled;
  std::vector<std::int64_t> begun, expired;
  int asked = 0;
};

} // namespace recado::channels::test
