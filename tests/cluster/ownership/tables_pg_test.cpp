#include "cluster/ownership/partition_table.hpp"
#include "cluster/ownership/stream_rows.hpp"
#include "tests/cluster/ownership/driver_world.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace recado::cluster::test;

BOOST_AUTO_TEST_SUITE(ownership_tables_on_postgres)

BOOST_FIXTURE_TEST_CASE(the_number_of_partitions_is_pinned_once, ownership_database) {
  auto db = another();
  BOOST_TEST(pin_partitions(db, 128).value() == 64);
  BOOST_TEST(query("select count(*) from partition").get_int(0, 0) == 64);
  exec("update meta set value = 'md5' where key = 'partition_hash'");
  BOOST_TEST((pin_partitions(db).error().code == ec::conflict));
}

BOOST_FIXTURE_TEST_CASE(the_streams_row_moves_by_compare_and_set, ownership_database) {
  stream_rows uut{server().config(name)};
  BOOST_TEST((uut.load("c1-CMD").value() == registered_stream{}));
  registered_stream first{1, ""}, second{1, "2026-11-22T07:00:00Z"}, third{2, ""};
  BOOST_TEST(uut.compare_and_set("c1-CMD", {}, first).value());
  BOOST_TEST(!uut.compare_and_set("c1-CMD", {}, first).value());
  BOOST_TEST((uut.load("c1-CMD").value() == first));
  BOOST_TEST(uut.compare_and_set("c1-CMD", first, second).value());
  BOOST_TEST(!uut.compare_and_set("c1-CMD", first, third).value());
  BOOST_TEST(uut.compare_and_set("c1-CMD", second, third).value());
  BOOST_TEST((uut.load("c1-CMD").value() == third));
}

BOOST_AUTO_TEST_SUITE_END()
