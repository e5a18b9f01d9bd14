#include "runtime/policy/retry.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::policy;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(retries)

BOOST_AUTO_TEST_CASE(the_ceiling_doubles_up_to_its_maximum) {
  BOOST_TEST((exponential(1s, 2, 15min, 1) == 1s));
  BOOST_TEST((exponential(1s, 2, 15min, 2) == 2s));
  BOOST_TEST((exponential(1s, 2, 15min, 10) == 512s));
  BOOST_TEST((exponential(1s, 2, 15min, 11) == 15min));
  BOOST_TEST((exponential(1s, 2, 15min, 4'000'000'000u) == 15min)); // infinity in between
  BOOST_TEST((exponential(1s, 1, 15min, 100) == 1s));
}

BOOST_AUTO_TEST_CASE(every_wait_is_within_its_ceiling_and_uses_all_of_it) {
  retry_config config;
  for (std::uint32_t attempt = 1; attempt < config.attempts; ++attempt) {
    auto ceiling = exponential(config.first, config.factor, config.max, attempt);
    duration least = ceiling, most{0};
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
      std::mt19937_64 random{seed};
      auto wait = next_try(config, {attempt, 0s, {}}, random);
      BOOST_REQUIRE(wait.has_value());
      least = std::min(least, *wait);
      most = std::max(most, *wait);
    }
    BOOST_TEST((least >= 0s));
    BOOST_TEST((most <= ceiling));
    BOOST_TEST((least < ceiling / 20));     // full jitter: from zero …
    BOOST_TEST((most > ceiling / 20 * 19)); // … to the ceiling
  }
}

BOOST_AUTO_TEST_CASE(the_same_seed_waits_the_same) {
  std::mt19937_64 one{7}, two{7};
  BOOST_TEST((*next_try({}, {3, 0s, {}}, one) == *next_try({}, {3, 0s, {}}, two)));
}

BOOST_AUTO_TEST_CASE(after_the_last_attempt_it_gives_up) {
  std::mt19937_64 random{1};
  retry_config config;
  config.attempts = 3;
  BOOST_TEST(next_try(config, {2, 0s, {}}, random).has_value());
  BOOST_TEST((next_try(config, {3, 0s, {}}, random).error() == give_up::attempts_spent));
}

BOOST_AUTO_TEST_CASE(no_try_starts_beyond_the_maximum_age) {
  retry_config config;
  config.max_age = 100s;
  int given_up = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random{seed};
    auto wait = next_try(config, {5, 90s, {}}, random); // ceiling 16 s
    given_up += !wait;
    if (wait) BOOST_TEST((90s + *wait <= 100s));
  }
  BOOST_TEST(given_up > 0);
  BOOST_TEST(given_up < 500);
}

BOOST_AUTO_TEST_CASE(a_retry_honours_retry_after) {
  retry_config config;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random{seed};
    auto wait = next_try(config, {1, 0s, 40min}, random); // above config.max: still honoured
    BOOST_REQUIRE(wait.has_value());
    BOOST_TEST((*wait >= 40min));
    BOOST_TEST((*wait <= 40min + config.first));
  }
}

BOOST_AUTO_TEST_CASE(a_retry_after_beyond_the_maximum_age_gives_up_at_once) {
  std::mt19937_64 random{1};
  BOOST_TEST((next_try({}, {1, 0s, 25h}, random).error() == give_up::too_old));
  BOOST_TEST((next_try({}, {1, 0s, duration::max()}, random).error() == give_up::too_old));
  BOOST_TEST(next_try({}, {1, 0s, -5s}, random).has_value()); // nonsense counts as none
}

BOOST_AUTO_TEST_SUITE_END()
