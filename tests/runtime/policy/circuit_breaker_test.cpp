#include "runtime/policy/circuit_breaker.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace recado;
using namespace recado::policy;
using namespace std::chrono_literals;
using state = circuit_breaker::state;

namespace {

void fail_until_open(circuit_breaker& breaker, steady_time now) {
  for (int i = 0; i < 5; ++i)
    breaker.failed(*breaker.try_pass(now), now);
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(circuit_breaker::state)

BOOST_AUTO_TEST_SUITE(circuit_breakers)

BOOST_AUTO_TEST_CASE(five_failures_in_a_row_open_it) {
  circuit_breaker breaker;
  steady_time now{1h};
  for (int i = 0; i < 4; ++i)
    breaker.failed(*breaker.try_pass(now), now);
  BOOST_TEST(breaker.at(now) == state::closed);
  breaker.succeeded(*breaker.try_pass(now), now);
  for (int i = 0; i < 4; ++i)
    breaker.failed(*breaker.try_pass(now), now);
  BOOST_TEST(breaker.at(now) == state::closed); // the success began a new row
  breaker.failed(*breaker.try_pass(now), now);
  BOOST_TEST(breaker.at(now) == state::open);
  BOOST_TEST(!breaker.try_pass(now));
  BOOST_TEST((breaker.retry_at(now) == now + 1s));
}

BOOST_AUTO_TEST_CASE(a_reset_closes_it_and_forgets_how_often_it_opened) {
  circuit_breaker breaker;
  steady_time now{1h};
  fail_until_open(breaker, now);
  breaker.failed(*breaker.try_pass(now + 1s), now + 1s);
  auto stale = circuit_breaker::permit{};
  breaker.reset(now + 1s);
  BOOST_TEST(breaker.at(now + 1s) == state::closed);
  breaker.failed(stale, now + 1s); // of before: counts for nothing
  fail_until_open(breaker, now + 1s);
  BOOST_TEST((breaker.retry_at(now + 1s) == now + 2s)); // the first wait again
}

BOOST_AUTO_TEST_CASE(half_open_lets_one_probe_through_at_a_time) {
  circuit_breaker breaker;
  steady_time now{1h};
  fail_until_open(breaker, now);
  BOOST_TEST(!breaker.try_pass(now + 1s - 1ns));
  auto probe = breaker.try_pass(now + 1s);
  BOOST_TEST(probe.has_value());
  BOOST_TEST(!breaker.try_pass(now + 1s));
  breaker.succeeded(*probe, now + 1s);
  BOOST_TEST(breaker.at(now + 1s) == state::half_open);
  breaker.succeeded(*breaker.try_pass(now + 1s), now + 1s);
  BOOST_TEST(breaker.at(now + 1s) == state::closed);
}

BOOST_AUTO_TEST_CASE(a_failed_probe_opens_it_for_longer_up_to_the_maximum) {
  circuit_breaker breaker;
  steady_time now{1h};
  fail_until_open(breaker, now);
  for (auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    BOOST_TEST(!breaker.try_pass(now + wait - 1ns));
    now += wait;
    auto probe = breaker.try_pass(now);
    BOOST_REQUIRE(probe.has_value());
    breaker.failed(*probe, now);
  }
}

BOOST_AUTO_TEST_CASE(a_recovery_resets_the_growth) {
  circuit_breaker breaker;
  steady_time now{1h};
  fail_until_open(breaker, now);
  now += 1s;
  breaker.failed(*breaker.try_pass(now), now);
  now += 2s;
  for (int i = 0; i < 2; ++i)
    breaker.succeeded(*breaker.try_pass(now), now);
  fail_until_open(breaker, now);
  BOOST_TEST((breaker.retry_at(now) == now + 1s));
}

BOOST_AUTO_TEST_CASE(late_reports_of_an_earlier_state_change_nothing) {
  circuit_breaker breaker;
  steady_time now{1h};
  auto late = *breaker.try_pass(now);
  fail_until_open(breaker, now);
  now += 1s;
  auto probe = *breaker.try_pass(now);
  breaker.failed(late, now);
  BOOST_TEST(breaker.at(now) == state::half_open);
  breaker.succeeded(late, now);
  breaker.succeeded(late, now);
  BOOST_TEST(breaker.at(now) == state::half_open);
  BOOST_TEST(!breaker.try_pass(now)); // nor do they free the probe's place
  breaker.succeeded(probe, now);
}

BOOST_AUTO_TEST_CASE(a_probe_that_is_never_reported_counts_as_failed) {
  circuit_breaker breaker;
  steady_time now{1h};
  fail_until_open(breaker, now);
  now += 1s;
  BOOST_TEST(breaker.try_pass(now).has_value());
  BOOST_TEST((breaker.retry_at(now) == now + 30s));
  BOOST_TEST(breaker.at(now + 30s - 1ns) == state::half_open);
  BOOST_TEST(breaker.at(now + 30s) == state::open);
  BOOST_TEST(breaker.try_pass(now + 32s).has_value());
}

BOOST_AUTO_TEST_CASE(an_undecided_probe_gives_its_place_back) {
  circuit_breaker breaker;
  steady_time now{1h};
  fail_until_open(breaker, now);
  now += 1s;
  breaker.undecided(*breaker.try_pass(now), now);
  BOOST_TEST(breaker.at(now) == state::half_open);
  BOOST_TEST(breaker.try_pass(now).has_value());
}

/// Whatever happens, a refused caller who asks again at retry_at() is let through in the end.
BOOST_AUTO_TEST_CASE(it_never_locks_for_ever_and_never_lets_too_many_probes_out) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random{seed};
    circuit_breaker_config config;
    config.probes_max = 1 + random() % 3;
    circuit_breaker breaker{config};
    steady_time now{1h};
    std::vector<circuit_breaker::permit> out;
    for (int i = 0; i < 300; ++i) {
      now += std::chrono::milliseconds{random() % 2000};
      auto passed = breaker.try_pass(now);
      if (passed) out.push_back(*passed);
      if (breaker.at(now) == state::half_open) {
        auto era = passed ? passed->era : 0;
        auto probes = std::count_if(out.begin(), out.end(), [era](auto p) { return p.era == era; });
        if (passed) BOOST_REQUIRE_LE(static_cast<std::size_t>(probes), config.probes_max);
      }
      if (out.empty() || random() % 4 == 0) continue; // some are lost
      auto call = out.back();
      out.pop_back();
      if (random() % 2 == 0)
        breaker.failed(call, now);
      else
        breaker.undecided(call, now);
    }
    bool passed = false;
    for (int i = 0; i < 5 && !passed; ++i) {
      now = std::max(now, breaker.retry_at(now));
      passed = breaker.try_pass(now).has_value();
    }
    BOOST_TEST(passed, "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
