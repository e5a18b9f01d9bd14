#include "chaos/load/histogram.hpp"

#include <boost/test/unit_test.hpp>

using recado::load::histogram;

BOOST_AUTO_TEST_CASE(an_empty_histogram_has_no_percentiles) {
  histogram none;
  BOOST_TEST(none.count() == 0u);
  BOOST_TEST(none.percentile(0.99) == 0u);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
  histogram some;
  for (std::uint64_t us = 1; us <= 50; ++us)
    some.add(us);
  BOOST_TEST(some.percentile(0.50) == 25u);
  BOOST_TEST(some.percentile(0.98) == 49u);
  BOOST_TEST(some.max() == 50u);
}

BOOST_AUTO_TEST_CASE(large_values_are_exact_to_a_64th) {
  for (std::uint64_t us = 64; us < 200'000'000; us = us * 9 / 8 + 1) {
    histogram one;
    one.add(us);
    one.add(us * 4); // so that max does not cut the answer
    auto found = one.percentile(0.5);
    BOOST_TEST(found >= us);
    BOOST_TEST(found <= us + us / 64 + 1);
  }
}

BOOST_AUTO_TEST_CASE(a_percentile_is_never_above_the_maximum) {
  histogram some;
  some.add(1'000'003);
  BOOST_TEST(some.percentile(1.0) == 1'000'003u);
}

BOOST_AUTO_TEST_CASE(absurd_values_fall_into_the_last_bucket) {
  histogram some;
  some.add(~std::uint64_t{0});
  BOOST_TEST(some.count() == 1u);
  BOOST_TEST(some.percentile(0.5) > 0u);
}

BOOST_AUTO_TEST_CASE(two_histograms_become_one) {
  histogram low, high;
  low.add(10);
  high.add(20);
  low.merge(high);
  BOOST_TEST(low.count() == 2u);
  BOOST_TEST(low.max() == 20u);
  BOOST_TEST(low.percentile(0.5) == 10u);
}
