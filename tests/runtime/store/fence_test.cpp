#include "runtime/store/fence.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::store;

BOOST_AUTO_TEST_SUITE(fence_values)

BOOST_AUTO_TEST_CASE(the_lost_ids_are_read_from_the_detail) {
  store_error error{error_kind::fenced, "RF001", "fenced", "0,17,63", {}};
  BOOST_TEST(parse_lost(error) == (std::vector<partition_id>{0, 17, 63}),
             boost::test_tools::per_element());
  error.detail = "5";
  BOOST_TEST(parse_lost(error) == std::vector<partition_id>{5}, boost::test_tools::per_element());
  error.detail = "";
  BOOST_TEST(parse_lost(error).empty());
}

BOOST_AUTO_TEST_CASE(other_errors_lose_nothing) {
  store_error error{error_kind::poison, "22001", "too long", "1,2", {}};
  BOOST_TEST(parse_lost(error).empty());
}

BOOST_AUTO_TEST_CASE(a_fence_has_two_arrays_and_keeps_no_rows) {
  std::vector<held_epoch> held{{3, 7}, {1, 2}};
  auto said = fence(held);
  BOOST_TEST(said.values.size() == 2u);
  BOOST_TEST((said.expected == expect::none));
  BOOST_TEST(claim(held, "n1", 5).values.size() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
