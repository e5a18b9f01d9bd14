#include <boost/test/unit_test.hpp>

#include "tests/runtime/actor/children.hpp"

using namespace recado;
using namespace recado::actor;
using recado::worlds::end_now;
using recado::worlds::fail_now;
using namespace std::chrono_literals;
using manner = worlds::family::manner;

BOOST_FIXTURE_TEST_SUITE(supervisor_restarts, worlds::family)

BOOST_AUTO_TEST_CASE(a_child_that_throws_is_started_again_alone) {
  auto root = supervise(system, config_of(), {spec("a"), spec("b")});
  run();
  auto b = child_of(root, "b");
  tell(root, "a", fail_now::value);
  BOOST_TEST(!child_of(root, "a"));
  advance(10ms);
  BOOST_TEST(!!child_of(root, "a"));
  BOOST_TEST((child_of(root, "b") == b));
  BOOST_TEST(
    (diary == std::vector<std::string>{"started a", "started b", "failed a", "started a"}));
}

BOOST_AUTO_TEST_CASE(the_waits_between_restarts_double) {
  auto root = supervise(system, config_of(), {spec("a")});
  run();
  for (auto wait : {10ms, 20ms, 40ms, 80ms, 160ms}) {
    auto failed_at = now();
    tell(root, "a", fail_now::value);
    advance(wait - 1ns);
    BOOST_TEST(!child_of(root, "a"));
    advance(1ns);
    BOOST_TEST(!!child_of(root, "a"));
    BOOST_TEST((starts.back() - failed_at == wait));
  }
}

BOOST_AUTO_TEST_CASE(the_wait_stops_growing_at_its_maximum) {
  auto config = config_of();
  config.backoff_max = 30ms;
  auto root = supervise(system, config, {spec("a")});
  run();
  for (auto wait : {10ms, 20ms, 30ms, 30ms}) {
    auto failed_at = now();
    tell(root, "a", fail_now::value);
    advance(1s);
    BOOST_TEST((starts.back() - failed_at == wait));
  }
}

BOOST_AUTO_TEST_CASE(the_sixth_failure_in_ten_seconds_escalates) {
  watched end;
  auto root = supervise(system, config_of(), {spec("a"), spec("b")});
  watch(root, end);
  for (int i = 0; i < 5; ++i) {
    tell(root, "a", fail_now::value);
    advance(1s);
  }
  BOOST_TEST(!end.reason);
  tell(root, "a", fail_now::value);
  advance(1s);
  BOOST_REQUIRE(!!end.reason);
  BOOST_TEST(to_problem(*end.reason).detail == "a failed too often: internal: boom");
  BOOST_TEST(diary.back() == "ended b"); // the sibling was stopped first
}

BOOST_AUTO_TEST_CASE(failures_older_than_the_window_are_forgotten) {
  watched end;
  auto root = supervise(system, config_of(), {spec("a")});
  watch(root, end);
  for (int i = 0; i < 30; ++i) { // never more than five in ten seconds
    tell(root, "a", fail_now::value);
    advance(2s);
  }
  BOOST_TEST(!end.reason);
  BOOST_TEST(starts.size() == 31u);
  tell(root, "a", fail_now::value);
  advance(1s);
  tell(root, "a", fail_now::value);
  advance(1s);
  BOOST_TEST(!!end.reason);
}

