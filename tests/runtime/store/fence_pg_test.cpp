#include "runtime/store/fence.hpp"

#include "embedded/store_test_schema.hpp"
#include "tests/runtime/store/support.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>

using namespace recado;
using namespace recado::store;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

/// A database with 64 partitions of epoch 0, and a ledger of who committed under which epoch.
struct partition_world {
  std::string database = server().clean_database();
  connection db{server().config(database)};

  partition_world() {
    for (const auto& file : embedded::store_test_schema())
      if (file.name == "0001_partitions.sql" || file.name == "0008_quarantine.sql" ||
          file.name == "0010_cheaper_fence.sql") // what there is of claims and fences
        server().exec(file.content, database);
    server().exec("insert into partition (id) select generate_series(0, 63)", database);
    server().exec(
      "create table ledger (n int8 generated always as identity, part int2, epoch int8)", database);
  }
  connection another(milliseconds lock_timeout = 0ms) const {
    auto config = server().config(database);
    config.lock_timeout = lock_timeout;
    return connection{config};
  }
};

statement note(std::span<const held_epoch> held) {
  int2_array ids;
  int8_array epochs;
  for (auto [id, at] : held) {
    ids.push(static_cast<std::int16_t>(id));
    epochs.push(at);
  }
  return {"note", "insert into ledger (part, epoch) select * from unnest($1, $2)",
          params{}.add_array(ids).add_array(epochs), expect::none};
}

outcome commit(connection& db, std::vector<held_epoch> held) {
  std::vector<statement> said{fence(held), note(held)};
  return db.run(said, tx::transaction);
}

std::vector<held_epoch> claimed(connection& db, std::vector<held_epoch> seen,
                                std::string_view node) {
  auto found = db.run_one(claim(seen, node, 1), tx::transaction);
  BOOST_REQUIRE_MESSAGE(found, describe(found ? store_error{} : found.error()));
  std::vector<held_epoch> won;
  for (std::size_t i = 0; i < found->size(); ++i)
    won.emplace_back(static_cast<partition_id>(found->get_int(i, 0)), found->get_int(i, 1));
  std::sort(won.begin(), won.end());
  return won;
}

template <class Int>
array_of<Int> ints(std::initializer_list<Int> values) {
  array_of<Int> out;
  for (auto value : values)
    out.push(value);
  return out;
}

using epochs = std::vector<held_epoch>;
using ids = std::vector<partition_id>;

} // namespace

BOOST_AUTO_TEST_SUITE(fences)

BOOST_AUTO_TEST_CASE(an_owner_commits_in_any_order_of_its_ids) {
  partition_world world;
  BOOST_TEST((commit(world.db, {{7, 0}, {3, 0}, {63, 0}, {0, 0}}).has_value()));
  BOOST_TEST(server().query("select count(*) from ledger", world.database).get_int(0, 0) == 4);
}

BOOST_AUTO_TEST_CASE(a_deposed_owner_is_told_which_and_commits_nothing) {
  partition_world world;
  BOOST_TEST((claimed(world.db, {{3, 0}, {10, 0}}, "n2") == epochs{{3, 1}, {10, 1}}));
  auto error = error_of(commit(world.db, {{10, 0}, {5, 0}, {3, 0}, {6, 0}}));
  BOOST_TEST((error.kind == error_kind::fenced));
  BOOST_TEST(error.statement_index == 0u);
  BOOST_TEST((parse_lost(error) == ids{3, 10}));
  BOOST_TEST(server().query("select count(*) from ledger", world.database).get_int(0, 0) == 0);
  BOOST_TEST((commit(world.db, {{5, 0}, {6, 0}}).has_value())); // rebuilt without them
  error = error_of(commit(world.db, {{3, 0}}));
  BOOST_TEST((parse_lost(error) == ids{3})); // all of them lost
}

BOOST_AUTO_TEST_CASE(an_unknown_partition_or_a_future_epoch_is_lost) {
  partition_world world;
  auto error = error_of(commit(world.db, {{64, 0}, {1, 9}, {2, 0}}));
  BOOST_TEST((parse_lost(error) == ids{1, 64}));
}

