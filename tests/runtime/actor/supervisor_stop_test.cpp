#include <boost/test/unit_test.hpp>

#include "tests/runtime/actor/children.hpp"

using namespace recado;
using namespace recado::actor;
using recado::worlds::fail_now;
using namespace std::chrono_literals;
using manner = worlds::family::manner;

BOOST_FIXTURE_TEST_SUITE(supervisor_stops, worlds::family)

BOOST_AUTO_TEST_CASE(children_stop_in_the_reverse_order_of_their_start) {
  watched end;
  auto root = supervise(system, config_of(), {spec("a"), spec("b"), spec("c")});
  watch(root, end);
  diary.clear();
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST((diary == std::vector<std::string>{"ended c", "ended b", "ended a"}));
  BOOST_REQUIRE(!!end.reason);
  BOOST_TEST((*end.reason == caf::exit_reason::user_shutdown));
}

BOOST_AUTO_TEST_CASE(a_child_that_refuses_to_stop_is_killed_at_its_deadline) {
  watched end;
  auto stubborn = spec("b", manner::refuses_to_stop);
  stubborn.stop_deadline = 2s;
  auto root = supervise(system, config_of(), {spec("a"), stubborn});
  watch(root, end);
  diary.clear();
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  advance(2s - 1ns);
  BOOST_TEST(diary.empty());
  BOOST_TEST(!end.reason);
  advance(1ns);
  BOOST_TEST((diary == std::vector<std::string>{"killed b", "ended b", "ended a"}));
  BOOST_TEST(!!end.reason);
}

BOOST_AUTO_TEST_CASE(after_the_total_deadline_all_that_is_left_is_killed_at_once) {
  watched end;
  auto config = config_of();
  config.stop_all = 7s;
  std::vector<child_spec> many;
  many.reserve(10);
  for (int i = 0; i < 10; ++i)
    many.push_back(spec("c" + std::to_string(i), manner::refuses_to_stop)); // 5 s each
  auto root = supervise(system, config, many);
  watch(root, end);
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  advance(7s - 1ns);
  BOOST_TEST(!end.reason);
  advance(1ns);
  BOOST_TEST(!!end.reason);
  BOOST_TEST(alive() == 0u);
}

/// Stands for a child that blocks inside a handler: its mail is never looked at.
BOOST_AUTO_TEST_CASE(a_child_that_cannot_even_be_killed_is_given_up) {
  watched end;
  auto root = supervise(system, config_of(), {spec("a"), spec("stuck")});
  watch(root, end);
  auto stuck = child_of(root, "stuck");
  diary.clear();
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  auto* frozen = dynamic_cast<caf::resumable*>(caf::actor_cast<caf::abstract_actor*>(stuck));
  auto run_others = [this, frozen] {
    sched.run_jobs_filtered([frozen](caf::resumable* job) { return job != frozen; });
  };
  run_others();
  sched.clock().advance_time(5s);
  run_others();
  BOOST_TEST((diary == std::vector<std::string>{"killed stuck"}));
  sched.clock().advance_time(1s);
  run_others();
  BOOST_TEST((diary == std::vector<std::string>{"killed stuck", "given_up stuck", "ended a"}));
  BOOST_TEST(!!end.reason);
}

BOOST_AUTO_TEST_CASE(a_kill_overtakes_the_mail_of_its_child) {
  int handled = 0;
  child_spec busy{"busy", [&handled](caf::actor_system& sys) {
                    return sys.spawn(
                      [&handled](caf::event_based_actor* self, caf::unit_t) -> caf::behavior {
                        self->set_exit_handler([](caf::scheduled_actor*, caf::exit_msg&) {});
                        return {[&handled](int) { ++handled; }};
                      },
                      caf::unit);
                  }};
  busy.stop_deadline = 1s;
  auto root = supervise(system, config_of(), {busy});
  run();
  auto child = child_of(root, "busy");
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  run();
  for (int i = 0; i < 1000; ++i)
    caf::anon_send(child, i);
  sched.clock().advance_time(1s);
  sched.prioritize(root);
  sched.try_run_once(); // the kill is sent now, behind 1000 messages
  run();
  BOOST_TEST(handled < 1000);
  BOOST_TEST(alive() == 0u);
}

BOOST_AUTO_TEST_CASE(a_killed_supervisor_takes_its_children_along) {
  auto root = supervise(system, config_of(), {spec("a"), subtree(config_of("inner"), {spec("b")})});
  run();
  auto a = child_of(root, "a"); // a child that nobody refers to would end by itself
  auto b = child_of(caf::actor_cast<supervisor_actor>(child_of(root, "inner")), "b");
  BOOST_TEST(alive() == 4u);
  caf::anon_send_exit(root, caf::exit_reason::kill);
  run();
  BOOST_TEST(alive() == 0u);
}

BOOST_AUTO_TEST_CASE(while_it_stops_it_takes_no_more_children_and_restarts_none) {
  watched end;
  auto root =
    supervise(system, config_of(), {spec("a"), spec("b"), spec("c", manner::refuses_to_stop)});
  watch(root, end);
  auto a = child_of(root, "a");
  tell(root, "b", fail_now::value); // waits for its restart
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST((ask<caf::actor>(root, add_child{spec("d")}).error() == ec::shutting_down));
  caf::anon_send(a, fail_now::value);
  advance(4s);
  BOOST_TEST(diary.back() == "ended a"); // as if it had been asked to
  BOOST_TEST(starts.size() == 3u);
  BOOST_TEST(!end.reason);
  advance(1s);
  BOOST_TEST(!!end.reason);
}

BOOST_AUTO_TEST_CASE(a_removal_waits_for_the_child_and_kills_it_when_it_is_late) {
  auto root = supervise(system, config_of(), {spec("s", manner::refuses_to_stop)});
  run();
  auto removal = tester->request(root, 60min, remove_child{"s"});
  advance(1s);
  BOOST_TEST(tester->mailbox().empty());
  BOOST_TEST((ask<child_info>(root, remove_child{"s"}).error() == ec::conflict));
  advance(4s);
  bool removed = false;
  removal.receive([&removed](const child_info& info) { removed = info.name == "s"; },
                  [](const caf::error& why) { BOOST_FAIL(describe(why)); });
  BOOST_TEST(removed);
}

BOOST_AUTO_TEST_CASE(a_removal_in_progress_is_answered_when_the_supervisor_dies) {
  auto root = supervise(system, config_of(), {spec("s", manner::refuses_to_stop)});
  run();
  auto removal = tester->request(root, 60min, remove_child{"s"});
  run();
  caf::anon_send_exit(root, caf::exit_reason::kill);
  run();
  bool abandoned = false;
  removal.receive([](const child_info&) {},
                  [&abandoned](const caf::error& why) { abandoned = why == ec::abandoned; });
  BOOST_TEST(abandoned);
}

BOOST_AUTO_TEST_SUITE_END()
