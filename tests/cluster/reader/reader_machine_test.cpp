#include "cluster/reader/reader_machine.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

struct bench {
  reader_limits limits{.batch_max = 4, .idle_step = 100};
  steady_time now{};
  reader_machine machine{limits, {1, 10, 0, {}}, 10};
  reader_actions done;

  template <class Event>
  void on(Event what) {
    done.clear();
    machine.step(what, now, done);
  }
  void read_until_pull() {
    on(event::stream_open{1});
    on(event::consumer_ready{machine.last_consumer()});
  }
  void deliver(std::int64_t consumer_seq, std::int64_t stream_seq) {
    on(event::delivered{machine.last_consumer(), consumer_seq, stream_seq, stream_seq * 100});
  }
  template <class Action>
  const Action* only() const {
    return done.size() == 1 ? std::get_if<Action>(&done[0]) : nullptr;
  }
  template <class Action>
  const Action* find() const {
    for (const auto& one : done)
      if (auto found = std::get_if<Action>(&one)) return found;
    return nullptr;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reader_machine_suite, bench)

BOOST_AUTO_TEST_CASE(it_reads_on_behind_its_cursor) {
  on(event::stream_open{1});
  auto create = only<action::create_consumer>();
  BOOST_REQUIRE(create);
  BOOST_TEST(create->start_seq == 11);
  on(event::consumer_ready{create->consumer});
  auto pull = only<action::pull>();
  BOOST_REQUIRE(pull);
  BOOST_TEST(pull->batch == 4u);
}

BOOST_AUTO_TEST_CASE(a_younger_generation_is_read_from_its_beginning) {
  on(event::stream_open{2});
  BOOST_REQUIRE(only<action::create_consumer>());
  BOOST_TEST(only<action::create_consumer>()->start_seq == 1);
  BOOST_TEST(only<action::create_consumer>()->generation == 2);
}

BOOST_AUTO_TEST_CASE(an_older_generation_is_not_read) {
  machine = reader_machine{limits, {5, 10, 0, {}}, 10};
  on(event::stream_open{4});
  BOOST_TEST(done.empty());
  BOOST_TEST(!machine.opened(4));
  on(event::stream_open{5});
  BOOST_TEST(bool(only<action::create_consumer>()));
}

BOOST_AUTO_TEST_CASE(it_pulls_again_when_a_pull_is_used_up_and_credit_is_left) {
  read_until_pull();
  for (int i = 1; i <= 3; ++i) {
    deliver(i, 10 + i);
    BOOST_TEST(only<action::deliver>());
  }
  deliver(4, 20);
  BOOST_REQUIRE(done.size() == 2u);
  BOOST_TEST(find<action::deliver>()->at.seq == 20);
  BOOST_TEST(find<action::pull>()->batch == 4u);
}

BOOST_AUTO_TEST_CASE(without_credit_it_waits_for_more) {
  read_until_pull();
  for (int i = 1; i <= 10; ++i)
    deliver(i, 10 + i);
  BOOST_TEST(only<action::deliver>());
  BOOST_TEST(machine.credit() == 0u);
  BOOST_TEST(!machine.wake_at().has_value());
  on(event::credit{3});
  BOOST_REQUIRE(only<action::pull>());
  BOOST_TEST(only<action::pull>()->batch == 3u);
}

BOOST_AUTO_TEST_CASE(a_gap_makes_the_next_consumer_behind_the_last_delivery) {
  read_until_pull();
  auto first = machine.last_consumer();
  deliver(1, 12);
  deliver(3, 15);
  BOOST_TEST(!find<action::deliver>());
  BOOST_REQUIRE(find<action::create_consumer>());
  BOOST_TEST(find<action::create_consumer>()->start_seq == 13);
  BOOST_TEST(find<action::delete_consumer>()->consumer == first);
}

BOOST_AUTO_TEST_CASE(late_messages_of_an_older_consumer_are_ignored) {
  read_until_pull();
  auto first = machine.last_consumer();
  deliver(2, 15);
  on(event::consumer_ready{machine.last_consumer()});
  on(event::delivered{first, 1, 11, 1});
  BOOST_TEST(done.empty());
  on(event::consumer_gone{first});
  BOOST_TEST(done.empty());
}

BOOST_AUTO_TEST_CASE(a_repeated_delivery_is_ignored) {
  read_until_pull();
  deliver(1, 11);
  deliver(1, 11);
  BOOST_TEST(done.empty());
}

BOOST_AUTO_TEST_CASE(a_heartbeat_tells_of_lost_last_messages) {
  read_until_pull();
  deliver(1, 11);
  on(event::heartbeat{machine.last_consumer(), 1, 50});
  BOOST_TEST(done.empty());
  on(event::heartbeat{machine.last_consumer(), 2, 50});
  BOOST_REQUIRE(find<action::create_consumer>());
  BOOST_TEST(find<action::create_consumer>()->start_seq == 12);
}

BOOST_AUTO_TEST_CASE(silence_makes_the_next_consumer) {
  read_until_pull();
  now += limits.silence - 1ms;
  on(event::tick{});
  BOOST_TEST(done.empty());
  now += 1ms;
  on(event::tick{});
  BOOST_TEST(find<action::create_consumer>());
}

BOOST_AUTO_TEST_CASE(an_expired_pull_is_made_again_and_an_older_one_is_not) {
  read_until_pull();
  auto pull = only<action::pull>()->pull;
  on(event::pull_ended{machine.last_consumer(), pull - 1});
  BOOST_TEST(done.empty());
  on(event::pull_ended{machine.last_consumer(), pull});
  BOOST_REQUIRE(only<action::pull>());
  BOOST_TEST(only<action::pull>()->pull == pull + 1);
}

BOOST_AUTO_TEST_CASE(a_pull_that_the_server_forgot_without_a_word_is_made_again) {
  limits.pull_expiry = 4s;
  machine = reader_machine{limits, {1, 10, 0, {}}, 10};
  read_until_pull();
  auto first = *only<action::pull>();
  now += 3s;
  deliver(1, 11); // puts silence off, not the end of the pull
  now += 1s + limits.expiry_grace - 1ms;
  on(event::tick{});
  BOOST_TEST(done.empty());
  now += 1ms;
  BOOST_TEST((machine.wake_at() == now));
  on(event::tick{});
  BOOST_REQUIRE(only<action::pull>());
  BOOST_TEST(only<action::pull>()->consumer == first.consumer);
  BOOST_TEST(only<action::pull>()->pull == first.pull + 1);
  on(event::pull_ended{first.consumer, first.pull}); // the word comes after all
  BOOST_TEST(done.empty());
}

BOOST_AUTO_TEST_CASE(failures_are_retried_with_a_growing_pause) {
  on(event::stream_open{1});
  std::vector<std::chrono::nanoseconds> pauses;
  for (int i = 0; i < 10; ++i) {
    on(event::consumer_failed{machine.last_consumer()});
    BOOST_REQUIRE(machine.wake_at().has_value());
    pauses.push_back(*machine.wake_at() - now);
    now = *machine.wake_at();
    on(event::tick{});
    BOOST_REQUIRE(only<action::create_consumer>());
  }
  BOOST_CHECK(pauses[0] == limits.backoff_first);
  BOOST_CHECK(pauses[1] == 2 * limits.backoff_first);
  BOOST_CHECK(pauses[9] == limits.backoff_max);
}

BOOST_AUTO_TEST_CASE(an_unanswered_creation_is_tried_again) {
  on(event::stream_open{1});
  now += limits.answer;
  on(event::tick{});
  BOOST_TEST(only<action::delete_consumer>());
  now = *machine.wake_at();
  on(event::tick{});
  BOOST_TEST(bool(only<action::create_consumer>()));
}

BOOST_AUTO_TEST_CASE(after_a_broken_link_it_reads_on_behind_the_last_delivery) {
  read_until_pull();
  deliver(1, 17);
  on(event::stream_lost{});
  BOOST_TEST(!machine.wake_at().has_value());
  deliver(2, 18);
  BOOST_TEST(done.empty());
  on(event::stream_open{1});
  BOOST_REQUIRE(only<action::create_consumer>());
  BOOST_TEST(only<action::create_consumer>()->start_seq == 18);
}

BOOST_AUTO_TEST_CASE(an_idle_lane_follows_the_end_of_the_stream) {
  read_until_pull();
  auto consumer = machine.last_consumer();
  on(event::heartbeat{consumer, 0, 109});
  BOOST_TEST(done.empty());
  on(event::heartbeat{consumer, 0, 110});
  BOOST_REQUIRE(only<action::look_at>());
  BOOST_TEST(only<action::look_at>()->seq == 110);
  position there{1, 110, 9, {}};
  on(event::place_known{consumer, there});
  BOOST_REQUIRE(only<action::idle_at>());
  BOOST_TEST(machine.at().seq == 110);
  on(event::place_known{consumer, {1, 50, 9, {}}});
  BOOST_TEST(done.empty());
}

BOOST_AUTO_TEST_CASE(a_lane_without_a_working_consumer_has_stalled_after_a_while) {
  on(event::stream_open{1});
  now += 399ms;
  BOOST_TEST(!machine.stalled(400ms, now));
  now += 1ms;
  BOOST_TEST(machine.stalled(400ms, now));
  on(event::consumer_ready{machine.last_consumer()});
  now += 10s;
  BOOST_TEST(!machine.stalled(400ms, now));
  on(event::consumer_gone{machine.last_consumer()});
  BOOST_TEST(!machine.stalled(400ms, now));
  now += 400ms;
  BOOST_TEST(machine.stalled(400ms, now));
}

BOOST_AUTO_TEST_CASE(what_waits_is_known_from_the_last_delivery_and_an_idle_pull_has_nothing) {
  read_until_pull();
  on(event::delivered{machine.last_consumer(), 1, 11, 1, 7});
  BOOST_TEST(machine.behind() == 7);
  on(event::heartbeat{machine.last_consumer(), 1, 11});
  BOOST_TEST(machine.behind() == 0);
}

BOOST_AUTO_TEST_CASE(a_stopped_reader_deletes_its_consumer_and_does_nothing_more) {
  read_until_pull();
  on(event::stop{});
  BOOST_TEST(only<action::delete_consumer>());
  on(event::stream_open{2});
  deliver(1, 11);
  BOOST_TEST(done.empty());
}

BOOST_AUTO_TEST_SUITE_END()
