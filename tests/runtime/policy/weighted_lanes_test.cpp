#include "runtime/policy/weighted_lanes.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <random>

using namespace recado;
using namespace recado::policy;

namespace {

struct item {
  lane where;
  int number;
};
constexpr std::array all_lanes{lane::express, lane::standard, lane::bulk};

bool has_items(const weighted_lanes<item>& queue, lane where) {
  auto waiting = queue.size(where);
  return waiting > 0;
}

/// Pops for ever while every lane is kept full; returns the longest wait seen per lane.
std::map<lane, std::uint64_t> longest_waits(weighted_lanes<item>& queue, int pops) {
  std::map<lane, std::uint64_t> waited, longest;
  for (int i = 0; i < pops; ++i) {
    for (auto where : all_lanes)
      if (!has_items(queue, where)) queue.push(where, {where, i});
    auto popped = queue.pop()->where;
    for (auto where : all_lanes) {
      waited[where] = where == popped ? 0 : waited[where] + 1;
      longest[where] = std::max(longest[where], waited[where]);
    }
  }
  return longest;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lanes_with_weights)

BOOST_AUTO_TEST_CASE(within_a_lane_the_order_is_kept) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random{seed};
    weighted_lanes<item> queue{50};
    std::map<lane, int> pushed, popped;
    for (int i = 0; i < 2000; ++i) {
      auto where = all_lanes[random() % 3];
      if (random() % 2 == 0) {
        if (queue.push(where, {where, pushed[where]})) ++pushed[where];
      } else if (auto out = queue.pop()) {
        BOOST_REQUIRE_EQUAL(out->number, popped[out->where]++);
      }
    }
    while (auto out = queue.pop())
      BOOST_REQUIRE_EQUAL(out->number, popped[out->where]++);
    BOOST_TEST((pushed == popped));
  }
}

BOOST_AUTO_TEST_CASE(while_all_lanes_have_items_each_round_gives_the_weights) {
  weighted_lanes<item> queue{1000};
  for (int i = 0; i < 1000; ++i)
    for (auto where : all_lanes)
      queue.push(where, {where, i});
  for (int round = 0; round < 50; ++round) {
    std::map<lane, int> gave;
    for (int i = 0; i < 21; ++i)
      ++gave[queue.pop()->where];
    BOOST_TEST(gave[lane::express] == 16);
    BOOST_TEST(gave[lane::standard] == 4);
    BOOST_TEST(gave[lane::bulk] == 1);
  }
}

BOOST_AUTO_TEST_CASE(the_stated_bounds_are_these) {
  weighted_lanes<item> queue{1};
  BOOST_TEST(queue.wait_max(lane::express) == 5u);
  BOOST_TEST(queue.wait_max(lane::standard) == 33u);
  BOOST_TEST(queue.wait_max(lane::bulk) == 40u);
}

BOOST_AUTO_TEST_CASE(under_any_flood_no_lane_waits_longer_than_its_bound) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    lane_weights weights;
    for (auto& weight : weights.of)
      weight = 1 + random() % 20;
    weighted_lanes<item> queue{8, weights};
    std::map<lane, std::uint64_t> waited;
    for (int i = 0; i < 3000; ++i) {
      auto flood = (i / 100) % 4; // lanes come and go; in the fourth phase all are full
      for (auto where : all_lanes)
        if (flood == 3 || static_cast<int>(where) == flood || random() % 8 == 0)
          queue.push(where, {where, i});
      auto popped = queue.pop();
      for (auto where : all_lanes) {
        auto waits = popped && popped->where != where && has_items(queue, where);
        waited[where] = waits ? waited[where] + 1 : 0;
        BOOST_REQUIRE_LE(waited[where], queue.wait_max(where));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(steady_floods_stay_below_the_bounds) {
  weighted_lanes<item> queue{4};
  for (auto [where, wait] : longest_waits(queue, 10'000))
    BOOST_TEST(wait <= queue.wait_max(where));
}

BOOST_AUTO_TEST_CASE(the_bound_of_bulk_is_reached_and_so_not_too_large) {
  weighted_lanes<item> queue{100};
  queue.push(lane::bulk, {lane::bulk, 0});
  queue.pop(); // bulk has spent its turn of this round
  for (int i = 0; i < 50; ++i) {
    queue.push(lane::express, {lane::express, i});
    queue.push(lane::standard, {lane::standard, i});
  }
  queue.push(lane::bulk, {lane::bulk, 1});
  std::uint64_t waited = 0;
  while (queue.pop()->where != lane::bulk)
    ++waited;
  BOOST_TEST(waited == queue.wait_max(lane::bulk));
}

BOOST_AUTO_TEST_CASE(a_lane_alone_is_not_slowed_down) {
  weighted_lanes<item> queue{100};
  for (int i = 0; i < 100; ++i)
    queue.push(lane::bulk, {lane::bulk, i});
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(queue.pop()->number == i);
  BOOST_TEST(!queue.pop());
}

BOOST_AUTO_TEST_CASE(a_full_lane_refuses_and_leaves_the_item_alone) {
  weighted_lanes<std::unique_ptr<int>> queue{1};
  BOOST_TEST(queue.push(lane::bulk, std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  BOOST_TEST(!queue.push(lane::bulk, std::move(second)));
  BOOST_TEST(second != nullptr);
  BOOST_TEST(queue.push(lane::express, std::move(second))); // the other lanes have room
  BOOST_TEST(queue.size() == 2u);
}

BOOST_AUTO_TEST_CASE(peek_shows_what_pop_gives) {
  std::mt19937_64 random{3};
  weighted_lanes<item> queue{100};
  for (int i = 0; i < 300; ++i) {
    auto where = all_lanes[random() % 3];
    queue.push(where, {where, i});
  }
  while (auto* next = queue.peek()) {
    auto number = next->number;
    BOOST_TEST(queue.pop()->number == number);
  }
}

BOOST_AUTO_TEST_CASE(erase_takes_out_only_what_is_wanted) {
  weighted_lanes<item> queue{100};
  for (int i = 0; i < 30; ++i)
    queue.push(all_lanes[i % 3], {all_lanes[i % 3], i});
  BOOST_TEST(queue.erase_if([](const item& x) { return x.number % 2 == 0; }) == 15u);
  BOOST_TEST(queue.size() == 15u);
  while (auto out = queue.pop())
    BOOST_TEST(out->number % 2 == 1);
}

BOOST_AUTO_TEST_SUITE_END()
