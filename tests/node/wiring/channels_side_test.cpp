/// What a node that ends still begins.
#include "node/wiring/channels_side.hpp"
#include "tests/worlds/virtual_clock.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace std::chrono_literals;

namespace {

struct silent_accounts final : account_service {
  void create(stored_account, on_result<stored_account>) override {}
  void get(const account_key&, on_result<stored_account>) override {}
  void replace(stored_account, on_result<stored_account>) override {}
  void remove(const account_key&, on_result<std::int64_t>) override {}
  void list(const client_id&, std::string, std::size_t, on_result<page<stored_account>>) override {}
  void changes_since(wall_time, on_result<changes>) override {}
};

/// A node without a database: what it would read is refused at once, and counted.
struct one_node : worlds::virtual_clock {
  one_node() {
    reads->stop();
    BOOST_REQUIRE(side.start().has_value());
    run();
  }
  ~one_node() {
    side.stop();
    run();
  }
  /// The feed has looked for the open deliveries of what it was given.
  std::uint64_t looks() {
    advance(2s); // it looks again a second after a failure
    return reads->counters().refused;
  }

  wiring::settings with;
  clock::wall_clock wall;
  observe::metrics metrics;
  std::shared_ptr<local_partitions> table = std::make_shared<local_partitions>();
  std::shared_ptr<store::pool> reads =
    std::make_shared<store::pool>("reads", store::connection_config{}, store::pool_config{});
  wiring::channels_side side{
    {with, system, wall, metrics, table, reads, std::make_shared<silent_accounts>()}};
};

} // namespace

BOOST_AUTO_TEST_SUITE(channels_side)

BOOST_AUTO_TEST_CASE(no_try_is_begun_of_what_comes_to_a_node_that_ends) {
  one_node at;
  at.side.take(3, 7);
  at.advance(100ms);
  BOOST_TEST(at.reads->counters().refused == 1U);
  at.side.leave(3);
  at.side.quiet(1s);
  at.side.take(4, 7);
  BOOST_TEST(at.looks() == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_is_waited_for_twice) {
  one_node at;
  at.side.quiet(1s);
  auto until = std::make_shared<const int>(0);
  at.side.finish(3, until);
  BOOST_TEST(until.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
