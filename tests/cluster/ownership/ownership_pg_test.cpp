#include "runtime/store/fence.hpp"
#include "tests/cluster/ownership/driver_world.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

using namespace recado;
using namespace recado::cluster;
using namespace recado::cluster::test;

namespace {

struct all_owned : ownership_database {
  running_node node{*this, {"n1", 1}};
  all_owned() {
    node.start();
    BOOST_REQUIRE(node.until([this] { return node.owned() == 64; }));
  }
};

using resolution = std::pair<std::vector<held_partition>, std::vector<partition_id>>;

resolution resolve(ownership_driver& driver, std::vector<held_partition> seen, int backend = 0) {
  std::promise<resolution> told;
  driver.resolve(std::move(seen), backend, [&told](auto kept, auto lost) {
    told.set_value({std::move(kept), std::move(lost)});
  });
  return told.get_future().get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(ownership_on_postgres)

BOOST_FIXTURE_TEST_CASE(the_first_node_claims_everything_and_serves, all_owned) {
  BOOST_TEST(node.driver.serving());
  BOOST_TEST(!node.holding.at(7).adoption);
  BOOST_TEST(node.holding.at(7).at == 1);
  BOOST_TEST(node.clock.has_value());
  auto rows = query("select count(*) from partition where owner_node = 'n1' and epoch = 1");
  BOOST_TEST(rows.get_int(0, 0) == 64);
}

BOOST_FIXTURE_TEST_CASE(the_next_incarnation_is_above_all_others, ownership_database) {
  auto db = another();
  auto first = next_incarnation(db, "n1").value();
  BOOST_TEST(first > 1'600'000'000'000'000);
  exec("insert into node (node_id, incarnation) values ('n1', 9000000000000000000)");
  BOOST_TEST(next_incarnation(db, "n1").value() == 9'000'000'000'000'000'001);
}

BOOST_FIXTURE_TEST_CASE(a_restarted_node_takes_back_what_it_had, ownership_database) {
  give_all_to({"n1", 1});
  exec("update partition set standard_generation = 2, standard_seq = 17 where id = 5");
  running_node node{*this, {"n1", 2}};
  node.start();
  BOOST_REQUIRE(node.until([&] { return node.owned() == 64; }));
  const auto& five = node.holding.at(5);
  BOOST_TEST(five.adoption);
  BOOST_TEST(five.at == 2);
  BOOST_TEST(five.cursors[1].generation == 2);
  BOOST_TEST(five.cursors[1].seq == 17);
  BOOST_TEST(!query("select left_at is null from node where incarnation = 1").get_bool(0, 0));
}

BOOST_FIXTURE_TEST_CASE(a_lost_session_costs_no_partition, all_owned) {
  auto before = node.driver.counters().heartbeats;
  exec("select pg_terminate_backend(pid) from pg_stat_activity where application_name = "
       "'recado-n1-1'");
  while (node.driver.counters().heartbeats < before + 10)
    std::this_thread::sleep_for(10ms);
  BOOST_TEST(node.owned() == 64u);
  BOOST_TEST(node.dropped.empty());
  // and its node id is locked again
  auto lock = query("select pg_try_advisory_lock(hashtext('recado-node'), hashtext('n1'))");
  BOOST_TEST(!lock.get_bool(0, 0));
}

BOOST_FIXTURE_TEST_CASE(a_hung_session_of_a_dead_node_is_ended, ownership_database) {
  give_all_to({"n1", 1});
  auto hung = another("recado-n1-1");
  BOOST_REQUIRE(hung.script("begin; select recado_fence('{3}', '{1}')"));
  running_node node{*this, {"n1", 2}};
  node.start();
  BOOST_REQUIRE(node.until([&] { return node.owned() == 64; }));
  BOOST_TEST(node.driver.counters().terminated >= 1u);
  // Its transaction is gone: the commit fails, or finds itself in a new session.
  bool committed = hung.script("commit").has_value();
  BOOST_TEST((!committed || hung.opens() == 2u));
}

BOOST_FIXTURE_TEST_CASE(a_second_process_with_the_same_node_id_waits, all_owned) {
  running_node second{*this, {"n1", 2}};
  second.start();
  std::this_thread::sleep_for(1500ms);
  {
    std::lock_guard lock{second.mutex};
    BOOST_TEST(second.owned() == 0u);
  }
  node.driver.stop(10s);
  BOOST_REQUIRE(second.until([&] { return second.owned() == 64; }));
  BOOST_TEST(!second.holding.at(0).adoption);
}

BOOST_FIXTURE_TEST_CASE(a_silent_process_loses_its_node_id, ownership_database) {
  give_all_to({"n1", 1});
  auto silent = another("recado-n1-1");
  BOOST_REQUIRE(silent.script("select pg_advisory_lock(hashtext('recado-node'), hashtext('n1'))"));
  running_node node{*this, {"n1", 2}};
  node.start();
  BOOST_REQUIRE(node.until([&] { return node.owned() == 64; }));
}

BOOST_FIXTURE_TEST_CASE(a_stop_hands_everything_back, all_owned) {
  node.driver.stop(20s);
  auto rows = query("select count(*) from partition where owner_node is null and express_seq = "
                    "100 + id and standard_generation = 0 and bulk_command is not null");
  BOOST_TEST(rows.get_int(0, 0) == 64);
  BOOST_TEST(query("select left_at is not null from node").get_bool(0, 0));
  BOOST_TEST(node.dropped.empty());
  BOOST_TEST(!node.driver.serving());
}

BOOST_FIXTURE_TEST_CASE(a_stop_without_answers_ends_at_its_deadline, ownership_database) {
  running_node node{*this, {"n1", 1}, false};
  node.start();
  BOOST_REQUIRE(node.until([&] { return node.owned() == 64; }));
  node.driver.stop(300ms);
  BOOST_TEST(node.dropped.size() == 64u);
  running_node next{*this, {"n1", 2}};
  next.start();
  BOOST_REQUIRE(next.until([&] { return next.owned() == 64; }));
  BOOST_TEST(next.holding.at(0).adoption);
}

BOOST_FIXTURE_TEST_CASE(another_node_takes_over_from_one_that_left, ownership_database) {
  give_all_to({"n2", 1});
  exec("update node set left_at = now()");
  running_node node{*this, {"n1", 1}};
  node.start();
  BOOST_REQUIRE(node.until([&] { return node.owned() == 64; }));
}

BOOST_FIXTURE_TEST_CASE(a_living_owner_takes_back_what_its_lost_release_left_and_nobody_has_died,
                        all_owned) {
  exec("insert into suspect select id, '0197a000-0000-7000-8000-000000000001', 0, epoch, now() "
       "from partition where id = 7");
  // As a crash of PostgreSQL does it: the release is done, and the row is as before.
  exec("create function lose() returns trigger language plpgsql as 'begin return null; end'");
  exec("create trigger lose before update on partition for each row "
       "when (new.owner_node is null) execute function lose()");
  {
    std::lock_guard lock{node.mutex};
    node.holding.erase(7);
  }
  node.driver.release(7, {});
  BOOST_REQUIRE(node.until([this] { return node.holding.contains(7); }));
  BOOST_TEST(node.holding.at(7).at == 2);
  BOOST_TEST(!node.holding.at(7).adoption);
  BOOST_TEST(query("select deaths_without_commit from partition where id = 7").get_int(0, 0) == 0);
  BOOST_TEST(query("select attempts from suspect").get_int(0, 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(without_postgres_nothing_is_served_until_it_is_back, all_owned) {
  server().pause();
  BOOST_CHECK(node.until([this] { return node.serving.size() == 2; }));
  BOOST_TEST(!node.driver.serving());
  server().resume();
  BOOST_REQUIRE(node.until([this] { return node.serving.size() == 3; }));
  BOOST_TEST(node.driver.serving());
  BOOST_TEST(node.owned() == 64u);
  BOOST_TEST(node.dropped.empty());
}

BOOST_FIXTURE_TEST_CASE(a_partition_that_was_taken_is_dropped, all_owned) {
  exec("update partition set epoch = 9, owner_node = 'n2', owner_incarnation = 1 where id = 4");
  node.driver.lost(4, 1);
  BOOST_REQUIRE(node.until([this] { return node.dropped.contains(4); }));
  // n2 has no row and never beats: it comes back to us in the end
  BOOST_REQUIRE(node.until([this] { return node.holding.contains(4); }));
  BOOST_TEST(node.holding.at(4).at == 10);
}

BOOST_FIXTURE_TEST_CASE(a_node_whose_row_was_closed_gives_up, all_owned) {
  exec("update node set left_at = now()");
  BOOST_REQUIRE(node.until([this] { return node.superseded; }));
  BOOST_TEST(node.dropped.size() == 64u);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_commit_is_made_definite, all_owned) {
  auto doubtful = another("recado-n1-1");
  BOOST_REQUIRE(doubtful.script("begin; select recado_fence('{1,2}', '{1,1}')"));
  auto [kept, lost] = resolve(node.driver, {{1, 1}, {2, 1}}, doubtful.backend_pid());
  BOOST_TEST(lost.empty());
  BOOST_TEST(kept.size() == 2u);
  BOOST_TEST(kept.at(0).second == 2);
  (void)doubtful.script("commit"); // in a new session: there is nothing to commit
  BOOST_TEST(doubtful.opens() == 2u);
  auto db = another();
  std::vector<held_partition> old{{1, 1}}, fresh{{1, 2}, {2, 2}};
  BOOST_TEST(!db.run_one(store::fence(old), store::tx::transaction).has_value());
  BOOST_TEST(db.run_one(store::fence(fresh), store::tx::transaction).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_doubtful_session_that_hangs_is_found_by_itself, all_owned) {
  auto doubtful = another("recado-n1-1");
  BOOST_REQUIRE(doubtful.script("begin; select recado_fence('{1}', '{1}')"));
  auto [kept, lost] = resolve(node.driver, {{1, 1}});
  BOOST_TEST(kept.size() == 1u);
  (void)doubtful.script("commit"); // in a new session: there is nothing to commit
  BOOST_TEST(doubtful.opens() == 2u);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_ours_any_more_is_lost_in_the_resolution, all_owned) {
  exec("update partition set epoch = 9, owner_node = 'n2', owner_incarnation = 1 where id = 4");
  auto [kept, lost] = resolve(node.driver, {{3, 1}, {4, 1}});
  BOOST_TEST(kept.size() == 1u);
  BOOST_REQUIRE(lost.size() == 1u);
  BOOST_TEST(lost.at(0) == 4);
  BOOST_REQUIRE(node.until([this] { return node.dropped.contains(4); }));
}

BOOST_FIXTURE_TEST_CASE(a_resolution_that_is_made_again_raises_nothing_again, all_owned) {
  for (int i = 0; i < 2; ++i) {
    auto [kept, lost] = resolve(node.driver, {{1, 1}, {2, 1}});
    BOOST_TEST(lost.empty());
    BOOST_REQUIRE(kept.size() == 2u);
    BOOST_TEST(kept.at(0).second == 2);
  }
  auto [kept, lost] = resolve(node.driver, {{1, 2}});
  BOOST_TEST(kept.at(0).second == 3);
}

BOOST_FIXTURE_TEST_CASE(a_resolution_waits_for_postgres, all_owned) {
  server().kill9();
  std::promise<resolution> told;
  node.driver.resolve({{1, 1}}, 0, [&told](auto kept, auto lost) {
    told.set_value({std::move(kept), std::move(lost)});
  });
  auto answer = told.get_future();
  BOOST_TEST((answer.wait_for(300ms) == std::future_status::timeout));
  server().start();
  auto [kept, lost] = answer.get();
  BOOST_TEST(kept.size() == 1u);
  BOOST_TEST(lost.empty());
}

BOOST_AUTO_TEST_SUITE_END()
