/// What the feed finds, and in which windows.
#include "tests/actors/delivery/delivery_world.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(feed_windows, delivery_world)

BOOST_AUTO_TEST_CASE(an_open_delivery_comes_with_all_that_its_connector_needs) {
  auto where = make_conversation();
  auto message = make_message(where);
  auto state = make_delivery(message, "a@b.c");
  state.at_most_once = true;
  state.expires_at = now + 1h;
  state.attempts = 2;
  state.first_try_at = now - 1s;
  add(where, {state});
  auto got = load();
  BOOST_REQUIRE_EQUAL(got.rows.size(), 1u);
  BOOST_TEST(got.complete);
  const auto& one = *got.rows[0];
  BOOST_TEST((one.id == state.id.value));
  BOOST_TEST((one.over == account()));
  BOOST_TEST(one.part == 1);
  BOOST_TEST(one.owned == 10);
  BOOST_TEST((one.conversation == where && one.message == message));
  BOOST_TEST(one.address == "a@b.c");
  BOOST_TEST(one.from == "ana");
  BOOST_TEST(one.title == "Bar");
  BOOST_TEST(one.payload == R"({"type":"text"})");
  BOOST_TEST(one.attempts == 2);
  BOOST_TEST((one.first_try_at == state.first_try_at));
  BOOST_TEST((one.due == now));
  BOOST_TEST((one.expires_at == now + 1h));
  BOOST_TEST(one.at_most_once);
  BOOST_TEST(!one.unknown);
}

BOOST_AUTO_TEST_CASE(only_what_is_open_comes_and_a_try_under_way_is_unknown) {
  auto where = make_conversation();
  for (std::size_t i = 0; i < statuses; ++i) {
    auto state = static_cast<status>(i);
    add(where, {make_delivery(make_message(where), fmt::format("s{}@b.c", i), state)});
  }
  std::set<std::string> found;
  for (const auto& one : load().rows)
    found.insert(one->address + (one->unknown ? " unknown" : ""));
  BOOST_TEST((found == std::set<std::string>{"s1@b.c", "s2@b.c unknown", "s3@b.c"}));
}

BOOST_AUTO_TEST_CASE(urgent_lanes_come_first_then_what_is_due_first) {
  auto where = make_conversation();
  auto later = make_delivery(make_message(where), "later@b.c");
  later.due = now + 5s;
  auto bulk = make_delivery(make_message(where), "bulk@b.c", status::queued, lane::bulk);
  auto soon = make_delivery(make_message(where), "soon@b.c");
  auto urgent = make_delivery(make_message(where), "urgent@b.c", status::queued, lane::express);
  urgent.due = now + 9s;
  add(where, {later, bulk, soon, urgent});
  std::vector<std::string> order;
  for (const auto& one : load().rows)
    order.push_back(one->address);
  std::vector<std::string> expected{"urgent@b.c", "soon@b.c", "later@b.c", "bulk@b.c"};
  BOOST_TEST(order == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(none_comes_without_the_earlier_ones_to_its_recipient) {
  auto where = make_conversation();
  auto first = make_delivery(make_message(where), "a@b.c", status::retrying, lane::bulk);
  first.due = now + 1h;
  auto second = make_delivery(make_message(where), "a@b.c", status::queued, lane::express);
  add(where, {first, second});
  for (int i = 0; i < 8; ++i)
    add(where, {make_delivery(make_message(where), fmt::format("o{}@b.c", i))});
  auto got = load(3);
  BOOST_TEST(!got.complete);
  BOOST_REQUIRE_EQUAL(got.rows.size(), 3u);
  BOOST_TEST((got.rows[0]->id == first.id.value));
  BOOST_TEST((got.rows[1]->id == second.id.value));
}

BOOST_AUTO_TEST_CASE(a_window_is_cut_and_says_so) {
  auto where = make_conversation();
  for (int i = 0; i < 12; ++i)
    add(where, {make_delivery(make_message(where), fmt::format("o{}@b.c", i))},
        static_cast<partition_id>(1 + i % 2));
  BOOST_TEST(!load(10).complete);
  BOOST_TEST(load(10).rows.size() == 10u);
  BOOST_TEST(load(12).complete);
  BOOST_TEST(load(12, {2}).rows.size() == 6u);
  BOOST_TEST(load(12, {3}).rows.empty());
}

BOOST_AUTO_TEST_CASE(accounts_with_something_open_are_found_per_partition) {
  auto where = make_conversation();
  for (const char* name : {"a", "b", "a"}) {
    auto one = make_delivery(make_message(where), fmt::format("{}@b.c", last_seq));
    one.account = name;
    add(where, {one}, 40);
  }
  auto done = make_delivery(make_message(where), "x@b.c", status::sent);
  done.account = "c";
  add(where, {done}, 40);
  auto found = feed::accounts_of(db.run(feed::accounts_with_open({40, 41})));
  std::set<account_key> expected{account("a"), account("b")};
  BOOST_TEST((std::set<account_key>{found.begin(), found.end()} == expected));
  BOOST_TEST(feed::accounts_of(db.run(feed::accounts_with_open({41}))).empty());
}

BOOST_AUTO_TEST_SUITE_END()
