#include "runtime/store/worker.hpp"
#include "tests/runtime/store/support.hpp"

#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

using namespace recado;
using namespace recado::store;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

/// Collects answers and waits for them.
struct answers {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<outcome> all;

  pool::done_fn slot() {
    return [this](outcome result) {
      std::lock_guard lock{mutex};
      all.push_back(std::move(result));
      changed.notify_all();
    };
  }
  void await(std::size_t n) {
    std::unique_lock lock{mutex};
    BOOST_REQUIRE(changed.wait_for(lock, 60s, [&] { return all.size() >= n; }));
  }
  std::size_t count(error_kind kind) {
    std::lock_guard lock{mutex};
    std::size_t n = 0;
    for (const auto& one : all)
      n += error_of(one).kind == kind;
    return n;
  }
};

std::vector<statement> one(statement said) {
  std::vector<statement> list;
  list.push_back(std::move(said));
  return list;
}

std::uint64_t errors(const pool_counters& c, error_kind kind) {
  return c.errors[static_cast<std::size_t>(kind)];
}

/// Occupies a thread until opened.
struct gate {
  std::promise<void> opened;
  std::promise<void> entered;

  pool::job_fn job() {
    return [this](connection&) {
      entered.set_value();
      opened.get_future().wait();
    };
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(pools)

BOOST_AUTO_TEST_CASE(a_worker_runs_what_it_gets_in_order) {
  item_world world;
  std::vector<std::int64_t> seen;
  {
    worker w{"order", server().config(world.database)};
    answers got;
    for (int i = 0; i < 200; ++i)
      w.run(one(insert_item(i)), tx::transaction, [&, i, done = got.slot()](outcome result) {
        seen.push_back(i);
        done(std::move(result));
      });
    got.await(200);
    BOOST_TEST(got.count(error_kind::none) == 200u);
    auto c = w.counters();
    BOOST_TEST(c.runs == 200u);
    BOOST_TEST(c.opens <= 1u); // counted after the job that opened was answered
    BOOST_TEST(c.queued == 0u);
    BOOST_TEST(w.threads() == 1u);
  }
  BOOST_TEST(std::is_sorted(seen.begin(), seen.end()));
  BOOST_TEST(world.count() == 200);
}

BOOST_AUTO_TEST_CASE(a_pool_uses_all_its_threads) {
  pool p{"wide", server().config(), {4, 64, 60s}};
  answers got;
  std::array<gate, 3> gates;
  for (auto& g : gates)
    BOOST_REQUIRE(p.post(g.job()));
  for (auto& g : gates)
    g.entered.get_future().wait();
  p.run(one(say("select 1")), tx::read, got.slot()); // three are occupied, the fourth answers
  got.await(1);
  for (auto& g : gates)
    g.opened.set_value();
  p.stop();
  BOOST_TEST(p.counters().busy_us > 0u);
  BOOST_TEST(p.counters().runs == 4u);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_at_once_and_on_the_callers_thread) {
  worker w{"full", server().config(), 2};
  gate g;
  BOOST_REQUIRE(w.post(g.job()));
  g.entered.get_future().wait();
  answers got;
  for (int i = 0; i < 2; ++i)
    w.run(one(say("select 1")), tx::read, got.slot());
  auto here = std::this_thread::get_id();
  bool refused_here = false;
  w.run(one(say("select 1")), tx::read, [&](outcome result) {
    refused_here =
      error_of(result).kind == error_kind::overloaded && std::this_thread::get_id() == here;
  });
  BOOST_TEST(refused_here);
  BOOST_TEST(!w.post([](connection&) {}));
  BOOST_TEST(w.counters().refused == 2u);
  BOOST_TEST(w.counters().queued == 2u);
  g.opened.set_value();
  got.await(2);
  BOOST_TEST(got.count(error_kind::none) == 2u);
}

BOOST_AUTO_TEST_CASE(stopping_answers_everything_that_waits) {
  answers got;
  std::atomic<int> posted{0};
  bool refused = false;
  {
    worker w{"stop", server().config()};
    gate g;
    BOOST_REQUIRE(w.post(g.job()));
    g.entered.get_future().wait();
    for (int i = 0; i < 20; ++i)
      w.run(one(say("select 1")), tx::transaction, got.slot());
    for (int i = 0; i < 5; ++i) {
      auto job = [&](connection& db) {
        auto result = db.run_one(say("select 1"));
        posted += !result && result.error().kind == error_kind::stopped;
      };
      BOOST_REQUIRE(w.post(job));
    }
    std::thread stopper{[&] { w.stop(); }};
    // A `stopped` here tells that stop() has begun while the worker is still busy.
    std::atomic<bool> begun{false};
    while (!begun) {
      auto answer = [&](outcome result) { begun = error_of(result).kind == error_kind::stopped; };
      w.run(one(say("select 1")), tx::read, answer);
      std::this_thread::yield();
    }
    g.opened.set_value();
    stopper.join();
    w.run(one(say("select 1")), tx::read,
          [&](outcome result) { refused = error_of(result).kind == error_kind::stopped; });
  }
  BOOST_TEST(got.all.size() == 20u);
  BOOST_TEST(got.count(error_kind::stopped) == 20u);
  BOOST_TEST(posted == 5);
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_does_not_stop_the_worker) {
  worker w{"throws", server().config()};
  answers got;
  w.run(one(say("select 1")), tx::read, [](outcome) { throw std::runtime_error("callback"); });
  BOOST_REQUIRE(w.post([](connection&) { throw std::runtime_error("job"); }));
  w.run(one(say("select 1")), tx::read, got.slot());
  got.await(1);
  BOOST_TEST(got.count(error_kind::none) == 1u);
}

BOOST_AUTO_TEST_CASE(deadlines_count_the_time_in_the_queue) {
  worker w{"late", server().config()};
  answers warm;
  w.run(one(say("select 1")), tx::read, warm.slot());
  warm.await(1);
  server().pause();
  answers got;
  auto soon = deadline::clock::now() + 100ms;
  w.run(one(say("select 1")), tx::transaction, got.slot(), soon); // running when the time is over
  w.run(one(say("select 1")), tx::transaction, got.slot(), soon); // still queued: certainly not run
  got.await(2);
  server().resume();
  BOOST_TEST(got.count(error_kind::unknown_outcome) == 1u);
  BOOST_TEST(got.count(error_kind::timeout) == 1u);
  auto c = w.counters();
  BOOST_TEST(c.expired == 1u);
  BOOST_TEST(errors(c, error_kind::timeout) == 1u);
  BOOST_TEST(errors(c, error_kind::unknown_outcome) == 1u);
}

BOOST_AUTO_TEST_CASE(a_worker_finds_a_server_that_was_killed_and_prepares_again) {
  item_world world;
  auto config = server().config(world.database);
  worker w{"again", config};
  answers first;
  w.run(one(insert_item(1)), tx::transaction, first.slot());
  first.await(1);
  server().kill9();
  answers down;
  w.run(one(insert_item(2)), tx::transaction, down.slot());
  down.await(1);
  BOOST_TEST(down.count(error_kind::connection) == 1u);
  server().start();
  std::this_thread::sleep_for(config.reconnect_backoff_max);
  answers up;
  w.run(one(insert_item(2)), tx::transaction, up.slot());
  up.await(1);
  BOOST_TEST(up.count(error_kind::none) == 1u);
  BOOST_TEST(world.count() == 2);
  w.stop();
  BOOST_TEST(w.counters().opens == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
