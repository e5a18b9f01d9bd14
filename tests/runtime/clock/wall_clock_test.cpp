#include "runtime/clock/wall_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>
#include <vector>

using namespace recado;
using namespace recado::clock;
using namespace std::chrono_literals;

namespace {

const wall_time fallback = from_micros(1);
const auto epoch_offset = 1'800'000'000s; // the database's clock minus the steady clock

/// A database whose clock is `ahead` of epoch_offset, asked at `sent` over a line with these
/// delays.
time_sample ask(steady_time sent, std::chrono::nanoseconds there, std::chrono::nanoseconds back,
                std::chrono::nanoseconds ahead = 0ns) {
  auto true_time = (sent + there).time_since_epoch() + epoch_offset + ahead;
  return {sent, sent + there + back,
          wall_time{std::chrono::floor<std::chrono::microseconds>(true_time)}};
}
std::chrono::nanoseconds error_of(wall_time shown, steady_time boot) {
  return shown.time_since_epoch() - (boot.time_since_epoch() + epoch_offset);
}

} // namespace

BOOST_AUTO_TEST_SUITE(wall_clocks)

BOOST_AUTO_TEST_CASE(before_the_first_sample_it_is_the_systems_clock) {
  wall_estimator estimator;
  BOOST_TEST((estimator.now(steady_time{1h}, fallback) == fallback));
  BOOST_TEST(!estimator.uncertainty(steady_time{1h}));
}

BOOST_AUTO_TEST_CASE(the_middle_of_the_round_trip_is_taken) {
  wall_estimator estimator;
  estimator.feed(ask(steady_time{1h}, 5ms, 5ms));
  BOOST_TEST(
    (error_of(estimator.now(steady_time{1h} + 10s, fallback), steady_time{1h} + 10s) == 0ns));
  BOOST_TEST((*estimator.uncertainty(steady_time{1h} + 10ms) == 5ms));
}

BOOST_AUTO_TEST_CASE(the_sample_with_the_least_round_trip_counts) {
  wall_estimator estimator;
  estimator.feed(ask(steady_time{1h}, 1ms, 1ms));
  estimator.feed(ask(steady_time{1h} + 10s, 80ms, 0ms)); // would be 40 ms off
  auto boot = steady_time{1h} + 11s;
  BOOST_TEST((error_of(estimator.now(boot, fallback), boot) == 0ns));
}

BOOST_AUTO_TEST_CASE(an_old_good_sample_loses_to_a_new_one_by_drift) {
  wall_estimator estimator;
  estimator.feed(ask(steady_time{1h}, 1ms, 1ms));
  estimator.feed(ask(steady_time{1h} + 100s, 2ms, 2ms, 3ms));
  auto boot = steady_time{1h} + 100s + 4ms;
  BOOST_TEST((error_of(estimator.now(boot, fallback), boot) == 3ms));
}

/// The estimate is never further off than it says, whatever the line does.
BOOST_AUTO_TEST_CASE(the_uncertainty_is_honest) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    wall_estimator estimator;
    steady_time boot{1h};
    for (int i = 0; i < 100; ++i) {
      boot += 10s;
      auto there = std::chrono::microseconds{random() % 20'000};
      auto back = std::chrono::microseconds{random() % 20'000};
      estimator.feed(ask(boot, there, back));
      boot += there + back;
      auto off = std::chrono::abs(error_of(estimator.now(boot, fallback), boot));
      BOOST_REQUIRE((off <= *estimator.uncertainty(boot) + 1us));
    }
  }
}

BOOST_AUTO_TEST_CASE(it_never_goes_back_while_samples_wander) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    wall_estimator estimator;
    steady_time boot{1h};
    wall_time last{};
    for (int i = 0; i < 500; ++i) {
      boot += std::chrono::microseconds{random() % 300'000};
      if (i % 10 == 0) {
        auto there = std::chrono::microseconds{random() % 40'000};
        estimator.feed(ask(boot, there, 0ns));
        boot += there;
      }
      auto shown = estimator.now(boot, from_micros(0));
      BOOST_REQUIRE((shown >= last));
      last = shown;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_small_lead_is_lost_at_half_speed) {
  wall_estimator estimator;
  steady_time boot{1h};
  estimator.feed(ask(boot, 0ns, 0ns, 500ms));
  estimator.now(boot, fallback);
  estimator.feed(ask(boot, 0ns, 0ns)); // the clock was set back by half a second
  BOOST_TEST((error_of(estimator.now(boot, fallback), boot) == 500ms));
  boot += 400ms;
  BOOST_TEST((error_of(estimator.now(boot, fallback), boot) == 300ms));
  boot += 700ms;
  BOOST_TEST((error_of(estimator.now(boot, fallback), boot) == 0ns));
}

BOOST_AUTO_TEST_CASE(a_large_lead_is_lost_by_one_step_back) {
  wall_estimator estimator;
  steady_time boot{1h};
  estimator.feed(ask(boot, 0ns, 0ns, 1h));
  estimator.now(boot, fallback);
  estimator.feed(ask(boot, 0ns, 0ns));
  BOOST_TEST((error_of(estimator.now(boot, fallback), boot) == 0ns));
}

BOOST_AUTO_TEST_CASE(another_server_with_another_clock_is_believed_at_once) {
  wall_estimator estimator;
  steady_time boot{1h};
  estimator.feed(ask(boot, 1ms, 1ms));
  estimator.feed(ask(boot + 10s, 20ms, 20ms, 10s)); // a worse line, but a different time
  boot += 11s;
  BOOST_TEST((error_of(estimator.now(boot, fallback), boot) == 10s));
}

BOOST_AUTO_TEST_CASE(a_sample_that_came_back_before_it_was_sent_is_ignored) {
  wall_estimator estimator;
  auto sample = ask(steady_time{1h}, 1ms, 1ms);
  std::swap(sample.sent, sample.received);
  estimator.feed(sample);
  BOOST_TEST(!estimator.uncertainty(steady_time{1h}));
}

BOOST_AUTO_TEST_CASE(boot_time_moves_forward) {
  auto before = boot_time();
  std::this_thread::sleep_for(1ms);
  BOOST_TEST((boot_time() >= before + 1ms));
}

BOOST_AUTO_TEST_CASE(the_nodes_clock_may_be_asked_by_all_threads) {
  wall_clock node;
  std::vector<std::thread> threads;
  threads.reserve(2);
  std::atomic<int> backwards{0};
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&node, &backwards] {
      wall_time last{};
      for (int n = 0; n < 10'000; ++n) {
        auto shown = node.now();
        backwards += shown < last;
        last = shown;
      }
    });
  for (int i = 0; i < 100; ++i) {
    auto boot = boot_time();
    node.feed({boot, boot, system_time()});
  }
  for (auto& thread : threads)
    thread.join();
  BOOST_TEST(backwards == 0);
  BOOST_TEST(node.uncertainty().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
