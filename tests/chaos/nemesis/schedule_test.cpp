#include "chaos/nemesis/schedule.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

namespace recado::chaos {

namespace {

using namespace std::chrono_literals;

schedule_options of(std::vector<fault> kinds, std::size_t count, std::uint64_t seed = 7) {
  return {.kinds = std::move(kinds), .nodes = 3, .count = count, .in_order = false, .seed = seed};
}

} // namespace

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_faults) {
  auto how = of({fault::kill, fault::pause, fault::cut_nats}, 50);
  BOOST_TEST((make_schedule(how) == make_schedule(how)));
}

BOOST_AUTO_TEST_CASE(another_seed_gives_others) {
  BOOST_TEST((make_schedule(of({fault::kill, fault::pause}, 50, 1)) !=
              make_schedule(of({fault::kill, fault::pause}, 50, 2))));
}

BOOST_AUTO_TEST_CASE(every_kind_comes_once_in_each_round) {
  std::vector kinds{fault::kill, fault::pause, fault::nats_kill, fault::drain};
  auto plan = make_schedule(of(kinds, 40));
  BOOST_REQUIRE(plan.size() == 40u);
  for (std::size_t round = 0; round < 10; ++round) {
    std::set<fault> seen;
    for (std::size_t i = 0; i < 4; ++i)
      seen.insert(plan[4 * round + i].what);
    BOOST_TEST(seen.size() == 4u);
  }
}

BOOST_AUTO_TEST_CASE(kinds_in_order_stay_in_order) {
  auto how = of({fault::kill, fault::pause, fault::nats_kill, fault::postgres_kill}, 6);
  how.in_order = true;
  auto plan = make_schedule(how);
  for (std::size_t i = 0; i < plan.size(); ++i)
    BOOST_TEST((plan[i].what == how.kinds[i % 4]));
}

BOOST_AUTO_TEST_CASE(a_pause_lasts_1_3_and_10_seconds_in_turn) {
  std::map<std::chrono::milliseconds, int> counted;
  for (const auto& one : make_schedule(of({fault::pause}, 30)))
    ++counted[one.lasts];
  BOOST_TEST(counted.size() == 3u);
  BOOST_TEST(counted[1'000ms] == 10);
  BOOST_TEST(counted[3'000ms] == 10);
  BOOST_TEST(counted[10'000ms] == 10);
}

BOOST_AUTO_TEST_CASE(targets_are_nodes_and_each_gets_its_turn) {
  std::set<unsigned> seen;
  for (const auto& one : make_schedule(of({fault::kill}, 100))) {
    BOOST_TEST(one.target < 3u);
    BOOST_TEST(one.calm >= 500ms);
    seen.insert(one.target);
  }
  BOOST_TEST(seen.size() == 3u);
}

BOOST_AUTO_TEST_CASE(without_kinds_there_is_nothing_to_do) {
  BOOST_TEST(make_schedule(of({}, 5)).empty());
}

BOOST_AUTO_TEST_CASE(every_fault_is_found_by_its_name) {
  for (std::size_t i = 0; i < faults_count; ++i) {
    auto what = static_cast<fault>(i);
    BOOST_TEST((fault_named(to_string(what)) == what));
    BOOST_TEST(!durations_of(what).empty());
  }
  BOOST_TEST(!fault_named("earthquake").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::chaos
