/// Gateways that watch conversations hear what is committed.
#include "tests/actors/partition/owner_checks.hpp"

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(watch)

BOOST_AUTO_TEST_CASE(watchers_hear_every_event_above_the_position_they_were_told) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  world.ask(world.text(where, "before"));
  std::promise<std::vector<watch_service::position>> told;
  caf::anon_send(world.table->find(world.part_of(where))->owner,
                 watch_conversations{"gateway", {{world.client, where}}, [&](auto found) {
                                       told.set_value(std::move(found));
                                     }});
  auto position = told.get_future().get();
  BOOST_REQUIRE_EQUAL(position.size(), 1u);
  BOOST_TEST(position[0].last_seq == 1);
  for (int i = 0; i < 10; ++i)
    world.ask(world.text(where, "after"));
  world.until([&] {
    std::lock_guard lock{world.mutex};
    return world.events.size() == 10;
  });
  std::int64_t expected = 2;
  for (const auto& event : world.events)
    BOOST_TEST(std::get<message_event>(event.body).message.seq == expected++);
}

BOOST_AUTO_TEST_CASE(a_forgotten_gateway_hears_nothing_until_it_watches_again) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto owner = world.table->find(world.part_of(where))->owner;
  auto watch = [&] {
    std::promise<std::vector<watch_service::position>> told;
    caf::anon_send(owner, watch_conversations{"gateway", {{world.client, where}}, [&](auto found) {
                                                told.set_value(std::move(found));
                                              }});
    return told.get_future().get().at(0).last_seq;
  };
  auto heard = [&] {
    std::lock_guard lock{world.mutex};
    return world.events.size();
  };
  watch();
  caf::anon_send(owner, forget_gateway{"another"});
  world.ask(world.text(where, "heard"));
  world.until([&] { return heard() == 1; });
  caf::anon_send(owner, forget_gateway{"gateway"});
  world.ask(world.text(where, "missed"));
  BOOST_TEST(watch() == 2); // it is told what it has to read
  world.ask(world.text(where, "heard again"));
  world.until([&] { return heard() == 2; });
  BOOST_TEST(std::get<message_event>(world.events.back().body).message.seq == 3);
}

BOOST_AUTO_TEST_SUITE_END()
