#include "runtime/policy/intensity.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace recado;
using namespace recado::policy;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(intensities)

BOOST_AUTO_TEST_CASE(the_sixth_failure_within_the_window_is_one_too_many) {
  intensity failures{{5, 10s}};
  steady_time now{1h};
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(failures.note(now + i * 1s));
  BOOST_TEST(failures.recent(now + 4s) == 5u);
  BOOST_TEST(!failures.note(now + 9999ms));
}

BOOST_AUTO_TEST_CASE(a_failure_as_old_as_the_window_does_not_count) {
  intensity failures{{1, 10s}};
  steady_time now{1h};
  BOOST_TEST(failures.note(now));
  BOOST_TEST(failures.note(now + 10s));
  BOOST_TEST(!failures.note(now + 20s - 1ns));
}

BOOST_AUTO_TEST_CASE(zero_allows_none) {
  intensity failures{{0, 10s}};
  BOOST_TEST(!failures.note(steady_time{1h}));
}

/// Against the definition, counted the slow way.
BOOST_AUTO_TEST_CASE(it_agrees_with_counting_all_failures) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    auto max = random() % 6;
    intensity failures{{max, 10s}};
    std::vector<steady_time> all;
    steady_time now{1h};
    for (int i = 0; i < 100; ++i) {
      now += std::chrono::milliseconds{random() % 4000};
      all.push_back(now);
      auto young = std::count_if(all.begin(), all.end(), [now](auto at) { return now - at < 10s; });
      auto calm = static_cast<std::size_t>(young) <= max;
      BOOST_TEST(failures.note(now) == calm, "seed " << seed << " step " << i);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
