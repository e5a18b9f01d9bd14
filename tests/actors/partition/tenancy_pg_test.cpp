/// A partition that is lost, handed over, given up or taken anew under its owner's hands.
#include "tests/actors/partition/owner_checks.hpp"

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

/// Another session that holds the row of a partition: the commits of its owner wait at their fence.
class held_row {
public:
  held_row(const owner_world& world, partition_id part) : world_(world), link_(world.db.config()) {
    run("begin");
    run("update partition set epoch = epoch + 1, owner_node = 'n2' where id = " +
        std::to_string(part));
  }
  void commit() { run("commit"); }
  void until_waited_for(owner_world& world) const {
    world.until([&] { return world_.db.count(waiting) == 1; });
  }

private:
  static constexpr auto waiting = "pg_stat_activity where datname = current_database() and "
                                  "wait_event_type = 'Lock' and backend_type = 'client backend'";
  void run(std::string_view sql) {
    BOOST_REQUIRE(link_.run_one({{}, sql, {}, store::expect::none}));
  }

  const owner_world& world_;
  store::connection link_;
};

/// What the ownership does when another node had the partition and it came back.
void drop_and_own(owner_world& world, partition_id part) {
  caf::anon_send(world.host, drop_partition{part});
  world.until([&] { return !world.table->find(part); });
  world.own(part);
}

} // namespace

BOOST_AUTO_TEST_SUITE(tenancy)

BOOST_AUTO_TEST_CASE(a_deposed_owner_answers_nothing_and_commits_nothing) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto part = world.part_of(where);
  world.db.exec("update partition set epoch = epoch + 1, owner_node = 'n2' where id = " +
                std::to_string(part));
  auto cmd = world.text(where, "from a zombie");
  BOOST_REQUIRE(world.offer(cmd));
  world.until([&] { return world.noted(world.lost, part); });
  BOOST_TEST(!world.answer(cmd.id, 300ms));
  require_gapless(world, where, 0);
  // a rejection is an answer as well
  BOOST_TEST(!world.offer(world.text(where, "later")));
}

BOOST_AUTO_TEST_CASE(a_partition_that_is_lost_does_not_hold_up_the_others_of_its_batch) {
  owner_world world;
  auto mine = conversation_id::make(), theirs = conversation_id::make();
  while (world.part_of(mine) % 2 != world.part_of(theirs) % 2 ||
         world.part_of(mine) == world.part_of(theirs))
    theirs = conversation_id::make();
  world.ask(world.group(mine));
  world.ask(world.group(theirs));
  world.db.exec("update partition set epoch = epoch + 1 where id = " +
                std::to_string(world.part_of(theirs)));
  std::vector<command> sent;
  for (int i = 0; i < 20; ++i) {
    world.offer(world.text(theirs, "x"));
    sent.push_back(world.text(mine, "y"));
    world.offer(sent.back());
  }
  for (const auto& cmd : sent)
    BOOST_REQUIRE(world.answer(cmd.id));
  require_gapless(world, mine, 20);
  require_gapless(world, theirs, 0);
}

BOOST_AUTO_TEST_CASE(
  conversations_that_fail_too_often_end_their_partition_and_its_next_life_works) {
  owner_world world{true, decide_but_throw_at_bombs};
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto part = world.part_of(where);
  for (int i = 0; i < 5; ++i)
    BOOST_TEST((world.ask(world.text(where, "bomb")).code == ec::poison));
  BOOST_TEST(!world.noted(world.released, part));
  BOOST_REQUIRE(world.offer(world.text(where, "bomb")));
  world.until([&] { return world.noted(world.released, part); });
  BOOST_TEST(!world.offer(world.text(where, "nobody owns it")));
  world.own(part);
  BOOST_TEST(world.ask(world.text(where, "again")).seq == 1);
}

BOOST_AUTO_TEST_CASE(a_partition_serves_until_its_last_tries_have_ended_and_then_it_is_released) {
  owner_world world;
  auto where = conversation_id::make();
  auto part = world.part_of(where);
  world.ask(world.group(where));
  caf::anon_send(world.host, hand_over_partition{part});
  world.until([&] {
    std::lock_guard lock{world.mutex};
    return world.finishing.use_count() > 0;
  });
  for (int i = 1; i <= 20; ++i)
    BOOST_TEST(world.ask(world.text(where, "meanwhile")).seq == i);
  BOOST_TEST(!world.noted(world.released, part));
  {
    std::lock_guard lock{world.mutex};
    world.finishing.reset(); // the connectors have settled them
  }
  world.until([&] { return world.noted(world.released, part); });
  BOOST_TEST(!world.offer(world.text(where, "too late")));
  BOOST_TEST(world.released.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_hand_over_waits_for_tries_no_longer_than_it_may) {
  owner_world world;
  auto part = world.part_of(conversation_id::make());
  world.tries_wait_max = std::chrono::milliseconds{50};
  world.stop();
  world.start();
  caf::anon_send(world.host, hand_over_partition{part});
  world.until([&] { return world.noted(world.released, part); });
  BOOST_TEST(world.finishing.use_count() > 0);
  world.finishing.reset();
}

BOOST_AUTO_TEST_CASE(a_fence_that_failed_says_nothing_about_a_partition_that_was_taken_anew) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto part = world.part_of(where);
  held_row row{world, part};
  auto late = world.text(where, "of the first tenancy");
  BOOST_REQUIRE(world.offer(late));
  row.until_waited_for(world);
  caf::anon_send(world.host, drop_partition{part});
  world.until([&] { return !world.table->find(part); });
  world.own_at(part, world.db.epoch_of(part) + 2); // seen ahead of its commit, which is next
  row.commit();
  world.db.exec("update partition set epoch = epoch + 1 where id = " + std::to_string(part));
  BOOST_TEST(world.ask(world.text(where, "of the second")).seq == 1);
  BOOST_TEST(!world.noted(world.lost, part));
  BOOST_TEST(!world.answer(late.id, 0ms));
  require_gapless(world, where, 1);
}

BOOST_AUTO_TEST_CASE(an_epoch_that_was_raised_late_does_not_set_back_one_that_was_taken_since) {
  std::promise<void> taken_anew;
  owner_world world;
  world.before_resolved = [&] { taken_anew.get_future().wait(); };
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto part = world.part_of(where);
  auto first = world.db.epoch_of(part);
  {
    held_row row{world, part};
    BOOST_REQUIRE(world.offer(world.text(where, "of the first tenancy")));
    world.until([&] { return world.resolving.load() > 0; }); // given up after 5 s
  } // never committed: the epoch is still the owner's
  world.until([&] { return world.db.epoch_of(part) > first; });
  drop_and_own(world, part);
  taken_anew.set_value();
  BOOST_TEST(world.ask(world.text(where, "of the second")).ok());
  BOOST_TEST(!world.noted(world.lost, part));
}

BOOST_AUTO_TEST_SUITE_END()
