#include "node/database/migrate.hpp"
#include "node/database/registry.hpp"
#include "tests/worlds/postgres_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;

namespace {

/// A migrated database of its own.
struct fixture {
  test::postgres_server server;
  store::connection db{[this] {
    auto made = database::create(server.url(), "shop");
    BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error()));
    auto done = database::migrate(server.url("shop"));
    BOOST_REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error()));
    return database::setup_connection(server.url("shop"));
  }()};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_database_is_created_and_migrated_once, fixture) {
  BOOST_TEST(!*database::create(server.url(), "shop"));
  auto again = database::migrate(server.url("shop"));
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(again->applied == 0);
  BOOST_TEST(again->version > 0);
}

BOOST_FIXTURE_TEST_CASE(a_node_waits_for_every_migration_that_it_knows, fixture) {
  BOOST_TEST(database::check_schema(db).has_value());
  auto last = std::to_string(database::known_version());
  auto before = std::to_string(database::known_version() - 1);
  auto forget = db.script("delete from schema_migration where version = " + last);
  BOOST_REQUIRE(forget.has_value());
  auto early = database::check_schema(db);
  BOOST_REQUIRE(!early.has_value());
  BOOST_TEST((early.error().code == ec::store_unavailable));
  BOOST_TEST(early.error().detail ==
             "the database is at migration " + before + ", this program needs " + last);
  store::connection empty{database::setup_connection(server.url("postgres"))};
  BOOST_TEST(!database::check_schema(empty).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_node_works_beside_a_newer_one, fixture) {
  auto newer = db.script("update schema_migration set version = version + 1 where version = " +
                         std::to_string(database::known_version()));
  BOOST_REQUIRE(newer.has_value());
  BOOST_TEST(database::check_schema(db).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_client_is_made_listed_and_rotated_and_its_secret_is_not_kept, fixture) {
  auto made = clients::create(db, "shop", "messages:read", "secret-one");
  BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error()));
  BOOST_TEST(!made->rotated_at.has_value());
  auto all = clients::list(db);
  BOOST_REQUIRE(all.has_value());
  BOOST_TEST(all->size() == 1u);
  BOOST_TEST(all->front().name == "shop");

  auto rotated = clients::rotate(db, made->id, "secret-two");
  BOOST_REQUIRE(rotated.has_value());
  BOOST_TEST(rotated->rotated_at.has_value());
  auto kept = db.run_one({.name = {},
                          .sql = "select secret_sha256 = sha256('secret-two'::bytea) from client",
                          .values = {}});
  BOOST_REQUIRE(kept.has_value());
  BOOST_TEST(kept->get_bool(0, 0));
  BOOST_TEST(!clients::rotate(db, client_id::make(), "x").has_value());
}

BOOST_FIXTURE_TEST_CASE(the_demo_client_is_made_to_be_as_the_file_says, fixture) {
  auto id = client_id::make();
  BOOST_TEST(clients::ensure(db, id, "demo", "messages:read", "one").has_value());
  BOOST_TEST(clients::ensure(db, id, "demo", "messages:read admin", "two").has_value());
  auto all = clients::list(db);
  BOOST_REQUIRE(all.has_value());
  BOOST_TEST(all->size() == 1u);
  BOOST_TEST(all->front().scopes == "messages:read admin");
}
