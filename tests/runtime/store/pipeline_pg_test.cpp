#include "tests/runtime/store/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::store;
using namespace recado::test;

namespace {

std::string text_of(error_kind kind) {
  return std::string{to_string(kind)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(one_round_trip)

BOOST_AUTO_TEST_CASE(results_come_in_the_order_of_the_statements) {
  item_world world;
  std::vector<statement> said{insert_item(1, "a"), insert_item(2, "b"),
                              say("select note from item order by id"),
                              say("update item set note = 'c'")};
  auto result = world.db.run(said, tx::transaction);
  BOOST_REQUIRE_MESSAGE(result, describe(error_of(result)));
  BOOST_REQUIRE(result->size() == 4u);
  BOOST_TEST((*result)[0].affected() == 1);
  BOOST_TEST((*result)[0].empty());
  BOOST_REQUIRE((*result)[2].size() == 2u);
  BOOST_TEST((*result)[2].get_text(1, 0) == "b");
  BOOST_TEST((*result)[3].affected() == 2);
  BOOST_TEST(world.count() == 2);
}

BOOST_AUTO_TEST_CASE(nothing_to_say_is_fine_in_every_mode) {
  item_world world;
  for (auto mode : {tx::transaction, tx::single, tx::read}) {
    auto result = world.db.run({}, mode);
    BOOST_REQUIRE(result);
    BOOST_TEST(result->empty());
  }
}

BOOST_AUTO_TEST_CASE(an_error_names_its_statement_and_undoes_the_others) {
  item_world world;
  for (auto mode : {tx::transaction, tx::single}) {
    std::vector<statement> said{insert_item(1), insert_item(2), insert_item(1), insert_item(3)};
    auto error = error_of(world.db.run(said, mode));
    BOOST_TEST(text_of(error.kind) == "unique_violation");
    BOOST_TEST(error.sqlstate == "23505");
    BOOST_TEST(error.statement_index == 2u);
    BOOST_TEST(error.constraint == "item_pkey");
    BOOST_TEST(!error.message.empty());
    BOOST_TEST(world.count() == 0);
    BOOST_TEST(world.db.is_open()); // and the session goes on
  }
  BOOST_TEST((world.db.run_one(insert_item(1), tx::transaction).has_value()));
  BOOST_TEST(world.db.opens() == 1u);
}

BOOST_AUTO_TEST_CASE(the_kinds_of_errors_are_told_apart) {
  item_world world;
  auto kind_of = [&](std::string_view sql) {
    std::vector<statement> said{say(sql)};
    auto error = error_of(world.db.run(said, tx::transaction));
    return text_of(error.kind) + " " + error.sqlstate;
  };
  BOOST_TEST(kind_of("insert into item values (1, null)") == "poison 23502");
  BOOST_TEST(kind_of("select 'abc'::varchar(2), repeat('x', 3)::text, 1/0") == "poison 22012");
  BOOST_TEST(kind_of("create temp table t (v varchar(2) check (v <> 'a'))") == "none ");
  BOOST_TEST(kind_of("insert into t values ('abc')") == "poison 22001");
  BOOST_TEST(kind_of("insert into t values ('a')") == "poison 23514");
  BOOST_TEST(kind_of("select no_such_column") == "transient 42703");
  BOOST_TEST(kind_of("selekt 1") == "transient 42601");
  BOOST_TEST(kind_of("do $$ begin raise exception 'x' using errcode = '40001'; end $$") ==
             "transient 40001");
  BOOST_TEST(kind_of("do $$ begin raise exception 'x' using errcode = '53100'; end $$") ==
             "transient 53100");
  BOOST_TEST(kind_of("do $$ begin raise exception 'x' using errcode = 'RF001'; end $$") ==
             "fenced RF001");
  BOOST_TEST(world.db.opens() == 1u);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_commit_itself_is_definite) {
  item_world world;
  server().exec("create table late (id int8 primary key deferrable initially deferred)",
                world.database);
  std::vector<statement> said{say("insert into late values (1)"),
                              say("insert into late values (1)")};
  for (auto mode : {tx::transaction, tx::single}) {
    auto error = error_of(world.db.run(said, mode));
    BOOST_TEST(text_of(error.kind) == "unique_violation");
    BOOST_TEST(error.statement_index == 2u);
    BOOST_TEST(server().query("select count(*) from late", world.database).get_int(0, 0) == 0);
    BOOST_TEST((world.db.run_one(say("select 1"), tx::transaction).has_value()));
  }
  BOOST_TEST(world.db.opens() == 1u);
}

BOOST_AUTO_TEST_CASE(a_read_sees_one_snapshot_and_cannot_write) {
  item_world world;
  auto error = error_of(world.db.run(std::vector<statement>{insert_item(1)}, tx::read));
  BOOST_TEST(error.sqlstate == "25006");
  auto isolation = world.db.run_one(say("show transaction_isolation"), tx::read);
  BOOST_REQUIRE(isolation);
  BOOST_TEST(isolation->get_text(0, 0) == "repeatable read");
}

BOOST_AUTO_TEST_CASE(a_statement_is_prepared_once_with_its_first_use) {
  item_world world;
  auto prepared = [&] {
    return world.db
      .run_one(say("select count(*) from pg_prepared_statements where name = 'insert_item'"))
      ->get_int(0, 0);
  };
  BOOST_TEST(prepared() == 0);
  for (int i = 0; i < 3; ++i) {
    std::vector<statement> said{insert_item(2 * i), insert_item(2 * i + 1)};
    BOOST_REQUIRE(world.db.run(said, tx::transaction));
    BOOST_TEST(prepared() == 1);
  }
  BOOST_TEST(world.count() == 6);
}

BOOST_AUTO_TEST_CASE(what_an_error_kept_from_being_prepared_is_prepared_later) {
  item_world world;
  std::vector<statement> said{say("select 1/0"), insert_item(1)};
  BOOST_TEST(text_of(error_of(world.db.run(said, tx::transaction)).kind) == "poison");
  said.erase(said.begin());
  BOOST_TEST(text_of(error_of(world.db.run(said, tx::transaction)).kind) == "none");
  statement wrong{"wrong", "select no_such_column from item", {}};
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(error_of(world.db.run(std::span{&wrong, 1}, tx::single)).sqlstate == "42703");
  BOOST_TEST(world.db.opens() == 1u);
}

BOOST_AUTO_TEST_CASE(one_name_for_two_statements_is_refused) {
  item_world world;
  statement one{"twice", "select 1", {}};
  statement other{"twice", "select 1 + 1", {}};
  BOOST_REQUIRE(world.db.run_one(one));
  auto refused = world.db.run_one(other, tx::transaction);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(text_of(refused.error().kind) == "poison");
  BOOST_TEST((world.db.run_one(one).has_value()));
}

BOOST_AUTO_TEST_CASE(a_table_that_changes_under_a_plan_costs_one_retry) {
  item_world world;
  statement star{"star", "select * from item", {}};
  BOOST_REQUIRE(world.db.run_one(star));
  server().exec("alter table item add column more text", world.database);
  BOOST_TEST(world.db.run_one(star, tx::transaction).error().sqlstate == "0A000");
  auto again = world.db.run_one(star, tx::transaction);
  BOOST_REQUIRE(again);
  BOOST_TEST(again->columns() == 3u);
}

BOOST_AUTO_TEST_CASE(copy_is_refused_and_harms_nobody) {
  item_world world;
  auto refused = world.db.run_one(say("copy item from stdin"), tx::transaction);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(text_of(refused.error().kind) == "poison");
  BOOST_TEST((world.db.run_one(say("select 1")).has_value()));
}

BOOST_AUTO_TEST_CASE(a_pipeline_larger_than_every_buffer_passes_both_ways) {
  item_world world;
  std::string note(300'000, 'n');
  std::vector<statement> said;
  for (int i = 0; i < 60; ++i) {
    said.push_back(insert_item(i, note));
    said.push_back(say("select note from item order by id desc limit 1"));
  }
  auto result = world.db.run(said, tx::transaction);
  BOOST_REQUIRE_MESSAGE(result, describe(error_of(result)));
  for (std::size_t i = 1; i < said.size(); i += 2)
    BOOST_TEST((*result)[i].get_text(0, 0).size() == note.size());
  BOOST_TEST(world.count() == 60);
}

BOOST_AUTO_TEST_CASE(a_script_runs_several_commands_or_none) {
  item_world world;
  BOOST_REQUIRE(
    world.db.script("insert into item values (1, 'a'); insert into item values (2, 'b')"));
  auto failed =
    world.db.script("insert into item values (3, 'c'); insert into item values (1, 'a')");
  BOOST_REQUIRE(!failed);
  BOOST_TEST(failed.error().sqlstate == "23505");
  BOOST_TEST(world.count() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
