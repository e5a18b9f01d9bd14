#include "runtime/policy/token_bucket.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace recado;
using namespace recado::policy;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(token_buckets)

BOOST_AUTO_TEST_CASE(a_rested_bucket_gives_its_burst_and_then_its_pace) {
  token_bucket bucket{{10, 3}};
  steady_time now{1h};
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(bucket.try_take(now));
  BOOST_TEST(!bucket.try_take(now));
  BOOST_TEST((bucket.ready_at() == now + 100ms));
  BOOST_TEST(!bucket.try_take(now + 100ms - 1ns));
  BOOST_TEST(bucket.try_take(now + 100ms));
  BOOST_TEST(!bucket.try_take(now + 100ms));
}

BOOST_AUTO_TEST_CASE(over_any_span_it_gives_at_most_burst_and_pace) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random{seed};
    token_bucket_config config{0.5 + static_cast<double>(random() % 1000) / 3,
                               1 + static_cast<std::uint32_t>(random() % 20)};
    token_bucket bucket{config};
    steady_time now{1h};
    std::vector<std::pair<steady_time, std::uint32_t>> taken;
    for (int i = 0; i < 300; ++i) {
      now += std::chrono::microseconds{random() % 50'000};
      auto tokens = 1 + static_cast<std::uint32_t>(random() % 3);
      if (bucket.try_take(now, tokens)) taken.emplace_back(now, std::min(tokens, config.burst));
    }
    BOOST_REQUIRE(!taken.empty());
    for (std::size_t from = 0; from < taken.size(); from += 7) {
      double sum = 0;
      for (std::size_t to = from; to < taken.size(); ++to) {
        sum += taken[to].second;
        std::chrono::duration<double> span = taken[to].first - taken[from].first;
        BOOST_REQUIRE_LE(sum, config.burst + span.count() * config.per_second + 1e-6);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(whoever_waits_until_ready_gets_the_tokens_and_not_earlier) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    token_bucket bucket{{0.1 + static_cast<double>(random() % 5000), 10}};
    steady_time now{1h};
    for (int i = 0; i < 50; ++i) {
      auto tokens = 1 + static_cast<std::uint32_t>(random() % 10);
      auto ready = bucket.ready_at(tokens);
      if (ready > now) BOOST_TEST(!bucket.try_take(ready - 1ns, tokens));
      now = std::max(now, ready);
      BOOST_TEST(bucket.try_take(now, tokens), "seed " << seed);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_pace_is_reached_and_not_only_kept) {
  token_bucket bucket{{1000, 1}};
  steady_time now{1h};
  int taken = 0;
  for (auto end = now + 10s; now < end; now += 100us)
    taken += bucket.try_take(now);
  BOOST_TEST(taken == 10'000);
}

BOOST_AUTO_TEST_CASE(a_hold_gives_nothing_before_its_end) {
  token_bucket bucket{{10, 3}};
  steady_time now{1h};
  bucket.hold(now + 30s);
  bucket.hold(now + 10s); // does not shorten
  BOOST_TEST((bucket.ready_at() == now + 30s));
  BOOST_TEST(!bucket.try_take(now + 30s - 1ns));
  BOOST_TEST(bucket.try_take(now + 30s));
}

BOOST_AUTO_TEST_CASE(more_than_the_burst_counts_as_the_burst) {
  token_bucket bucket{{10, 3}};
  steady_time now{1h};
  BOOST_TEST(bucket.try_take(now, 100));
  BOOST_TEST(bucket.available(now) == 0u);
  BOOST_TEST((bucket.ready_at(100) == now + 300ms));
}

BOOST_AUTO_TEST_CASE(a_change_of_pace_keeps_the_tokens_up_to_the_new_burst) {
  steady_time now{1h};
  token_bucket bucket{{10, 10}};
  BOOST_TEST(bucket.try_take(now, 4));
  bucket.change({1000, 20}, now);
  BOOST_TEST(bucket.available(now) == 6u);
  bucket.change({1000, 2}, now);
  BOOST_TEST(bucket.available(now) == 2u);
  BOOST_TEST(bucket.available(now + 10s) == 2u);
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_gives_no_extra_tokens) {
  token_bucket bucket{{10, 1}};
  steady_time now{1h};
  BOOST_TEST(bucket.try_take(now));
  BOOST_TEST(!bucket.try_take(now - 10s));
  BOOST_TEST(!bucket.try_take(now));
  BOOST_TEST(bucket.try_take(now + 100ms));
}

BOOST_AUTO_TEST_SUITE_END()
