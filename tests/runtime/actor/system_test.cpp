#include "runtime/actor/system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

#include "runtime/actor/supervisor.hpp"

using namespace recado::actor;
using namespace std::chrono_literals;

namespace {

caf::behavior idle(caf::event_based_actor* self, bool stubborn) {
  child_setup(self);
  if (stubborn) self->set_exit_handler([](caf::scheduled_actor*, caf::exit_msg&) {});
  return {[](int number) { return number; }};
}

} // namespace

BOOST_AUTO_TEST_SUITE(systems)

BOOST_AUTO_TEST_CASE(the_measured_settings_are_in_force) {
  system_settings settings{{3, 50}};
  caf::actor_system system{settings};
  auto policy = caf::get_if<caf::atom_value>(&settings, "scheduler.policy");
  BOOST_TEST((policy && *policy == caf::atom("sharing")));
  BOOST_TEST(caf::get_or(settings, "scheduler.max-throughput", std::size_t{0}) == 50u);
  BOOST_TEST(system.scheduler().num_workers() == 3u);
}

BOOST_AUTO_TEST_CASE(one_core_is_left_to_the_sockets) {
  BOOST_TEST(workers_for(0) == 1u); // the number of cores is not known
  BOOST_TEST(workers_for(1) == 1u);
  BOOST_TEST(workers_for(2) == 1u);
  BOOST_TEST(workers_for(8) == 7u);
}

BOOST_AUTO_TEST_CASE(a_tree_of_real_actors_stops_within_its_deadline) {
  system_settings settings;
  caf::actor_system system{settings};
  child_spec leaf{"leaf", [](caf::actor_system& sys) { return sys.spawn(idle, false); }};
  auto inner = subtree({"inner"}, {leaf});
  auto root = supervise(system, {"root"}, {leaf, inner});
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  root = nullptr;
  BOOST_TEST(stop_with_deadline(system, 30s) == 0u);
}

BOOST_AUTO_TEST_CASE(an_actor_that_does_not_end_is_counted_and_does_not_block_the_end) {
  system_settings settings;
  caf::actor_system system{settings};
  auto stubborn = system.spawn(idle, true);
  caf::anon_send_exit(stubborn, caf::exit_reason::user_shutdown);
  BOOST_TEST(stop_with_deadline(system, 20ms) == 1u);
  caf::anon_send_exit(stubborn, caf::exit_reason::kill);
}

BOOST_AUTO_TEST_SUITE_END()
