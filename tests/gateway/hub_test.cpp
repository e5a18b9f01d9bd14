#include "hub_world.hpp"

using namespace recado;
using namespace recado::realtime;
using recado::realtime::test::simulation;

BOOST_AUTO_TEST_SUITE(the_hub)

BOOST_AUTO_TEST_CASE(every_session_gets_every_message_and_status_once_whatever_is_lost) {
  int repeats = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      simulation world{seed};
      for (int i = 0; i < 4; ++i) {
        auto& in = world.rooms[conversation_id::make()];
        for (char c = 'a'; c < 'd'; ++c)
          if (world.chance(2)) in.members[user_id{std::string(1, c)}] = {};
      }
      for (int i = 0; i < 3; ++i)
        world.come_or_go();
      for (int i = 0; i < 1500; ++i)
        world.step();
      world.settle();
      world.check();
      repeats += world.repeats;
    }
  }
  BOOST_TEST(repeats <= 5);
}

BOOST_AUTO_TEST_CASE(the_last_one_out_closes_the_rooms) {
  simulation world{1};
  world.losing = false;
  for (int i = 0; i < 3; ++i)
    world.rooms[conversation_id::make()].members[user_id{"a"}] = {};
  auto one = uuid::v7(), two = uuid::v7();
  for (auto id : {one, two}) {
    world.sessions[id].user = user_id{"a"};
    world.hub.open(id, world.client, user_id{"a"});
  }
  world.settle();
  BOOST_TEST(world.hub.rooms() == 3U);
  BOOST_TEST(world.watched.size() == 3U);
  world.hub.close(one);
  BOOST_TEST(world.hub.rooms() == 3U);
  world.hub.close(two);
  BOOST_TEST(world.hub.rooms() == 0U);
  BOOST_TEST(world.watched.empty());
  BOOST_TEST(world.hub.sessions() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
