/// Of which partitions the feed gives deliveries to the connectors.
#include "actors/delivery/feed_actor.hpp"
#include "runtime/actor/system.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <condition_variable>

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

/// The windows that came to the connectors.
class windows {
public:
  void add(channels::window what) {
    std::lock_guard lock{mutex_};
    all_.push_back(std::move(what));
    came_.notify_all();
  }
  /// The addresses with their epochs of all windows, up to the first one with this address.
  std::string up_to(const std::string& address) {
    std::unique_lock lock{mutex_};
    std::string out;
    while (out.find(address) == out.npos) {
      if (!came_.wait_for(lock, 60s, [this] { return !all_.empty(); }))
        throw std::runtime_error("no window with " + address);
      for (const auto& one : all_.front().rows)
        out += fmt::format("{}:{} ", one->address, one->owned);
      all_.pop_front();
    }
    return out;
  }

private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<channels::window> all_;
};

caf::behavior listening(caf::event_based_actor* self, const account_key& account, windows* to) {
  self->set_default_handler(caf::drop);
  return {[account, to](const channels::window& what) {
            if (what.account == account) to->add(what);
          },
          [](const channels::part_with_partition&) {}};
}

/// One delivery in each of two partitions.
struct feed_world : delivery_world {
  static constexpr partition_id first = 50, second = 51;

  feed_world() {
    connectors =
      caf::actor_cast<channels::connectors_actor>(system.spawn(listening, account(), &got));
    feed = spawn_feed(system, {1ms, 1s}, {reads, connectors});
    auto where = make_conversation();
    add(where, {make_delivery(make_message(where), "ana")}, first);
    add(where, {make_delivery(make_message(where), "bruno")}, second);
  }
  ~feed_world() {
    caf::anon_send_exit(feed, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(connectors, caf::exit_reason::user_shutdown);
    reads->stop();
    BOOST_TEST(actor::stop_with_deadline(system, 10s) == 0U);
  }
  void take(partition_id part, epoch owned) { caf::anon_send(feed, take_deliveries{part, owned}); }
  void finish(partition_id part) { caf::anon_send(feed, finish_deliveries{part, nullptr}); }

  windows got;
  actor::system_settings settings;
  caf::actor_system system{settings};
  std::shared_ptr<store::pool> reads = // one thread: windows come in the order of the looks
    std::make_shared<store::pool>("feed", db.config(), store::pool_config{.threads = 1});
  channels::connectors_actor connectors;
  feed_actor feed;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(the_feed, feed_world)

BOOST_AUTO_TEST_CASE(a_raised_epoch_does_not_undo_a_hand_over) {
  take(first, 10);
  BOOST_TEST(got.up_to("ana") == "ana:10 ");
  finish(first);
  take(first, 11);
  take(second, 20);
  BOOST_TEST(got.up_to("bruno") == "bruno:20 ");
}

BOOST_AUTO_TEST_CASE(a_hand_over_counts_though_the_partition_came_after_it) {
  finish(first);
  take(first, 10);
  take(second, 20);
  BOOST_TEST(got.up_to("bruno") == "bruno:20 ");
}

BOOST_AUTO_TEST_CASE(a_connector_that_asks_for_more_gets_nothing_of_what_is_handed_over) {
  take(first, 10);
  take(second, 20);
  got.up_to("bruno");
  finish(first);
  caf::anon_send(feed, more_deliveries{account()});
  BOOST_TEST(got.up_to("bruno") == "bruno:20 ");
}

BOOST_AUTO_TEST_CASE(a_partition_that_has_left_may_come_back) {
  take(first, 10);
  finish(first);
  caf::anon_send(feed, leave_deliveries{first});
  take(first, 12);
  BOOST_TEST(got.up_to("ana") == "ana:12 ");
}

BOOST_AUTO_TEST_SUITE_END()
