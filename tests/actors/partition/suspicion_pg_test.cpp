/// After the death of an owner: what is begun is named first, and what has killed three owners is
/// set aside.
#include "tests/actors/partition/owner_checks.hpp"

using namespace recado;
using recado::journal::suspect_of;
using recado::test::owner_world;

namespace {

/// What the rules saw when they were asked: how many commands, and how many were named by then.
struct witness {
  std::vector<std::pair<std::size_t, std::int64_t>> batches;
  owner_world* world = nullptr;

  effects decide(const conversation_state& state, std::span<const undecided_ptr> commands,
                 const facts& known, const conversation_limits& limits) {
    if (world != nullptr) batches.emplace_back(commands.size(), world->db.count("suspect"));
    return recado::decide(state, commands, known, limits);
  }
};

struct watched {
  witness seen;
  owner_world world{
    true, [this](const auto& state, auto commands, const auto& known, const auto& limits) {
      return seen.decide(state, commands, known, limits);
    }};
  conversation_id where = conversation_id::make();
  partition_id part = world.part_of(where);

  watched() { BOOST_REQUIRE(world.ask(world.group(where)).ok()); }

  /// As after the death of its owner.
  void adopt(std::vector<command_id> suspects) { own(std::move(suspects), true); }
  void own(std::vector<command_id> suspects, bool adoption) {
    auto rows = world.db.query("update partition set epoch = epoch + 1, deaths_without_commit = 2 "
                               "where id = " +
                               std::to_string(part) + " returning epoch");
    cluster::owned_partition what;
    what.id = part;
    what.at = rows.get_int(0, 0);
    what.adoption = adoption;
    what.suspects = std::move(suspects);
    auto before = world.table->find(part)->owner;
    caf::anon_send(world.host, own_partition{what});
    world.until([&] {
      auto now = world.table->find(part);
      return now && now->owner != before;
    });
    seen.world = &world;
  }
  void suspect(const command& what, int attempts) {
    world.db.exec("insert into suspect values (" + std::to_string(part) + ", '" +
                  suspect_of(what).str() + "', " + std::to_string(attempts) + ", 0, now())");
  }
  void store_in_inbox(const command& what) {
    store::connection link{world.db.config()};
    BOOST_REQUIRE(link.run_one(recado::test::to_inbox(world, what)));
  }
  std::int64_t deaths() {
    return world.db
      .query("select deaths_without_commit from partition where id = " + std::to_string(part))
      .get_int(0, 0);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(suspicion)

BOOST_FIXTURE_TEST_CASE(what_is_begun_after_a_death_is_named_until_its_killer_would_have_come_again,
                        watched) {
  adopt({});
  std::int64_t seq = 0;
  world.until([&] {
    BOOST_TEST(world.ask(world.text(where, "hello")).seq == ++seq);
    return seen.batches.back().second == 0;
  });
  BOOST_TEST(seen.batches.front().second == 1); // named by then
  BOOST_TEST(world.db.count("suspect") == 0);
  BOOST_TEST(deaths() == 0);
}

BOOST_FIXTURE_TEST_CASE(the_first_batch_is_named_however_late_it_comes, watched) {
  adopt({});
  std::this_thread::sleep_for(writer_config{}.naming);
  BOOST_TEST(world.ask(world.text(where, "first")).seq == 1);
  BOOST_TEST(world.ask(world.text(where, "second")).seq == 2);
  BOOST_REQUIRE_EQUAL(seen.batches.size(), 2u);
  BOOST_TEST(seen.batches[0].second == 1);
  BOOST_TEST(seen.batches[1].second == 0); // it has survived the first
}

BOOST_FIXTURE_TEST_CASE(after_a_second_death_every_command_is_decided_alone_until_the_suspects_are,
                        watched) {
  std::vector<command> sent;
  sent.reserve(20);
  for (int i = 0; i < 20; ++i)
    sent.push_back(world.text(where, "hello"));
  suspect(sent.back(), 1);
  adopt({suspect_of(sent.back())});
  for (const auto& one : sent)
    BOOST_REQUIRE(world.offer(one));
  for (std::size_t i = 0; i < sent.size(); ++i)
    BOOST_TEST(world.answer(sent[i].id)->seq == static_cast<std::int64_t>(i) + 1);
  BOOST_REQUIRE_EQUAL(seen.batches.size(), sent.size());
  for (const auto& [commands, _] : seen.batches)
    BOOST_TEST(commands == 1u);
  BOOST_TEST(world.db.count("suspect") == 0);
  BOOST_TEST(deaths() == 0);
}

BOOST_FIXTURE_TEST_CASE(where_nothing_is_suspected_any_more_no_row_stays, watched) {
  auto came = world.text(where, "came"), never = world.text(where, "never came again");
  suspect(came, 1);
  adopt({suspect_of(came)});
  suspect(never, 1); // of a batch that was named and then taken apart
  std::this_thread::sleep_for(writer_config{}.naming);
  BOOST_TEST(world.ask(came).seq == 1);
  BOOST_TEST(world.db.count("suspect") == 0);
}

BOOST_FIXTURE_TEST_CASE(what_three_owners_died_over_is_set_aside_and_the_rest_goes_on, watched) {
  auto killer = world.text(where, "killer"), after = world.text(where, "good");
  suspect(killer, 3);
  adopt({suspect_of(killer)});
  BOOST_TEST((world.ask(killer).code == ec::poison));
  BOOST_TEST(world.ask(after).seq == 1);
  auto dead = world.db.query("select command_id, attempts, detail, message_id from dead_letter");
  BOOST_REQUIRE_EQUAL(dead.size(), 1u);
  BOOST_TEST((dead.get_uuid(0, 0) == killer.id.value));
  BOOST_TEST(dead.get_int(0, 1) == 3);
  BOOST_TEST(dead.get_text(0, 2) == "its owner died 3 times while it was decided");
  BOOST_TEST(deaths() == 0);
  BOOST_TEST(seen.batches.size() == 1u); // the killer was never shown to the rules
}

BOOST_FIXTURE_TEST_CASE(what_was_set_aside_and_comes_once_more_is_not_begun_again, watched) {
  auto killer = world.text(where, "killer");
  suspect(killer, 3);
  adopt({suspect_of(killer)});
  BOOST_TEST((world.ask(killer).code == ec::poison));
  BOOST_REQUIRE(world.offer(killer));
  world.until([&] {
    std::lock_guard lock{world.mutex};
    return world.answered[killer.id] == 2;
  });
  BOOST_TEST((world.answer(killer.id)->code == ec::poison));
  BOOST_TEST(world.db.count("dead_letter") == 1);
  require_gapless(world, where, 0);
}

BOOST_FIXTURE_TEST_CASE(a_message_that_is_sent_again_is_the_same_suspect, watched) {
  auto killer = world.text(where, "killer");
  auto again = world.text(where, "killer", std::get<send_message>(killer.body).message);
  suspect(killer, 3);
  adopt({suspect_of(killer)});
  BOOST_TEST((world.ask(again).code == ec::poison));
  BOOST_TEST(world.db.count("suspect") == 0);
}

BOOST_FIXTURE_TEST_CASE(what_waits_behind_a_killer_in_the_inbox_goes_on_once_that_is_set_aside,
                        watched) {
  auto killer = world.text(where, "killer"), after = world.text(where, "good");
  suspect(killer, 3);
  store_in_inbox(killer);
  adopt({suspect_of(killer)});
  BOOST_TEST(world.ask(after).seq == 1);
  BOOST_TEST(world.db.count("dead_letter") == 1);
  BOOST_TEST(world.db.count("inbox") == 0);
}

BOOST_FIXTURE_TEST_CASE(what_two_owners_died_over_is_tried_again, watched) {
  auto innocent = world.text(where, "innocent");
  suspect(innocent, 2);
  adopt({suspect_of(innocent)});
  BOOST_TEST(world.ask(innocent).seq == 1);
  BOOST_TEST(world.db.count("dead_letter") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_hand_over_in_the_middle_of_it_counts_nothing, watched) {
  auto innocent = world.text(where, "innocent");
  suspect(innocent, 2);
  for (int i = 0; i < 3; ++i) // each of these owners names it when it comes
    own({suspect_of(innocent)}, false);
  BOOST_TEST(world.ask(innocent).seq == 1);
  BOOST_TEST(world.db.count("dead_letter") == 0);
}

BOOST_FIXTURE_TEST_CASE(naming_counts_nothing_and_says_what_has_been_counted, watched) {
  auto cmd = world.text(where, "hello");
  std::array keys{journal::suspect_key{part, cmd.id}};
  store::connection link{world.db.config()};
  for (std::int32_t attempts : {0, 0, 2}) {
    if (attempts == 2) world.db.exec("update suspect set attempts = 2");
    auto sql = "update partition set epoch = epoch + 1 where id = " + std::to_string(part) +
               " returning epoch";
    std::vector<store::held_epoch> held{{part, world.db.query(sql).get_int(0, 0)}};
    auto got =
      link.run(journal::name_suspects(held, keys, owner_world::wall_now()), store::tx::transaction);
    BOOST_REQUIRE(got);
    auto rows = journal::parse_suspects(got->back());
    BOOST_REQUIRE_EQUAL(rows.size(), 1u);
    BOOST_TEST(rows.front().attempts == attempts);
    BOOST_TEST(world.db.query("select epoch from suspect").get_int(0, 0) == held.front().second);
  }
}

BOOST_FIXTURE_TEST_CASE(a_death_counts_against_what_was_named_last_and_not_what_was_put_aside_again,
                        watched) {
  auto aside = world.text(where, "aside"), killer = world.text(where, "killer");
  store::connection link{world.db.config()};
  auto id = std::to_string(part);
  std::vector<store::held_epoch> held{
    {part, world.db.query("select epoch from partition where id = " + id).get_int(0, 0)}};
  for (const auto* one : {&aside, &killer}) {
    std::array keys{journal::suspect_key{part, one->id}};
    BOOST_REQUIRE(link.run(journal::name_suspects(held, keys, owner_world::wall_now()),
                           store::tx::transaction));
  }
  BOOST_REQUIRE(link.run_one(store::adopt(held, "n9", 1, 7)));
  auto counted = world.db.query("select command_id from suspect where attempts > 0");
  BOOST_REQUIRE_EQUAL(counted.size(), 1u);
  BOOST_TEST((counted.get_uuid(0, 0) == killer.id.value));
}

BOOST_AUTO_TEST_SUITE_END()
