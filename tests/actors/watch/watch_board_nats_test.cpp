/// What gateways and owners on two nodes tell each other over a real NATS.
#include "actors/watch/watch_board.hpp"
#include "tests/worlds/nats_server.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace std::chrono_literals;

namespace {

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 3000 && !condition(); ++i)
    std::this_thread::sleep_for(5ms);
  return condition();
}

struct one_side {
  explicit one_side(const worlds::nats_server& server, const std::string& name) {
    bus::bus_config config;
    config.urls = {server.url()};
    auto made = bus::connection::connect(config, {});
    BOOST_REQUIRE(made.has_value());
    link = std::move(*made);
    BOOST_REQUIRE(eventually([this] { return link->connected(); }));
    board = std::make_shared<watch_board>(
      watch_config{.self = "test.events." + name, .for_owners = "test.watch." + name},
      std::make_shared<local_partitions>(), link.get());
    board->listen([this](const event_batch&) { ++events; }, [this] { ++doubts; });
    board->subscribe();
  }
  std::unique_ptr<bus::connection> link;
  std::shared_ptr<watch_board> board;
  std::atomic<int> events = 0, doubts = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_gateway_that_was_forgotten_watches_again_and_the_others_do_not) {
  worlds::nats_server server;
  one_side owner{server, "n1"}, forgotten{server, "n2"}, other{server, "n3"};
  // Subscriptions are asynchronous: the word is said until it is heard.
  BOOST_TEST(eventually([&] {
    owner.board->ask_to_watch_again("test.events.n2");
    return forgotten.doubts > 0;
  }));
  BOOST_TEST(forgotten.events == 0);
  BOOST_TEST(other.doubts == 0);
  BOOST_TEST(owner.doubts == 0);
}