BOOST_AUTO_TEST_CASE(a_child_that_throws_in_its_init_is_retried_until_escalation) {
  watched end;
  auto root = supervise(system, config_of(), {spec("a", manner::throws_in_init)});
  watch(root, end);
  advance(10s);
  BOOST_REQUIRE(!!end.reason);
  BOOST_TEST(starts.size() == 6u);
  BOOST_TEST(to_problem(*end.reason).detail.find("born dead") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_start_function_that_throws_counts_as_a_failure) {
  int tries = 0;
  child_spec fragile{"f", [&tries](caf::actor_system& sys) -> caf::actor {
                       if (++tries < 3) throw std::runtime_error("no socket");
                       return sys.spawn(child, manner::good);
                     }};
  auto root = supervise(system, config_of(), {fragile});
  run();
  BOOST_TEST(tries == 1);
  advance(10ms);
  BOOST_TEST(tries == 2);
  advance(20ms);
  BOOST_TEST(tries == 3);
  BOOST_TEST(!!child_of(root, "f"));
}

BOOST_AUTO_TEST_CASE(a_start_function_that_returns_nothing_counts_as_a_failure) {
  watched end;
  child_spec empty{"e", [](caf::actor_system&) { return caf::actor{}; }};
  auto root = supervise(system, config_of(), {empty});
  watch(root, end);
  advance(10s);
  BOOST_REQUIRE(!!end.reason);
  BOOST_TEST(to_problem(*end.reason).detail.find("no actor") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_transient_child_is_restarted_only_after_a_failure) {
  auto root = supervise(system, config_of(), {spec("t", manner::good, restart::transient)});
  run();
  tell(root, "t", fail_now::value);
  advance(10ms);
  BOOST_TEST(!!child_of(root, "t"));
  tell(root, "t", end_now::value);
  advance(10s);
  BOOST_TEST(starts.size() == 2u);
  BOOST_TEST(ask<std::vector<child_info>>(root, list_children{})->empty());
}

BOOST_AUTO_TEST_CASE(a_transient_child_that_was_asked_to_exit_is_not_restarted) {
  auto root = supervise(system, config_of(), {spec("t", manner::good, restart::transient)});
  run();
  caf::anon_send_exit(child_of(root, "t"), caf::exit_reason::user_shutdown);
  advance(10s);
  BOOST_TEST(starts.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_transient_child_that_was_killed_is_restarted) {
  auto root = supervise(system, config_of(), {spec("t", manner::good, restart::transient)});
  run();
  caf::anon_send_exit(child_of(root, "t"), caf::exit_reason::kill);
  advance(10s);
  BOOST_TEST(starts.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_permanent_child_is_restarted_after_a_normal_end_too) {
  auto root = supervise(system, config_of(), {spec("p")});
  run();
  tell(root, "p", end_now::value);
  advance(10ms);
  BOOST_TEST(starts.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_temporary_child_is_never_restarted) {
  auto root = supervise(system, config_of(), {spec("x", manner::good, restart::temporary)});
  run();
  tell(root, "x", fail_now::value);
  advance(10s);
  BOOST_TEST(starts.size() == 1u);
  BOOST_TEST(diary.back() == "failed x");
  BOOST_TEST(ask<std::vector<child_info>>(root, list_children{})->empty());
}

BOOST_AUTO_TEST_CASE(a_storm_over_many_children_escalates_although_each_failed_once) {
  watched end;
  auto config = config_of();
  config.in_total = {20, 10s};
  std::vector<child_spec> many;
  many.reserve(40);
  for (int i = 0; i < 40; ++i)
    many.push_back(spec("c" + std::to_string(i)));
  auto root = supervise(system, config, many);
  watch(root, end);
  for (int i = 0; i < 20; ++i)
    tell(root, "c" + std::to_string(i), fail_now::value);
  advance(1s);
  BOOST_TEST(!end.reason);
  tell(root, "c20", fail_now::value);
  advance(1s);
  BOOST_TEST(!!end.reason);
}

BOOST_AUTO_TEST_CASE(escalation_climbs_two_levels) {
  watched end;
  auto inner_config = config_of("inner");
  inner_config.per_child = {1, 10s};
  auto outer_config = config_of("outer");
  outer_config.per_child = {1, 10s};
  auto root = supervise(system, outer_config, {subtree(inner_config, {spec("leaf")})});
  watch(root, end);
  auto fail_leaf = [this, &root] {
    auto inner = caf::actor_cast<supervisor_actor>(child_of(root, "inner"));
    tell(inner, "leaf", fail_now::value);
    advance(100ms);
  };
  fail_leaf(); // leaf restarts
  BOOST_TEST(starts.size() == 2u);
  fail_leaf(); // inner gives up and is restarted, leaf with it
  BOOST_TEST(starts.size() == 3u);
  BOOST_TEST(!end.reason);
  fail_leaf();
  fail_leaf(); // inner gives up again, so outer does
  BOOST_TEST(starts.size() == 4u);
  BOOST_REQUIRE(!!end.reason);
  BOOST_TEST(to_problem(*end.reason).detail.substr(0, 22) == "inner failed too often");
}

BOOST_AUTO_TEST_CASE(two_children_of_one_name_are_refused) {
  watched end;
  auto root = supervise(system, config_of(), {spec("a"), spec("a")});
  watch(root, end);
  advance(1s);
  BOOST_REQUIRE(!!end.reason);
  BOOST_TEST((*end.reason == ec::conflict));
}

BOOST_AUTO_TEST_CASE(children_come_and_go_by_message) {
  auto root = supervise(system, config_of(), {});
  auto added = ask<caf::actor>(root, add_child{spec("d")});
  BOOST_REQUIRE(!!added);
  BOOST_TEST((child_of(root, "d") == *added));
  BOOST_TEST((ask<caf::actor>(root, add_child{spec("d")}).error() == ec::conflict));
  auto gone = ask<child_info>(root, remove_child{"d"});
  BOOST_REQUIRE(!!gone);
  BOOST_TEST((*gone == child_info{"d", false, 1}));
  BOOST_TEST((ask<child_info>(root, remove_child{"d"}).error() == ec::not_found));
  advance(10s);
  BOOST_TEST(starts.size() == 1u);
  BOOST_TEST(!!ask<caf::actor>(root, add_child{spec("d")})); // the name is free again
}

BOOST_AUTO_TEST_CASE(a_child_added_by_message_that_does_not_start_is_reported_and_forgotten) {
  auto root = supervise(system, config_of(), {});
  child_spec bad{"bad", [](caf::actor_system&) -> caf::actor { throw std::runtime_error("no"); }};
  auto added = ask<caf::actor>(root, add_child{bad});
  BOOST_TEST((added.error() == ec::internal));
  BOOST_TEST(to_problem(added.error()).detail == "bad did not start: no");
  BOOST_TEST(ask<std::vector<child_info>>(root, list_children{})->empty());
}

BOOST_AUTO_TEST_CASE(a_child_removed_while_it_waits_for_its_restart_stays_away) {
  auto root = supervise(system, config_of(), {spec("a")});
  run();
  tell(root, "a", fail_now::value);
  BOOST_TEST((ask<caf::actor>(root, find_child{"a"}).error() == ec::owner_unavailable));
  BOOST_TEST(!!ask<child_info>(root, remove_child{"a"}));
  advance(10s);
  BOOST_TEST(starts.size() == 1u);
}

BOOST_AUTO_TEST_CASE(any_order_of_messages_leaves_every_child_running) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random{seed};
    auto root = supervise(system, config_of(), {spec("a"), spec("b"), spec("c")});
    run();
    for (const auto* name : {"a", "b", "c"}) {
      auto target = child_of(root, name);
      caf::anon_send(target, fail_now::value);
      caf::anon_send(target, end_now::value);
    }
    run_shuffled(random);
    advance(1s);
    for (const auto* name : {"a", "b", "c"})
      BOOST_TEST(!!child_of(root, name), "seed " << seed << " child " << name);
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
    run_shuffled(random);
    BOOST_TEST(alive() == 0u, "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
