#include "runtime/actor/error.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

#include "tests/worlds/virtual_clock.hpp"

using namespace recado;
using namespace recado::actor;

BOOST_FIXTURE_TEST_SUITE(errors, worlds::virtual_clock)

BOOST_AUTO_TEST_CASE(every_problem_survives_the_way_through_caf) {
  for (unsigned i = 0; i <= static_cast<unsigned>(ec::abandoned); ++i) {
    for (const auto* detail : {"", "because"}) {
      problem before{static_cast<ec>(i), detail};
      if (i == 0) before.detail.clear();
      auto after = to_problem(to_error(before));
      BOOST_TEST((after.code == before.code));
      BOOST_TEST(after.detail == before.detail);
    }
  }
}

BOOST_AUTO_TEST_CASE(field_errors_travel_along) {
  problem before{ec::invalid_request, "two fields", {{"/to/0", "unknown"}, {"/from", "missing"}}};
  BOOST_TEST((to_problem(to_error(before)).errors == before.errors));
}

BOOST_AUTO_TEST_CASE(no_problem_is_no_error) {
  BOOST_TEST(!to_error({ec::none}));
  BOOST_TEST((to_problem(caf::error{}).code == ec::none));
  BOOST_TEST(describe(caf::error{}) == "normal");
}

BOOST_AUTO_TEST_CASE(the_errors_of_caf_become_ours) {
  BOOST_TEST((to_problem(caf::sec::request_timeout).code == ec::outcome_unknown));
  BOOST_TEST((to_problem(caf::sec::request_receiver_down).code == ec::abandoned));
  BOOST_TEST((to_problem(caf::exit_reason::kill).code == ec::abandoned));
  BOOST_TEST((to_problem(caf::sec::unexpected_message).code == ec::internal));
}

BOOST_AUTO_TEST_CASE(caf_prints_our_codes_by_name) {
  auto text = system.render(to_error({ec::overloaded, "4096 in flight"}));
  BOOST_TEST(text == "overloaded: 4096 in flight");
}

BOOST_AUTO_TEST_SUITE_END()
