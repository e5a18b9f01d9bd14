/// Deaths of owners are counted where commands were under way, and too many end in quarantine.
#include "cluster/ownership/cluster_table.hpp"
#include "cluster/ownership/ownership_queries.hpp"
#include "tests/cluster/ownership/driver_world.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace recado;
using namespace recado::cluster;
using namespace recado::cluster::test;

namespace {

struct deaths : ownership_database {
  store::connection db = another();
  std::int64_t life = 0;

  deaths() { give_all_to({"n1", 0}); }
  /// The next life adopts partitions 5 and 6; those that it got.
  std::vector<owned_partition> adopt() {
    std::vector<held_partition> seen;
    auto rows = query("select id, epoch from partition where id in (5, 6)");
    for (std::size_t i = 0; i < rows.size(); ++i)
      seen.emplace_back(static_cast<partition_id>(rows.get_int(i, 0)), rows.get_int(i, 1));
    auto got = db.run(sql::claim(seen, {"n1", ++life}, true), store::tx::transaction);
    BOOST_REQUIRE(got);
    return sql::claimed_of(*got);
  }
  /// As its owner of now does.
  void begin_something_in_five() const {
    exec("insert into suspect select id, '0197a000-0000-7000-8000-000000000001', 0, epoch, now() "
         "from partition where id = 5 "
         "on conflict (part, command_id) do update set epoch = excluded.epoch");
  }
  /// Partition 5 is given back, and PostgreSQL crashes before it has written its log.
  void release_five_and_crash() {
    auto writer = static_cast<pid_t>(
      query("select pid from pg_stat_activity where backend_type = 'walwriter'").get_int(0, 0));
    auto at = query("select epoch from partition where id = 5").get_int(0, 0);
    ::kill(writer, SIGSTOP);
    auto given = db.run(sql::release(5, at, {}, "", {"n1", life}), store::tx::transaction);
    server().kill9();
    server().start();
    BOOST_REQUIRE(given);
    BOOST_REQUIRE(db.open());
  }
  bool five_has_an_owner() const {
    return query("select owner_node is not null from partition where id = 5").get_bool(0, 0);
  }
  std::int64_t attempts() const { return query("select attempts from suspect").get_int(0, 0); }
  std::int64_t deaths_of(int part) const {
    return query("select deaths_without_commit from partition where id = " + std::to_string(part))
      .get_int(0, 0);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(quarantine)

BOOST_FIXTURE_TEST_CASE(an_idle_partition_survives_any_number_of_owners, deaths) {
  for (int i = 0; i < 3 * sql::deaths_max; ++i)
    BOOST_REQUIRE_EQUAL(adopt().size(), 2u);
  BOOST_TEST(deaths_of(6) == 0);
}

BOOST_FIXTURE_TEST_CASE(suspects_are_told_to_the_next_owner, deaths) {
  begin_something_in_five();
  auto got = adopt();
  BOOST_REQUIRE_EQUAL(got.size(), 2u);
  BOOST_TEST(got[0].suspects.size() + got[1].suspects.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_death_counts_against_what_was_begun_in_that_life_alone, deaths) {
  begin_something_in_five();
  adopt();
  BOOST_TEST(attempts() == 1);
  BOOST_TEST(deaths_of(5) == 1);
  adopt(); // this one died without having begun it
  BOOST_TEST(attempts() == 1);
  BOOST_TEST(deaths_of(5) == 1);
  begin_something_in_five();
  adopt();
  BOOST_TEST(attempts() == 2);
  BOOST_TEST(deaths_of(5) == 2);
}

BOOST_FIXTURE_TEST_CASE(a_partition_that_was_given_back_counts_nothing, deaths) {
  begin_something_in_five();
  for (int i = 0; i < sql::deaths_max + 1; ++i) {
    exec("update partition set owner_node = null, owner_incarnation = null where id = 5");
    std::vector<held_partition> seen{
      {5, query("select epoch from partition where id = 5").get_int(0, 0)}};
    auto got = db.run(sql::claim(seen, {"n1", ++life}, false), store::tx::transaction);
    BOOST_REQUIRE(got);
    BOOST_REQUIRE_EQUAL(sql::claimed_of(*got).size(), 1u);
    begin_something_in_five();
  }
  BOOST_TEST(attempts() == 0);
  BOOST_TEST(deaths_of(5) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_release_that_postgresql_lost_is_no_death, deaths) {
  release_five_and_crash();
  BOOST_TEST(five_has_an_owner()); // nobody waited for the disk
  BOOST_REQUIRE_EQUAL(adopt().size(), 2u);
  BOOST_TEST(deaths_of(5) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_release_is_not_lost_where_something_is_named, deaths) {
  begin_something_in_five();
  release_five_and_crash();
  BOOST_TEST(!five_has_an_owner());
  adopt(); // whatever the claimer took it for
  BOOST_TEST(deaths_of(6) == 0);
}

BOOST_FIXTURE_TEST_CASE(nobody_takes_a_quarantined_partition_whatever_it_knows_of_quarantine,
                        deaths) {
  exec("update partition set quarantined_at = now(), owner_node = null where id in (5, 6)");
  std::vector<held_partition> seen{
    {5, query("select epoch from partition where id = 5").get_int(0, 0)}};
  auto got = db.run(sql::claim(seen, {"n1", 1}, false), store::tx::transaction);
  BOOST_REQUIRE(got);
  BOOST_TEST(sql::claimed_of(*got).empty());
  BOOST_TEST(adopt().empty());
}

BOOST_FIXTURE_TEST_CASE(too_many_deaths_without_a_commit_end_in_quarantine_until_it_is_released,
                        deaths) {
  for (int i = 1; i < sql::deaths_max; ++i) {
    begin_something_in_five();
    BOOST_REQUIRE_EQUAL(adopt().size(), 2u);
  }
  begin_something_in_five();
  auto got = adopt();
  BOOST_REQUIRE_EQUAL(got.size(), 1u);
  BOOST_TEST(got[0].id == 6);
  auto views = sql::partition_views(db.run(sql::view(), store::tx::read)->at(1));
  BOOST_TEST(views[5].quarantined);
  BOOST_TEST(views[5].owner.empty());
  BOOST_TEST(!views[6].quarantined);
  // The others are served on, and nobody takes it.
  running_node node{*this, {"n2", 1}};
  node.start();
  BOOST_REQUIRE(node.until([&] { return node.owned() == 63; }));
  BOOST_TEST(!node.holding.contains(5));
  BOOST_TEST(node.driver.counters().quarantined == 1u);
  BOOST_REQUIRE(node.until([&] { return node.driver.counters().unowned == 0; }));
  BOOST_TEST(db.run_one(sql::end_quarantine(6))->affected() == 0);
  BOOST_TEST(db.run_one(sql::end_quarantine(5))->affected() == 1);
  BOOST_REQUIRE(node.until([&] { return node.owned() == 64; }));
  BOOST_TEST(node.holding.at(5).suspects.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(who_gave_a_partition_back_is_known, deaths) {
  auto epoch = query("select epoch from partition where id = 9").get_int(0, 0);
  BOOST_REQUIRE(
    db.run(sql::release(9, epoch, {}, "n2", {"n1", 0}), store::tx::transaction).has_value());
  auto views = sql::partition_views(db.run(sql::view(), store::tx::read)->at(1));
  BOOST_TEST(views[9].released_by == "n1");
  BOOST_TEST(views[9].target == "n2");
  // A node that does not say who it is must not leave the name of another one.
  auto seen = std::vector<held_partition>{{9, epoch}};
  BOOST_REQUIRE(db.run(sql::claim(seen, {"n2", 1}, false), store::tx::transaction));
  exec("update partition set owner_node = null, target = 'n3' where id = 9");
  BOOST_TEST(sql::partition_views(db.run(sql::view(), store::tx::read)->at(1))[9].released_by ==
             "");
}

BOOST_AUTO_TEST_SUITE_END()
