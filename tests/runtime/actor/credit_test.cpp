#include "runtime/actor/credit.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>
#include <deque>
#include <random>
#include <thread>

#include "tests/worlds/virtual_clock.hpp"

using namespace recado;
using namespace recado::actor;

namespace {

caf::behavior sink(caf::event_based_actor*, int* handled) {
  return {[handled](int, const credit_token&) { ++*handled; }};
}

bool offer(const caf::actor& to, const credit_ptr& room, int value) {
  auto token = room->try_take();
  if (token) caf::anon_send(to, value, *token);
  return token.has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(credits)

BOOST_AUTO_TEST_CASE(no_more_than_the_capacity_is_out) {
  auto room = credit::make(2);
  auto first = room->try_take();
  auto second = room->try_take();
  BOOST_TEST(first.has_value());
  BOOST_TEST(second.has_value());
  BOOST_TEST(!room->try_take());
  first.reset();
  BOOST_TEST(room->try_take().has_value());
}

BOOST_AUTO_TEST_CASE(the_credit_comes_back_with_the_last_copy_of_its_token) {
  auto room = credit::make(1);
  auto token = room->try_take();
  auto copy = *token;
  token.reset();
  BOOST_TEST(room->taken() == 1u);
  copy = {};
  BOOST_TEST(room->taken() == 0u);
}

BOOST_AUTO_TEST_CASE(an_amount_above_the_capacity_passes_alone) {
  auto room = credit::make(10);
  auto small = room->try_take(1);
  BOOST_TEST(!room->try_take(99));
  small.reset();
  auto large = room->try_take(99);
  BOOST_TEST(large.has_value());
  BOOST_TEST(!room->try_take(1));
  large.reset();
  BOOST_TEST(room->taken() == 0u);
}

BOOST_AUTO_TEST_CASE(a_refused_source_is_woken_once_when_half_is_free) {
  int woken = 0;
  auto room = credit::make(4, [&woken] { ++woken; });
  std::deque<std::optional<credit_token>> out;
  for (int i = 0; i < 4; ++i)
    out.push_back(room->try_take());
  out.pop_front();
  out.push_back(room->try_take()); // nobody was refused so far
  BOOST_TEST(woken == 0);
  BOOST_TEST(!room->try_take());
  out.pop_front();
  BOOST_TEST(woken == 0); // 3 of 4 are out
  out.pop_front();
  BOOST_TEST(woken == 1);
  out.clear();
  BOOST_TEST(woken == 1);
}

BOOST_AUTO_TEST_CASE(a_source_that_asked_for_much_is_woken_when_that_much_is_free) {
  int woken = 0;
  auto room = credit::make(10, [&woken] { ++woken; });
  auto three = room->try_take(3);
  auto one = room->try_take(1);
  BOOST_TEST(!room->try_take(9));
  three.reset();
  BOOST_TEST(woken == 1);
  BOOST_TEST(room->try_take(9).has_value());
  one.reset();
}

BOOST_AUTO_TEST_CASE(a_silenced_credit_wakes_nobody) {
  int woken = 0;
  auto room = credit::make(1, [&woken] { ++woken; });
  auto token = room->try_take();
  BOOST_TEST(!room->try_take());
  room->silence();
  token.reset();
  BOOST_TEST(woken == 0);
}

BOOST_FIXTURE_TEST_CASE(a_mailbox_never_holds_more_than_its_credit, worlds::virtual_clock) {
  int handled = 0;
  auto receiver = system.spawn(sink, &handled);
  auto room = credit::make(8);
  int accepted = 0;
  for (int i = 0; i < 100; ++i)
    accepted += offer(receiver, room, i);
  BOOST_TEST(accepted == 8);
  run();
  BOOST_TEST(handled == 8);
  BOOST_TEST(room->taken() == 0u);
}

BOOST_FIXTURE_TEST_CASE(credit_comes_back_from_the_mailbox_of_a_dead_actor, worlds::virtual_clock) {
  int handled = 0;
  auto receiver = system.spawn(sink, &handled);
  auto room = credit::make(4);
  run();
  caf::anon_send_exit(receiver, caf::exit_reason::kill);
  while (offer(receiver, room, 0)) {
  }
  BOOST_TEST(room->taken() == 4u);
  run();
  BOOST_TEST(handled == 0);
  BOOST_TEST(room->taken() == 0u);
  BOOST_TEST(offer(receiver, room, 0)); // dropped at once
  BOOST_TEST(room->taken() == 0u);
}

/// Every refusal must be followed by a wake-up: a lost one would stop a reader for ever.
BOOST_AUTO_TEST_CASE(no_wake_up_is_lost_between_threads) {
  constexpr int messages = 300'000;
  std::atomic<bool> may_go{true};
  auto room = credit::make(1, [&may_go] {
    may_go = true;
    may_go.notify_one();
  });
  std::mutex mutex;
  std::deque<credit_token> queue;
  std::atomic<int> sent{0};
  std::thread consumer([&] {
    for (int done = 0; done < messages;) {
      std::unique_lock lock{mutex};
      if (queue.empty()) {
        lock.unlock();
        std::this_thread::yield();
        continue;
      }
      auto token = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      ++done;
    }
  });
  while (sent < messages) {
    may_go = false;
    if (auto token = room->try_take()) {
      std::lock_guard lock{mutex};
      queue.push_back(std::move(*token));
      ++sent;
    } else {
      may_go.wait(false); // hangs, and the suite times out, if the wake-up is lost
    }
  }
  consumer.join();
  BOOST_TEST(room->taken() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
