/// The writer's turn with real actors on a real PostgreSQL that is fenced, poisoned and killed.
#include "schemas/wire.hpp"
#include "tests/actors/partition/owner_world.hpp"

#include <map>
#include <set>

using namespace recado;
using recado::test::owner_world;
using namespace std::chrono_literals;

namespace {

/// seq per conversation as it stands in the table, ascending.
std::vector<std::int64_t> seqs_of(const owner_world& world, const conversation_id& where) {
  auto rows = world.db.query("select seq from message where conversation_id = '" + where.str() +
                             "' and seq is not null order by seq");
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back(rows.get_int(i, 0));
  return out;
}

void require_gapless(const owner_world& world, const conversation_id& where, std::size_t count) {
  auto seqs = seqs_of(world, where);
  BOOST_REQUIRE_EQUAL(seqs.size(), count);
  for (std::size_t i = 0; i < seqs.size(); ++i)
    BOOST_REQUIRE_EQUAL(seqs[i], static_cast<std::int64_t>(i) + 1);
}

/// The real rules, but a message "bomb" is more than they can bear.
effects decide_but_throw_at_bombs(const conversation_state& state,
                                  std::span<const undecided_ptr> commands, const facts& known,
                                  const conversation_limits& limits) {
  for (const auto& item : commands)
    if (const auto* send = std::get_if<send_message>(&item->what.body))
      if (send->payload == "bomb") throw std::runtime_error("boom");
  return decide(state, commands, known, limits);
}

} // namespace

BOOST_AUTO_TEST_SUITE(owner)

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

BOOST_AUTO_TEST_CASE(idle_conversations_leave_memory_and_come_back) {
  owner_world world;
  auto where = conversation_id::make();
  world.ask(world.group(where));
  world.ask(world.text(where, "one"));
  std::this_thread::sleep_for(7s); // passivation after 1 s, looked for every 5 s
  BOOST_TEST(world.ask(world.text(where, "two")).seq == 2);
}

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
    const auto& send = std::get<send_message>(stored.back().body);
    world.db.pool().run(
      {{{},
        "insert into inbox (part, command_id, client_id, message_id, lane, received_at, envelope) "
        "values ($1, $2, $3, $4, 1, now(), $5)",
        store::params{}
          .add_int2(static_cast<std::int16_t>(world.part_of(where)))
          .add_uuid(stored.back().id)
          .add_uuid(world.client)
          .add_uuid(send.message)
          .add_bytes(encode(stored.back())),
        store::expect::none}},
      store::tx::single, [](const store::outcome& got) { BOOST_REQUIRE(got); });
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
  const auto& send = std::get<send_message>(stored.body);
  store::connection link{world.db.config()};
  auto inserted = link.run_one(
    {{},
     "insert into inbox (part, command_id, client_id, message_id, lane, received_at, envelope) "
     "values ($1, $2, $3, $4, 1, now(), $5)",
     store::params{}
       .add_int2(static_cast<std::int16_t>(world.part_of(where)))
       .add_uuid(stored.id)
       .add_uuid(world.client)
       .add_uuid(send.message)
       .add_bytes(encode(stored)),
     store::expect::none});
  BOOST_REQUIRE(inserted);
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
    rows.push_back(
      {"to_inbox",
       "insert into inbox (part, command_id, client_id, message_id, lane, received_at, envelope) "
       "values ($1, $2, $3, $4, 1, now(), $5)",
       store::params{}
         .add_int2(static_cast<std::int16_t>(world.part_of(where)))
         .add_uuid(stored.back().id)
         .add_uuid(world.client)
         .add_uuid(std::get<send_message>(stored.back().body).message)
         .add_bytes(encode(stored.back())),
       store::expect::none});
  }
  world.db.pool().run(std::move(rows), store::tx::transaction, // all are seen at once
                      [](const store::outcome& got) { BOOST_REQUIRE(got); });
  BOOST_REQUIRE(world.answer(stored.back().id));
  auto later = world.ask(world.text(where, "sent after"));
  BOOST_TEST(later.seq == static_cast<std::int64_t>(stored.size()) + 1);
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
