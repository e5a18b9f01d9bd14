#include "cluster/ownership/ownership_machine.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

const node_key me{"n1", 10};

struct fixture {
  ownership_machine uut{[] {
    ownership_config config;
    config.self = me;
    return config;
  }()};
  steady_time now{1h};
  std::vector<node_row> nodes{{me, 1, false}};
  std::vector<partition_row> rows;
  ownership_actions last;

  ownership_actions& step(const ownership_event& event) { return last = uut.step(event, now); }
  template <class T>
  const T* find() const {
    for (const auto& action : last)
      if (const auto* one = std::get_if<T>(&action)) return one;
    return nullptr;
  }
  template <class T>
  bool said() const {
    return find<T>() != nullptr;
  }
  template <class T>
  std::size_t count() const {
    std::size_t n = 0;
    for (const auto& action : last)
      n += std::holds_alternative<T>(action) ? 1 : 0;
    return n;
  }

  void serve(std::vector<partition_row> table) {
    rows = std::move(table);
    step(seen::tick{});
    BOOST_REQUIRE(said<order::enroll>());
    step(seen::enrolled{});
    BOOST_REQUIRE(said<order::heartbeat>());
    step(seen::heartbeat{true});
    BOOST_REQUIRE(said<order::poll>());
    step(seen::snapshot{nodes, rows});
    BOOST_REQUIRE(said<order::serve>());
  }
  /// Serves partitions 0 and 1 at epoch 5.
  void own_two() {
    serve({{0, 4, std::nullopt, ""}, {1, 4, std::nullopt, ""}});
    BOOST_REQUIRE(said<order::claim>());
    step(seen::claimed{{{0, 5, {}, false}, {1, 5, {}, false}}});
    BOOST_REQUIRE(count<order::own>() == 2u);
    rows = {{0, 5, me, ""}, {1, 5, me, ""}};
  }
  /// Beats and looks until `time` is over; answers what is asked for with what is in the tables.
  void live(std::chrono::milliseconds time, bool beats = true) {
    ownership_actions all;
    for (auto until = now + time; now < until; now += 50ms) {
      step(seen::tick{});
      answer(all, beats);
    }
    last = all;
  }
  void answer(ownership_actions& all, bool beats = true) {
    for (int i = 0; i < 10; ++i) {
      all.insert(all.end(), last.begin(), last.end());
      if (said<order::heartbeat>())
        step(seen::heartbeat{beats, true});
      else if (said<order::poll>())
        step(seen::snapshot{nodes, rows});
      else if (said<order::enroll>())
        step(seen::enrolled{});
      else
        break;
    }
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(ownership_machine_suite)

BOOST_FIXTURE_TEST_CASE(what_has_no_owner_is_claimed, fixture) {
  serve({{0, 4, std::nullopt, ""}, {1, 0, std::nullopt, ""}});
  auto* claim = find<order::claim>();
  BOOST_REQUIRE(claim);
  BOOST_TEST(!claim->from);
  BOOST_TEST(claim->rows.size() == 2u);
  step(seen::claimed{{{0, 5, {}, false}}});
  BOOST_REQUIRE(said<order::own>());
  BOOST_TEST(find<order::own>()->what.at == 5);
  BOOST_TEST(!find<order::own>()->what.adoption);
}

BOOST_FIXTURE_TEST_CASE(an_older_life_of_this_node_is_dead, fixture) {
  serve({{0, 4, node_key{"n1", 9}, ""}});
  BOOST_REQUIRE(said<order::claim>());
  BOOST_TEST((find<order::claim>()->from == node_key{"n1", 9}));
  step(seen::claimed{{{0, 5, {}, false}}});
  BOOST_TEST(find<order::own>()->what.adoption);
}

BOOST_FIXTURE_TEST_CASE(a_living_nodes_partition_is_left_alone, fixture) {
  nodes.push_back({{"n2", 1}, 1, false});
  serve({{0, 4, node_key{"n2", 1}, ""}});
  BOOST_TEST(!said<order::claim>());
}

BOOST_FIXTURE_TEST_CASE(a_silent_nodes_partition_is_claimed, fixture) {
  nodes.push_back({{"n2", 1}, 1, false});
  serve({{0, 4, node_key{"n2", 1}, ""}});
  live(3000ms);
  BOOST_TEST(!said<order::claim>());
  live(1000ms);
  BOOST_REQUIRE(said<order::claim>());
  BOOST_TEST(find<order::claim>()->died);
}

BOOST_FIXTURE_TEST_CASE(a_blocked_claim_ends_the_sessions_of_the_dead_one_and_is_made_again,
                        fixture) {
  serve({{0, 4, node_key{"n1", 9}, ""}});
  step(seen::claim_failed{true});
  BOOST_REQUIRE(said<order::terminate>());
  BOOST_TEST((find<order::terminate>()->who == node_key{"n1", 9}));
  step(seen::terminated{});
  BOOST_REQUIRE(said<order::poll>());
  step(seen::snapshot{nodes, rows});
  BOOST_TEST(said<order::claim>());
}

BOOST_FIXTURE_TEST_CASE(a_claim_with_an_unknown_outcome_is_made_again_with_the_new_epoch, fixture) {
  serve({{0, 4, std::nullopt, ""}});
  step(seen::claim_failed{});
  rows = {{0, 5, me, ""}};
  live(300ms);
  BOOST_REQUIRE(said<order::claim>());
  BOOST_TEST(find<order::claim>()->rows.at(0).second == 5);
}

BOOST_FIXTURE_TEST_CASE(each_dead_owner_is_claimed_from_by_itself, fixture) {
  serve({{0, 4, node_key{"n1", 8}, ""}, {1, 4, node_key{"n1", 9}, ""}, {2, 4, std::nullopt, ""}});
  BOOST_TEST(find<order::claim>()->rows.size() == 1u);
  step(seen::claimed{});
  BOOST_REQUIRE(said<order::claim>());
  step(seen::claimed{});
  BOOST_TEST(said<order::claim>());
}

BOOST_FIXTURE_TEST_CASE(without_a_heartbeat_for_two_seconds_nothing_is_served, fixture) {
  own_two();
  live(2500ms, false);
  BOOST_REQUIRE(said<order::serve>());
  BOOST_TEST(!find<order::serve>()->yes);
  BOOST_TEST(uut.held().size() == 2u);
  live(500ms);
  BOOST_REQUIRE(said<order::serve>());
  BOOST_TEST(find<order::serve>()->yes);
}

BOOST_FIXTURE_TEST_CASE(what_was_taken_meanwhile_is_dropped_before_serving_again, fixture) {
  own_two();
  live(2500ms, false);
  rows[0] = {0, 6, node_key{"n2", 1}, ""};
  nodes.push_back({{"n2", 1}, 1, false});
  live(300ms);
  BOOST_REQUIRE(said<order::drop>());
  BOOST_TEST(find<order::drop>()->id == 0);
  BOOST_TEST(uut.held().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_fence_of_an_earlier_epoch_says_nothing_about_this_one, fixture) {
  own_two();
  step(seen::lost{0, 4});
  BOOST_TEST(!said<order::drop>());
  step(seen::lost{0, 5});
  BOOST_TEST(said<order::drop>());
}

BOOST_FIXTURE_TEST_CASE(an_epoch_that_we_raised_ourselves_is_still_ours, fixture) {
  own_two();
  rows[0].at = 6;
  live(1500ms);
  BOOST_TEST(!said<order::drop>());
  step(seen::bumped{{{0, 6}}, {1}});
  BOOST_REQUIRE(said<order::drop>());
  BOOST_TEST(find<order::drop>()->id == 1);
  BOOST_TEST(uut.held().at(0) == 6);
}

BOOST_FIXTURE_TEST_CASE(a_stop_hands_over_releases_and_leaves, fixture) {
  own_two();
  step(seen::stop{now + 5s});
  BOOST_TEST(count<order::hand_over>() == 2u);
  live(100ms);
  step(seen::release_wanted{0, {}});
  BOOST_REQUIRE(said<order::release>());
  BOOST_TEST(find<order::release>()->at == 5);
  step(seen::released{0, true});
  step(seen::release_wanted{1, {}});
  BOOST_REQUIRE(said<order::release>());
  step(seen::released{1, true});
  BOOST_REQUIRE(said<order::leave>());
  step(seen::left{});
  BOOST_TEST(said<order::over>());
  BOOST_TEST(!said<order::drop>());
}

BOOST_FIXTURE_TEST_CASE(a_release_that_our_own_commit_holds_up_is_tried_again_at_once, fixture) {
  own_two();
  live(100ms);
  step(seen::release_wanted{0, {}});
  BOOST_REQUIRE(said<order::release>());
  step(seen::released{0, false, true});
  BOOST_REQUIRE(said<order::release>());
  step(seen::released{0, false});
  BOOST_TEST(!said<order::release>());
}

BOOST_FIXTURE_TEST_CASE(a_row_that_stays_locked_keeps_neither_other_releases_nor_looks_waiting,
                        fixture) {
  own_two();
  live(100ms);
  step(seen::release_wanted{0, {}});
  step(seen::release_wanted{1, {}});
  step(seen::released{0, false, true});
  BOOST_REQUIRE(said<order::release>());
  BOOST_TEST(find<order::release>()->id == 1);
  step(seen::nudge{});
  step(seen::released{1, false, true});
  BOOST_REQUIRE(said<order::poll>());
  step(seen::snapshot{nodes, rows});
  BOOST_REQUIRE(said<order::release>());
  BOOST_TEST(find<order::release>()->id == 0);
}

BOOST_FIXTURE_TEST_CASE(a_stop_does_not_wait_longer_than_its_deadline, fixture) {
  own_two();
  step(seen::stop{now + 1s});
  live(900ms);
  BOOST_TEST(!said<order::leave>());
  live(200ms);
  BOOST_TEST(said<order::leave>());
  step(seen::left{});
  BOOST_TEST(count<order::drop>() == 2u);
  BOOST_TEST(said<order::over>());
}

BOOST_FIXTURE_TEST_CASE(a_stop_whose_time_is_over_waits_for_the_request_under_way_without_spinning,
                        fixture) {
  own_two();
  step(seen::stop{now + 1s});
  step(seen::release_wanted{0, {}});
  BOOST_REQUIRE(said<order::release>());
  now += 1100ms;
  step(seen::tick{});
  BOOST_TEST(!said<order::leave>());
  BOOST_TEST((uut.next_wake() > now));
  step(seen::released{0, true});
  BOOST_TEST(said<order::leave>());
}

BOOST_FIXTURE_TEST_CASE(what_was_released_is_for_others_first, fixture) {
  own_two();
  live(100ms);
  step(seen::release_wanted{0, {}});
  step(seen::released{0, true});
  rows[0] = {0, 5, std::nullopt, ""};
  live(250ms);
  BOOST_TEST(!said<order::claim>());
  live(1500ms);
  BOOST_TEST(said<order::claim>());
}

BOOST_FIXTURE_TEST_CASE(a_release_that_was_lost_is_taken_back_and_nobody_has_died, fixture) {
  own_two();
  live(100ms);
  step(seen::release_wanted{0, {}});
  step(seen::released{0, true}); // and PostgreSQL crashed: the row still names us
  live(1500ms);
  BOOST_REQUIRE(said<order::claim>());
  BOOST_TEST((find<order::claim>()->from == me));
  BOOST_TEST(!find<order::claim>()->died);
  step(seen::claimed{{{0, 6, {}, false}}});
  BOOST_REQUIRE(said<order::own>());
  BOOST_TEST(!find<order::own>()->what.adoption);
}

BOOST_FIXTURE_TEST_CASE(who_says_that_it_serves_nothing_loses_its_partitions_but_has_not_died,
                        fixture) {
  nodes.push_back({{"n2", 1}, 1, false});
  serve({{0, 4, node_key{"n2", 1}, ""}});
  for (int i = 0; i < 20 && !said<order::claim>(); ++i) {
    step(seen::serves_nothing{{"n2", 1}});
    ownership_actions all;
    answer(all);
    live(100ms);
    last.insert(last.end(), all.begin(), all.end());
  }
  BOOST_REQUIRE(said<order::claim>());
  BOOST_TEST(!find<order::claim>()->died);
  step(seen::claimed{{{0, 5, {}, false}}});
  BOOST_REQUIRE(said<order::own>());
  BOOST_TEST(!find<order::own>()->what.adoption);
}

BOOST_FIXTURE_TEST_CASE(a_node_whose_row_is_gone_is_superseded, fixture) {
  own_two();
  now += 200ms;
  step(seen::tick{});
  BOOST_REQUIRE(said<order::heartbeat>());
  step(seen::heartbeat{true, false});
  BOOST_TEST(said<order::superseded>());
  BOOST_TEST(count<order::drop>() == 2u);
  now += 10s;
  BOOST_TEST(step(seen::tick{}).empty());
}

BOOST_FIXTURE_TEST_CASE(a_taken_node_id_is_waited_for_while_its_process_lives, fixture) {
  step(seen::tick{});
  nodes = {{{"n1", 3}, 1, false}};
  step(seen::enroll_failed{true});
  BOOST_REQUIRE(said<order::poll>());
  step(seen::snapshot{nodes, {}});
  std::size_t terminated = 0;
  for (int i = 0; i < 200; ++i) { // ten seconds
    now += 50ms;
    if (i < 100) ++nodes[0].heartbeat;
    step(seen::tick{});
    while (!last.empty()) {
      if (said<order::enroll>())
        step(seen::enroll_failed{true});
      else if (said<order::poll>())
        step(seen::snapshot{nodes, {}});
      else if (said<order::terminate>())
        ++terminated, step(seen::terminated{});
      else
        break;
    }
    if (i == 150) BOOST_TEST(terminated == 0u);
  }
  BOOST_TEST(terminated > 0u);
}

BOOST_FIXTURE_TEST_CASE(when_all_is_owned_it_looks_once_a_second, fixture) {
  own_two();
  live(1000ms);
  live(5000ms);
  BOOST_TEST(count<order::poll>() == 5u);
  BOOST_TEST(count<order::heartbeat>() >= 24u);
}

BOOST_AUTO_TEST_SUITE_END()
