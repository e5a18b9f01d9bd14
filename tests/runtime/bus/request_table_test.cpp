#include "runtime/bus/request_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::bus;
using namespace std::chrono_literals;

namespace {
const request_table::time t0{};
reply_handler counting(int& calls) {
  return [&calls](outcome<message>) { ++calls; };
}
} // namespace

BOOST_AUTO_TEST_SUITE(request_table_suite)

BOOST_AUTO_TEST_CASE(a_request_is_taken_once) {
  request_table table{10};
  int calls = 0;
  auto then = counting(calls);
  auto id = table.add(t0 + 1s, then);
  BOOST_REQUIRE(id);
  auto taken = table.take(*id);
  BOOST_REQUIRE(taken);
  taken(message{});
  BOOST_TEST(calls == 1);
  BOOST_TEST(!table.take(*id));
  BOOST_TEST(table.size() == 0u);
  BOOST_TEST(!table.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(requests_expire_in_the_order_of_their_deadlines) {
  request_table table{10};
  std::vector<int> order;
  for (int i : {3, 1, 2}) {
    reply_handler then = [&order, i](outcome<message>) { order.push_back(i); };
    table.add(t0 + i * 1s, then);
  }
  BOOST_CHECK(table.next_deadline() == t0 + 1s);
  BOOST_TEST(table.take_expired(t0).size() == 0u);
  for (auto& then : table.take_expired(t0 + 2s))
    then(fail(reason::timeout));
  BOOST_CHECK((order == std::vector<int>{1, 2}));
  BOOST_TEST(table.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_full_table_leaves_the_handler_with_its_caller) {
  request_table table{1};
  int calls = 0;
  auto first = counting(calls), second = counting(calls);
  BOOST_TEST(table.add(t0, first).has_value());
  BOOST_TEST(!table.add(t0, second).has_value());
  BOOST_TEST(static_cast<bool>(second));
  BOOST_TEST(table.take_all().size() == 1u);
  BOOST_TEST(table.add(t0, second).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
