/// The writer's turn with real actors on a real PostgreSQL that is poisoned and killed.
#include "tests/actors/partition/owner_checks.hpp"

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(turn)

BOOST_AUTO_TEST_CASE(what_is_answered_is_committed_and_numbered) {
  owner_world world;
  auto where = conversation_id::make();
  BOOST_TEST(world.ask(world.group(where)).ok());
  for (std::int64_t n = 1; n <= 5; ++n)
    BOOST_TEST(world.ask(world.text(where, "hello")).seq == n);
  require_gapless(world, where, 5);
  BOOST_TEST(world.db.count("member where conversation_id = '" + where.str() + "'") == 2);
  BOOST_TEST(world.db.count("app_user") == 2);
  BOOST_TEST(world.db.query("select sum(count)::int8 from usage_minute").get_int(0, 0) == 5);
}

BOOST_AUTO_TEST_CASE(many_conversations_at_once_stay_gapless_each) {
  owner_world world;
  std::vector<conversation_id> all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(conversation_id::make());
    BOOST_TEST(world.ask(world.group(all.back())).ok());
  }
  std::vector<command_id> sent;
  for (int round = 0; round < 100; ++round)
    for (const auto& where : all) {
      auto cmd = world.text(where, "m" + std::to_string(round));
      BOOST_REQUIRE(world.offer(cmd));
      sent.push_back(cmd.id);
    }
  for (const auto& id : sent)
    BOOST_REQUIRE(world.answer(id));
  for (const auto& where : all)
    require_gapless(world, where, 100);
  for (const auto& [_, times] : world.answered)
    BOOST_REQUIRE_EQUAL(times, 1);
  BOOST_TEST(world.db.query("select sum(count)::int8 from usage_minute").get_int(0, 0) == 4000);
  // A commit counts in one row, or in two when the minute ends, however many partitions it is
  // about.
  auto rows = world.db.query("select max(n)::int8 from (select count(*) n from usage_minute "
                             "group by xmin::text) by_commit");
  BOOST_TEST(rows.get_int(0, 0) <= 2);
  std::size_t largest = 0;
  for (const auto& one : world.reports)
    largest = std::max(largest, one.commands);
  BOOST_TEST(largest > 10u); // commands gathered while a commit was under way
}

BOOST_AUTO_TEST_CASE(a_restart_remembers_messages_refusals_and_state) {
  owner_world world;
  auto where = conversation_id::make();
  auto early = world.text(where, "too early");
  BOOST_TEST((world.ask(early).code == ec::conversation_not_found));
  world.ask(world.group(where));
  auto id = message_id::make();
  auto first = world.ask(world.text(where, "hi", id));
  world.stop();
  world.answers.clear();
  world.start();
  auto again = world.ask(world.text(where, "hi", id));
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.seq == first.seq);
  BOOST_TEST((world.ask(early).code == ec::conversation_not_found)); // the stored outcome
  BOOST_TEST(world.ask(world.text(where, "next")).seq == 2);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_called_new_and_is_not_is_found_when_its_commit_fails) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  auto first = world.text(where, "hi", message_id::make());
  BOOST_TEST(world.ask(first).seq == 1);
  auto second = first;
  second.id = command_id::make();
  std::get<send_message>(second.body).message_made = true;
  BOOST_REQUIRE(world.offer(second, true));
  auto said = world.answer(second.id);
  BOOST_REQUIRE(said);
  BOOST_TEST(said->replayed);
  BOOST_TEST(said->seq == 1);
  auto next = world.text(where, "next");
  std::get<send_message>(next.body).message_made = true;
  BOOST_REQUIRE(world.offer(next, true));
  BOOST_TEST(world.answer(next.id).value().seq == 2);
  require_gapless(world, where, 2);
}

BOOST_AUTO_TEST_CASE(idle_conversations_leave_memory_and_come_back) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  world.ask(world.text(where, "one"));
  std::this_thread::sleep_for(7s); // passivation after 1 s, looked for every 5 s
  BOOST_TEST(world.ask(world.text(where, "two")).seq == 2);
}

BOOST_AUTO_TEST_CASE(one_message_id_in_two_conversations_is_applied_in_one_of_them) {
  owner_world world;
  std::vector<conversation_id> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(conversation_id::make());
    world.ask(world.group(all.back()));
  }
  for (int round = 0; round < 20; ++round) {
    auto id = message_id::make();
    std::vector<command> rivals;
    rivals.reserve(all.size());
    for (const auto& where : all)
      rivals.push_back(world.text(where, "mine", id));
    for (const auto& cmd : rivals)
      world.offer(cmd);
    int accepted = 0, refused = 0;
    for (const auto& cmd : rivals) {
      auto said = world.answer(cmd.id);
      BOOST_REQUIRE(said);
      accepted += said->ok();
      refused += said->code == ec::idempotency_mismatch;
    }
    BOOST_TEST(accepted == 1);
    BOOST_TEST(refused == 7);
  }
}