BOOST_AUTO_TEST_CASE(arguments_that_would_leave_the_fence_open_are_refused) {
  partition_world world;
  for (auto call :
       {"select recado_fence(null, null)", "select recado_fence('{}', '{}')",
        "select recado_fence('{1,2}', '{0}')", "select recado_fence('{1,null}', '{0,0}')",
        "select recado_fence('{1,1}', '{0,0}')", "select recado_fence('{1,1}', '{0,5}')",
        "select recado_fence('{1}', '{0,0}')", "select recado_fence('{1,2}', null)"})
    BOOST_TEST(world.db.run_one(say(call)).error().sqlstate == "22023", call);
  BOOST_TEST(world.db.run_one(say("select recado_fence('{1}', '{null}')")).error().sqlstate ==
             "RF001");
}

BOOST_AUTO_TEST_CASE(a_statement_that_would_leave_the_fence_open_is_refused) {
  partition_world world;
  for (const auto& held : {epochs{{1, 0}, {1, 0}}, epochs{{1, 0}, {1, 5}}, epochs{{1, 5}, {1, 0}}})
    BOOST_TEST(error_of(commit(world.db, held)).sqlstate == "22023");
  auto open = fence(epochs{{1, 0}});
  for (const auto& values :
       {params{}.add_array(int2_array{}).add_array(int8_array{}), // no ids at all
        params{}.add_array(ints<std::int16_t>({1, 2})).add_array(ints<std::int64_t>({0})),
        params{}.add_array(ints<std::int16_t>({1})).add_array(ints<std::int64_t>({0, 0}))}) {
    open.values = values;
    BOOST_TEST(world.db.run_one(open).error().sqlstate == "22023");
  }
}

BOOST_AUTO_TEST_CASE(nobody_can_slip_another_table_under_the_fence) {
  partition_world world;
  BOOST_REQUIRE(
    world.db.script("create schema evil; create table evil.partition (id int2, epoch int8);"
                    "create temp table partition (id int2, epoch int8);"
                    "set search_path = evil, pg_temp, public"));
  BOOST_TEST((commit(world.db, {{1, 0}}).has_value()));
  auto held = world.db.run_one(say("select public.recado_fence('{1}', '{0}')"));
  BOOST_TEST(held.has_value());
  server().exec("drop schema evil cascade", world.database);
}

BOOST_AUTO_TEST_CASE(a_claim_takes_what_is_as_it_was_seen) {
  partition_world world;
  BOOST_TEST((claimed(world.db, {{1, 0}}, "n1") == epochs{{1, 1}}));
  BOOST_TEST((claimed(world.db, {{2, 0}, {1, 0}, {99, 0}}, "n2") == epochs{{2, 1}}));
  BOOST_TEST((claimed(world.db, {{1, 1}}, "n3") == epochs{{1, 2}}));
  auto r = server().query(
    "select owner_node, owner_incarnation, epoch, target from partition where id = 1",
    world.database);
  BOOST_TEST(r.get_text(0, 0) == "n3");
  BOOST_TEST(r.get_int(0, 1) == 1);
  BOOST_TEST(r.get_int(0, 2) == 2);
  BOOST_TEST(r.is_null(0, 3));
}

BOOST_AUTO_TEST_CASE(a_claim_waits_for_a_commit_under_way_and_not_longer_than_it_may) {
  partition_world world;
  auto other = world.another(50ms);
  BOOST_REQUIRE(world.db.script("begin; select recado_fence('{4,5}', '{0,0}')"));
  epochs seen{{5, 0}};
  auto blocked = other.run_one(claim(seen, "n2", 1), tx::transaction);
  BOOST_REQUIRE(!blocked);
  BOOST_TEST(blocked.error().sqlstate == "55P03");
  BOOST_TEST((claimed(other, {{6, 0}}, "n2") == epochs{{6, 1}})); // its neighbours are free
  BOOST_REQUIRE(world.db.script("commit"));
  BOOST_TEST((claimed(other, {{5, 0}}, "n2") == epochs{{5, 1}}));
}

