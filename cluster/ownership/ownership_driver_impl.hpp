#pragma once
/// INTERNAL to ownership_driver: its thread and its session.
#include "cluster/ownership/epoch_resolver.hpp"
#include "cluster/ownership/ownership_driver.hpp"

#include <atomic>
#include <thread>

namespace recado::cluster {

struct ownership_driver::impl {
  impl(store::connection_config config, ownership_options how, ownership_callbacks calls)
    : options(std::move(how)),
      tell(std::move(calls)),
      connect(std::move(config)),
      db(connect),
      machine(options.machine),
      resolver(connect, options.machine.self) {}

  const ownership_options options;
  const ownership_callbacks tell;
  const store::connection_config connect;
  store::connection db;      ///< of the thread
  ownership_machine machine; ///< of the thread
  std::uint64_t session = 0; ///< db.opens() when we took the lock; 0: not enrolled
  int backend = 0;           ///< of that session
  bool waits = false;        ///< and said so
  std::optional<steady_time> clock_asked;
  std::map<partition_id, steady_time> moving_since; ///< of the thread
  std::set<partition_id> quarantined;               ///< as the last poll saw it

  std::atomic<bool> nats_ok{false}, serving{false};
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<ownership_event> events;
  ownership_counters counts;
  bool over = false;
  std::thread thread;
  epoch_resolver resolver; ///< last: it ends first

  void post(ownership_event what);
  void run();
  void handle(const ownership_event& what);
  std::optional<ownership_event> next_event();
  void note_state();
  void watch_quarantine(const std::vector<partition_row>& rows);

  using answer = std::optional<ownership_event>;
  answer carry_out(const order::enroll&);
  answer carry_out(const order::heartbeat&);
  answer carry_out(const order::poll&);
  answer carry_out(const order::claim& what);
  answer carry_out(const order::terminate& what);
  answer carry_out(const order::release& what);
  answer carry_out(const order::notify& what);
  answer carry_out(const order::leave&);
  answer carry_out(const order::own& what);
  answer carry_out(const order::drop& what);
  answer carry_out(const order::hand_over& what);
  answer carry_out(const order::serve& what);
  answer carry_out(const order::superseded&);
  answer carry_out(const order::over&);
  template <class F>
  void count(F change) {
    std::lock_guard lock{mutex};
    change(counts);
  }
};

} // namespace recado::cluster
