#include "chaos/load/timeline.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::load {
namespace {

/// A second with so many messages, all answered in this time.
second with(std::uint64_t due, std::uint64_t us, std::uint64_t accepted) {
  second out;
  out.due = due;
  out.accepted = accepted;
  for (std::uint64_t i = 0; i < accepted; ++i)
    out.post.add(us);
  return out;
}
second calm_one() {
  return with(100, 5'000, 100);
}
second slow_one() {
  return with(100, 50'000, 100);
}

const std::vector<phase> two_of_each{{100, 2}, {200, 2}, {100, 6}};

} // namespace

BOOST_AUTO_TEST_CASE(phases_are_rates_and_seconds) {
  auto got = parse_phases("4000:20,16000:120,4000:60");
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((*got == std::vector<phase>{{4000, 20}, {16000, 120}, {4000, 60}}));
  BOOST_TEST(seconds_of(*got) == 200u);
  BOOST_TEST(busiest(*got) == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_no_list_of_phases_is_refused) {
  for (const auto* text :
       {"", "4000", "4000:", ":20", "0:20", "4000:0", "4000:20,", "a:b", "1:2;3:4"})
    BOOST_TEST(!parse_phases(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(recovery_is_counted_from_the_end_of_the_busiest_phase) {
  timeline all{calm_one(), calm_one(), slow_one(), slow_one(), slow_one(),
               slow_one(), calm_one(), calm_one(), calm_one(), calm_one()};
  auto got = recovery_of(all, two_of_each);
  BOOST_REQUIRE(got.seconds.has_value());
  BOOST_TEST(*got.seconds == 2u);
  BOOST_TEST(got.normal_p95_us == 5'000u);
}

BOOST_AUTO_TEST_CASE(one_good_second_is_no_recovery) {
  timeline all{calm_one(), calm_one(), slow_one(), slow_one(), calm_one(),
               slow_one(), calm_one(), calm_one(), slow_one(), calm_one()};
  BOOST_TEST(!recovery_of(all, two_of_each).seconds.has_value());
}

BOOST_AUTO_TEST_CASE(a_second_in_which_most_were_refused_is_not_normal) {
  auto refused = with(100, 1'000, 10); // the few that were accepted were fast
  timeline all{calm_one(), calm_one(), slow_one(), slow_one(), refused,
               refused,    calm_one(), calm_one(), calm_one(), calm_one()};
  BOOST_TEST(recovery_of(all, two_of_each).seconds.value() == 2u);
}

BOOST_AUTO_TEST_CASE(without_overload_nothing_has_to_recover) {
  timeline all(10, calm_one());
  BOOST_TEST(recovery_of(all, two_of_each).seconds.value() == 0u);
  BOOST_TEST(!recovery_of({}, two_of_each).seconds.has_value());
  BOOST_TEST(!recovery_of(all, {}).seconds.has_value());
}

BOOST_AUTO_TEST_CASE(a_sum_of_seconds_ends_with_the_last_of_them) {
  timeline all{calm_one(), slow_one()};
  auto sum = sum_of(all, 0, 10);
  BOOST_TEST(sum.due == 200u);
  BOOST_TEST(sum.accepted == 200u);
  BOOST_TEST(sum.post.count() == 200u);
}

} // namespace recado::load