BOOST_AUTO_TEST_CASE(a_fence_that_waited_for_a_claim_is_lost) {
  partition_world world;
  auto other = world.another();
  BOOST_REQUIRE(world.db.script("begin; select recado_claim('{8}', '{0}', 'n2', 1)"));
  std::atomic<bool> done{false};
  outcome result;
  std::thread owner{[&] {
    result = commit(other, {{7, 0}, {8, 0}, {9, 0}});
    done = true;
  }};
  auto waiting = "select count(*) from pg_locks where not granted";
  while (server().query(waiting, world.database).get_int(0, 0) == 0)
    std::this_thread::sleep_for(1ms);
  BOOST_TEST(!done);
  BOOST_REQUIRE(world.db.script("commit"));
  owner.join();
  BOOST_TEST((parse_lost(error_of(result)) == ids{8}));
}

BOOST_AUTO_TEST_CASE(writing_the_cursor_does_not_lose_the_fence) {
  partition_world world;
  auto other = world.another();
  BOOST_REQUIRE(world.db.script("begin; update partition set bulk_seq = 5 where id = 8"));
  outcome result;
  std::thread owner{[&] { result = commit(other, {{8, 0}}); }};
  auto waiting = "select count(*) from pg_locks where not granted";
  while (server().query(waiting, world.database).get_int(0, 0) == 0)
    std::this_thread::sleep_for(1ms);
  BOOST_REQUIRE(world.db.script("commit"));
  owner.join();
  BOOST_TEST(result.has_value());
}

namespace {

/// Two owners commit and claim random partitions in random orders, as fast as they can.
struct rival {
  partition_world& world;
  std::string name;
  unsigned seed;
  int commits = 0, fenced = 0, claims = 0;
  std::string failure{};

  void play(int turns) {
    auto db = world.another();
    std::mt19937 random{seed};
    std::vector<epoch> known(16, 0); // what it believes
    for (int turn = 0; turn < turns && failure.empty(); ++turn) {
      auto held = some(random, known);
      if (random() % 10 == 0)
        claim_them(db, held, known);
      else
        commit_them(db, held, known);
    }
  }
  static epochs some(std::mt19937& random, const std::vector<epoch>& known) {
    ids all(known.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = static_cast<partition_id>(i);
    std::shuffle(all.begin(), all.end(), random);
    epochs held;
    for (std::size_t i = 0; i <= random() % 6; ++i)
      held.emplace_back(all[i], known[all[i]]);
    return held;
  }
  void commit_them(connection& db, const epochs& held, std::vector<epoch>& known) {
    auto result = commit(db, held);
    if (result) {
      ++commits;
    } else if (result.error().kind == error_kind::fenced) {
      ++fenced;
      for (auto id : parse_lost(result.error()))
        ++known[id]; // the other has it: catch up
    } else {
      failure = describe(result.error());
    }
  }
  void claim_them(connection& db, const epochs& held, std::vector<epoch>& known) {
    auto found = db.run_one(claim(held, name, 1), tx::transaction);
    if (!found) {
      failure = describe(found.error());
      return;
    }
    for (std::size_t i = 0; i < found->size(); ++i)
      known[static_cast<std::size_t>(found->get_int(i, 0))] = found->get_int(i, 1);
    claims += static_cast<int>(found->size());
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(rivals_in_random_order_never_deadlock_and_epochs_never_go_back) {
  partition_world world;
  // Cheap commits make for many: what is tested here are locks, not the disk.
  server().exec("alter database " + world.database + " set synchronous_commit = off");
  rival a{world, "a", 1};
  rival b{world, "b", 2};
  std::thread other{[&] { b.play(2'000); }};
  a.play(2'000);
  other.join();
  BOOST_TEST(a.failure == "");
  BOOST_TEST(b.failure == "");
  BOOST_TEST(a.commits > 0);
  BOOST_TEST(a.fenced + b.fenced > 0);
  BOOST_TEST(a.claims + b.claims > 0);
  // Identity values grow in the order of the inserts, which the fence serialises per partition.
  auto back =
    "select count(*) from (select epoch < lag(epoch) over (partition by part order by n) as back"
    " from ledger) l where back";
  BOOST_TEST(server().query(back, world.database).get_int(0, 0) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
