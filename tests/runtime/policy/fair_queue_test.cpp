#include "runtime/policy/fair_queue.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <string>

using namespace recado;
using namespace recado::policy;
using namespace std::chrono_literals;

namespace {

using queue_t = fair_queue<std::string, int>;

fair_queue_config small() {
  fair_queue_config config;
  config.in_flight_per_key = {2, 1000};
  config.in_flight_total = {100, 100'000};
  config.waiting_per_key = 3;
  config.waiting_total = 6;
  return config;
}

admission put(queue_t& queue, const std::string& key, int item, steady_time now, load weight = {}) {
  return queue.offer(key, weight, item, now);
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(admission)

BOOST_AUTO_TEST_SUITE(fair_queues)

BOOST_AUTO_TEST_CASE(up_to_its_share_a_key_is_admitted_at_once) {
  queue_t queue{small()};
  steady_time now{1h};
  BOOST_TEST(put(queue, "a", 1, now) == admission::admitted);
  BOOST_TEST(put(queue, "a", 2, now) == admission::admitted);
  BOOST_TEST(put(queue, "a", 3, now) == admission::waiting);
  BOOST_TEST(put(queue, "b", 4, now) == admission::admitted); // a's flood is a's affair
  BOOST_TEST(!queue.next(now));
  queue.finished("a", {});
  BOOST_TEST(queue.next(now)->item == 3);
  BOOST_TEST(!queue.next(now));
}

BOOST_AUTO_TEST_CASE(bytes_count_too_and_an_item_larger_than_the_share_passes_alone) {
  queue_t queue{small()};
  steady_time now{1h};
  BOOST_TEST(put(queue, "a", 1, now, {1, 600}) == admission::admitted);
  BOOST_TEST(put(queue, "a", 2, now, {1, 600}) == admission::waiting);
  queue.finished("a", {1, 600});
  BOOST_TEST(queue.next(now)->item == 2);
  queue.finished("a", {1, 600});
  BOOST_TEST(put(queue, "b", 3, now, {1000, 5000}) == admission::admitted);
  BOOST_TEST(put(queue, "b", 4, now, {1, 1}) == admission::waiting);
}

BOOST_AUTO_TEST_CASE(nothing_overtakes_within_a_key) {
  queue_t queue{small()};
  steady_time now{1h};
  put(queue, "a", 1, now, {1, 900});
  BOOST_TEST(put(queue, "a", 2, now, {1, 900}) == admission::waiting);
  BOOST_TEST(put(queue, "a", 3, now, {1, 10}) == admission::waiting); // would fit, but is behind
  queue.finished("a", {1, 900});
  BOOST_TEST(queue.next(now)->item == 2);
  BOOST_TEST(queue.next(now)->item == 3);
}

BOOST_AUTO_TEST_CASE(what_finds_no_place_to_wait_is_refused_and_stays_with_the_caller) {
  queue_t queue{small()};
  steady_time now{1h};
  for (int i = 0; i < 5; ++i)
    put(queue, "a", i, now);
  BOOST_TEST(put(queue, "a", 5, now) == admission::refused); // three wait already
  for (int i = 0; i < 5; ++i)
    put(queue, "b", i, now);
  BOOST_TEST(queue.waiting() == 6u);
  for (int i = 0; i < 2; ++i)
    put(queue, "c", i, now);
  BOOST_TEST(put(queue, "c", 2, now) == admission::refused); // six wait in total
}

BOOST_AUTO_TEST_CASE(what_waited_for_a_second_is_handed_back) {
  queue_t queue{small()};
  steady_time now{1h};
  for (int i = 0; i < 4; ++i)
    put(queue, "a", i, now + i * 100ms);
  BOOST_TEST((queue.next_deadline() == now + 1200ms));
  BOOST_TEST(queue.expired(now + 1200ms - 1ns).empty());
  auto late = queue.expired(now + 1200ms);
  BOOST_REQUIRE(late.size() == 1u);
  BOOST_TEST(late[0].item == 2);
  queue.finished("a", {});
  BOOST_TEST(!queue.next(now + 1300ms)); // the other is too old as well
  BOOST_TEST(queue.expired(now + 1300ms).size() == 1u);
  BOOST_TEST(!queue.next_deadline());
}

BOOST_AUTO_TEST_CASE(keys_without_work_are_not_remembered) {
  queue_t queue{small()};
  steady_time now{1h};
  for (int i = 0; i < 1000; ++i) {
    auto key = std::to_string(i);
    for (int item = 0; item < 4; ++item)
      put(queue, key, item, now);
    queue.expired(now + 2s);
    for (int item = 0; item < 2; ++item)
      queue.finished(key, {});
    BOOST_TEST(!queue.next(now));
  }
  BOOST_TEST(queue.keys() == 0u);
}

BOOST_AUTO_TEST_CASE(under_a_total_limit_keys_take_turns) {
  auto config = small();
  config.in_flight_per_key = {100, 100'000};
  config.in_flight_total = {1, 100'000};
  config.waiting_per_key = config.waiting_total = 1000;
  queue_t queue{config};
  steady_time now{1h};
  BOOST_TEST(put(queue, "x", 0, now) == admission::admitted);
  for (int i = 0; i < 100; ++i)
    put(queue, "flood", i, now);
  for (int i = 0; i < 3; ++i)
    put(queue, "small", i, now);
  std::string order, running = "x";
  for (int i = 0; i < 6; ++i) {
    queue.finished(running, {});
    running = queue.next(now)->key;
    order += running[0];
  }
  BOOST_TEST(order == "fsfsfs");
}

BOOST_AUTO_TEST_CASE(a_large_item_is_not_overtaken_for_ever) {
  auto config = small();
  config.in_flight_per_key = {100, 1000};
  config.in_flight_total = {100, 1000};
  queue_t queue{config};
  steady_time now{1h};
  put(queue, "a", 1, now, {1, 500});
  BOOST_TEST(put(queue, "big", 2, now, {1, 900}) == admission::waiting);
  BOOST_TEST(put(queue, "b", 3, now, {1, 10}) == admission::waiting);
  BOOST_TEST(!queue.next(now));
  queue.finished("a", {1, 500});
  BOOST_TEST(queue.next(now)->item == 2);
  BOOST_TEST(queue.next(now)->item == 3);
}

/// Random work; limits hold, nothing is lost or doubled, and the queue comes to rest.
BOOST_AUTO_TEST_CASE(every_item_has_exactly_one_end_and_no_limit_is_passed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    fair_queue_config config{{4, 2000}, {12, 8000}, 10, 30, 1s};
    queue_t queue{config};
    steady_time now{1h};
    std::vector<std::pair<std::string, load>> running;
    std::map<int, int> ends;
    std::map<std::string, int> last_started;
    int offered = 0;
    auto start = [&](const std::string& key, load weight, int item) {
      running.emplace_back(key, weight);
      ++ends[item];
      BOOST_REQUIRE_GT(item + 1, last_started[key]); // FIFO within a key
      last_started[key] = item + 1;
    };
    auto settle = [&] {
      for (auto& late : queue.expired(now))
        ++ends[late.item];
      while (auto next = queue.next(now))
        start(next->key, next->weight, next->item);
    };
    for (int i = 0; i < 1000; ++i) {
      now += std::chrono::milliseconds{random() % 40};
      if (random() % 3 != 0) {
        std::string key(1, static_cast<char>('a' + random() % 5));
        load weight{1 + random() % 2, random() % 900};
        int item = offered++;
        auto outcome = queue.offer(key, weight, item, now);
        if (outcome == admission::admitted) start(key, weight, item);
        if (outcome == admission::refused) ++ends[item];
      } else if (!running.empty()) {
        auto at = running.begin() + static_cast<std::ptrdiff_t>(random() % running.size());
        queue.finished(at->first, at->second);
        running.erase(at);
      }
      settle();
      BOOST_REQUIRE_LE(queue.in_flight().items, 12u);
      BOOST_REQUIRE_LE(queue.in_flight().bytes, 8000u);
      BOOST_REQUIRE_LE(queue.waiting(), 30u);
      for (const auto* key : {"a", "b", "c", "d", "e"})
        BOOST_REQUIRE_LE(queue.in_flight(key).items, 4u);
    }
    while (!running.empty()) {
      queue.finished(running.back().first, running.back().second);
      running.pop_back();
      settle();
    }
    BOOST_TEST(queue.waiting() == 0u, "seed " << seed);
    BOOST_TEST(queue.keys() == 0u);
    BOOST_TEST(ends.size() == static_cast<std::size_t>(offered));
    for (auto [item, count] : ends)
      BOOST_REQUIRE_EQUAL(count, 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
