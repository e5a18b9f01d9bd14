/// What callers stored when the stream was away, and what comes by the stream beside it.
#include "tests/actors/partition/owner_checks.hpp"

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(inbox)

BOOST_AUTO_TEST_CASE(a_command_delivered_again_by_the_stream_is_answered_again_and_applied_once) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto cmd = world.text(where, "once");
  world.by_stream(where, encode(cmd), 1);
  BOOST_REQUIRE(world.answer(cmd.id));
  world.by_stream(where, encode(cmd), 2);
  world.by_stream(where, encode(cmd), 2); // the same delivery twice is dropped
  world.until([&] {
    std::lock_guard lock{world.mutex};
    return world.answered[cmd.id] == 2;
  });
  BOOST_TEST(!world.answer(cmd.id)->replayed);
  require_gapless(world, where, 1);
}

BOOST_AUTO_TEST_CASE(the_inbox_goes_first_and_is_emptied_by_the_commit) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  std::vector<command> stored;
  for (int i = 0; i < 700; ++i) { // more than one read of the inbox
    stored.push_back(world.text(where, "stored " + std::to_string(i)));
    world.db.pool().run({to_inbox(world, stored.back())}, store::tx::single,
                        [](const store::outcome& got) { BOOST_REQUIRE(got); });
  }
  for (const auto& cmd : stored)
    BOOST_REQUIRE(world.answer(cmd.id));
  world.until([&] { return world.db.count("inbox") == 0; });
  require_gapless(world, where, 700);
}

BOOST_AUTO_TEST_CASE(a_stream_command_waits_until_the_inbox_of_its_partition_is_empty) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto stored = world.text(where, "stored before");
  store::connection link{world.db.config()};
  BOOST_REQUIRE(link.run_one(to_inbox(world, stored)));
  auto later = world.ask(world.text(where, "sent after"));
  BOOST_TEST(later.seq == 2);
  BOOST_TEST(world.answer(stored.id)->seq == 1);
}

BOOST_AUTO_TEST_CASE(an_inbox_that_filled_a_whole_look_does_not_keep_the_stream_waiting_for_ever) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  std::vector<store::statement> rows;
  std::vector<command> stored;
  for (std::size_t i = 0; i < writer_config{}.inbox_rows_max; ++i) {
    stored.push_back(world.text(where, "stored " + std::to_string(i)));
    rows.push_back(to_inbox(world, stored.back()));
  }
  world.db.pool().run(std::move(rows), store::tx::transaction, // all are seen at once
                      [](const store::outcome& got) { BOOST_REQUIRE(got); });
  BOOST_REQUIRE(world.answer(stored.back().id));
  auto later = world.ask(world.text(where, "sent after"));
  BOOST_TEST(later.seq == static_cast<std::int64_t>(stored.size()) + 1);
}

BOOST_AUTO_TEST_SUITE_END()
