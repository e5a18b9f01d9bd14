#include "runtime/observe/health.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

using namespace recado;
using namespace recado::observe;
using namespace std::chrono_literals;

namespace {

struct node {
  health state;
  steady_time now{1h};
  bool ok(probe which) { return state.report(which, now).ok; }
  nlohmann::json json(probe which) { return nlohmann::json::parse(state.report(which, now).json); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(healths, node)

BOOST_AUTO_TEST_CASE(without_checks_all_is_well) {
  BOOST_TEST(ok(probe::live));
  BOOST_TEST(state.report(probe::ready, now).json == R"({"status":"ok","checks":{}})");
}

BOOST_AUTO_TEST_CASE(a_check_fails_until_its_first_report) {
  state.declare("postgres", probe::ready | probe::started);
  BOOST_TEST(!ok(probe::ready));
  BOOST_TEST(json(probe::ready)["checks"]["postgres"]["detail"] == "not reported yet");
  BOOST_TEST(ok(probe::live)); // not its probe
  state.ok("postgres", now, "15.8");
  BOOST_TEST(ok(probe::ready));
  BOOST_TEST(json(probe::ready)["checks"]["postgres"]["status"] == "ok");
  BOOST_TEST(json(probe::ready)["checks"]["postgres"]["detail"] == "15.8");
}

BOOST_AUTO_TEST_CASE(one_failing_check_fails_the_probe_and_says_why) {
  state.ok("postgres", now);
  state.failing("nats", now, "no \"servers\"");
  auto report = json(probe::ready);
  BOOST_TEST(report["status"] == "failing");
  BOOST_TEST(report["checks"]["nats"]["detail"] == "no \"servers\"");
  BOOST_TEST(report["checks"]["postgres"]["status"] == "ok");
}

BOOST_AUTO_TEST_CASE(a_heartbeat_that_stops_fails) {
  state.declare("actors", +probe::live, 5s);
  state.ok("actors", now);
  now += 5s;
  BOOST_TEST(ok(probe::live));
  now += 1s;
  BOOST_TEST(!ok(probe::live));
  BOOST_TEST(json(probe::live)["checks"]["actors"]["detail"] == "silent for 6.0 s");
  state.ok("actors", now);
  BOOST_TEST(ok(probe::live));
}

BOOST_AUTO_TEST_CASE(a_start_that_succeeded_stays_succeeded) {
  state.declare("migrations", probe::started | probe::ready);
  BOOST_TEST(!ok(probe::started));
  state.ok("migrations", now);
  state.failing("migrations", now, "later");
  BOOST_TEST(ok(probe::started));
  BOOST_TEST(!ok(probe::ready));
}

BOOST_AUTO_TEST_CASE(a_draining_node_is_alive_but_not_ready) {
  state.declare("postgres", probe::ready | probe::live);
  state.ok("postgres", now);
  state.drain(true);
  BOOST_TEST(!ok(probe::ready));
  BOOST_TEST(json(probe::ready)["checks"]["drain"]["detail"] == "the node is draining");
  BOOST_TEST(ok(probe::live));
  BOOST_TEST(state.draining());
  state.drain(false);
  BOOST_TEST(ok(probe::ready));
}

BOOST_AUTO_TEST_CASE(probes_and_reports_may_come_from_any_thread) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      for (int i = 0; i < 1000; ++i) {
        state.ok("check" + std::to_string(t), now, std::to_string(i));
        (void)state.report(probe::ready, now);
        state.drain(i % 2 == 0);
      }
    });
  for (auto& thread : threads)
    thread.join();
  BOOST_TEST(json(probe::live)["checks"].empty());
  BOOST_TEST(json(probe::ready)["checks"]["check3"]["detail"] == "999");
}

BOOST_AUTO_TEST_SUITE_END()