BOOST_AUTO_TEST_CASE(a_command_that_postgresql_can_never_take_is_parked_and_the_rest_goes_on) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  std::vector<command> sent;
  for (int i = 0; i < 30; ++i) {
    sent.push_back(world.text(where, i == 17 ? "bad \xff utf-8" : "good"));
    world.offer(sent.back());
  }
  for (std::size_t i = 0; i < sent.size(); ++i) {
    auto said = world.answer(sent[i].id);
    BOOST_REQUIRE(said);
    BOOST_TEST((said->code == (i == 17 ? ec::poison : ec::none)));
  }
  require_gapless(world, where, 29);
  auto dead = world.db.query("select code, detail from dead_letter");
  BOOST_REQUIRE_EQUAL(dead.size(), 1u);
  BOOST_TEST(dead.get_text(0, 0) == "poison");
}

BOOST_AUTO_TEST_CASE(a_command_that_makes_its_conversation_throw_is_parked_and_the_rest_goes_on) {
  owner_world world{true, decide_but_throw_at_bombs};
  auto where = conversation_id::make(), beside = conversation_id::make();
  world.ask(world.group(where));
  world.ask(world.group(beside));
  std::vector<command> sent; // so many that they gather: halving takes more than the six failures
  for (int i = 0; i < 600; ++i) {
    sent.push_back(world.text(i % 3 == 0 ? beside : where, i == 301 ? "bomb" : "good"));
    BOOST_REQUIRE(world.offer(sent.back()));
  }
  for (std::size_t i = 0; i < sent.size(); ++i) {
    auto said = world.answer(sent[i].id);
    BOOST_REQUIRE(said);
    BOOST_REQUIRE((said->code == (i == 301 ? ec::poison : ec::none)));
  }
  BOOST_TEST(world.answer(sent[301].id)->detail.find("boom") != std::string::npos);
  require_gapless(world, where, 399);
  require_gapless(world, beside, 200);
  BOOST_TEST(world.released.empty()); // one guilty command is one failure
  BOOST_TEST(world.ask(world.text(where, "goes on")).seq == 400);
  auto dead =
    world.db.query("select command_id, code, detail, message_id, envelope from dead_letter");
  BOOST_REQUIRE_EQUAL(dead.size(), 1u);
  BOOST_TEST((dead.get_uuid(0, 0) == sent[301].id.value));
  BOOST_TEST(dead.get_text(0, 1) == "poison");
  BOOST_TEST(dead.get_text(0, 2).find("boom") != std::string::npos);
  auto kept = decode_command(dead.get_bytes(0, 4));
  BOOST_REQUIRE(kept);
  BOOST_TEST(std::get<send_message>(kept->body).payload == "bomb");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_command_are_parked) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  world.by_stream(where, "\xc1 not msgpack", 1);
  auto good = world.text(where, "good");
  world.by_stream(where, encode(good), 2);
  BOOST_REQUIRE(world.answer(good.id));
  world.until([&] { return world.db.count("dead_letter") == 1; });
}

BOOST_AUTO_TEST_CASE(killing_postgresql_in_the_middle_of_commits_loses_nothing_that_was_answered) {
  owner_world world;
  std::vector<conversation_id> all;
  for (int i = 0; i < 10; ++i) {
    all.push_back(conversation_id::make());
    world.ask(world.group(all.back()));
  }
  std::vector<command> sent;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 1'000; ++i) {
      sent.push_back(world.text(all[static_cast<std::size_t>(i) % all.size()],
                                "round " + std::to_string(round)));
      BOOST_REQUIRE(world.offer(sent.back()));
      if (i == 300 + round * 150) {
        test::server().kill9();
        test::server().start();
      }
    }
  }
  for (const auto& cmd : sent) { // everything offered is decided in the end, without any retry
    auto said = world.answer(cmd.id, 60s);
    BOOST_REQUIRE(said);
    BOOST_REQUIRE(said->ok());
    BOOST_REQUIRE(!said->replayed);
  }
  for (const auto& where : all)
    require_gapless(world, where, 400);
  auto rows = world.db.query("select message_id::text, seq from message");
  std::map<std::string, std::int64_t> table;
  for (std::size_t i = 0; i < rows.size(); ++i)
    table.emplace(rows.get_text(i, 0), rows.get_int(i, 1));
  for (const auto& said : world.all_answers())
    if (!said.message.nil()) BOOST_REQUIRE_EQUAL(table.at(said.message.str()), said.seq);
  BOOST_TEST(world.db.count("dead_letter") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
