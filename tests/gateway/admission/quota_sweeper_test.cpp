#include "gateway/admission/quota_sweeper_actor.hpp"
#include "tests/worlds/virtual_clock.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::admission;

namespace {

struct counting_desk final : quota_desk {
  void submit(command, const uuid&, on_reply) override {}
  void end_session(const uuid&) override {}
  std::optional<day_allowance> look(const client_id&) const override { return std::nullopt; }
  void return_idle(steady_time) override { ++looks; }
  void stop() override {}
  int looks = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(the_quota_sweeper, worlds::virtual_clock)

BOOST_AUTO_TEST_CASE(looks_for_idle_portions_as_long_as_there_is_a_desk) {
  auto desk = std::make_shared<counting_desk>();
  auto child = quota_sweeper_child(desk);
  auto sweeper = child.start(system);
  advance(quota_sweep_every * 3);
  BOOST_TEST(desk->looks == 3);
  desk.reset();
  advance(quota_sweep_every * 3);
  BOOST_TEST(sched.clock().schedule().empty());
  caf::anon_send_exit(sweeper, caf::exit_reason::user_shutdown);
  run();
}

BOOST_AUTO_TEST_SUITE_END()
