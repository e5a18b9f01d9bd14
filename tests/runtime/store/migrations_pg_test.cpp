#include "runtime/store/migrations.hpp"

#include "embedded/store_test_schema.hpp"
#include "tests/runtime/store/support.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

using namespace recado;
using namespace recado::store;
using namespace recado::test;
using reason = migration_error::reason;

namespace {

using files = std::vector<embedded_file>;
const embedded_file one{"0001_one.sql", "create table one (id int); insert into one values (1);"};
const embedded_file two{"0002_two.sql",
                        "alter table one add column more text; create table two (id int)"};

struct empty_world {
  std::string database = server().clean_database();
  connection db{server().config(database)};

  auto migrate_to(const files& list,
                  const std::function<void(const migration_step&)>& progress = {}) {
    return migrate(server().config(database), list, progress);
  }
  int version() { return schema_version(db).value(); }
  bool has(std::string_view table) {
    statement said{"", "select to_regclass($1) is not null", params{}.add_text(table)};
    return db.run_one(said)->get_bool(0, 0);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(migrations)

BOOST_AUTO_TEST_CASE(an_empty_database_gets_all_of_them_in_order) {
  empty_world world;
  BOOST_TEST(world.version() == 0);
  std::vector<int> steps;
  auto done =
    world.migrate_to({one, two}, [&](const migration_step& s) { steps.push_back(s.version); });
  BOOST_REQUIRE_MESSAGE(done, done.error().text);
  BOOST_TEST(done->version == 2);
  BOOST_TEST(done->applied == 2);
  BOOST_TEST((steps == std::vector<int>{1, 2}));
  BOOST_TEST(world.version() == 2);
  BOOST_TEST(world.has("two"));
}

BOOST_AUTO_TEST_CASE(repeating_changes_nothing_and_a_new_file_is_added) {
  empty_world world;
  BOOST_TEST(world.migrate_to({one}).value().applied == 1);
  BOOST_TEST(world.migrate_to({one}).value().applied == 0);
  auto more = world.migrate_to({one, two}).value();
  BOOST_TEST(more.applied == 1);
  BOOST_TEST(more.version == 2);
}

BOOST_AUTO_TEST_CASE(several_at_once_apply_each_file_once) {
  empty_world world;
  std::atomic<int> applied{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> nodes;
  nodes.reserve(4);
  for (int i = 0; i < 4; ++i)
    nodes.emplace_back([&] {
      auto done = world.migrate_to({one, two});
      if (done)
        applied += done->applied;
      else
        ++failed;
    });
  for (auto& node : nodes)
    node.join();
  BOOST_TEST(failed == 0);
  BOOST_TEST(applied == 2);
  BOOST_TEST(server().query("select count(*) from one", world.database).get_int(0, 0) == 1);
}

BOOST_AUTO_TEST_CASE(a_changed_or_renamed_file_is_refused) {
  empty_world world;
  BOOST_REQUIRE(world.migrate_to({one, two}));
  auto changed = two;
  changed.content = "create table two (id int8)";
  auto refused = world.migrate_to({one, changed});
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().why == reason::changed));
  BOOST_TEST(refused.error().version == 2);
  auto renamed = one;
  renamed.name = "0001_uno.sql";
  BOOST_TEST((world.migrate_to({renamed, two}).error().why == reason::changed));
}

BOOST_AUTO_TEST_CASE(an_older_binary_refuses_a_newer_database) {
  empty_world world;
  BOOST_REQUIRE(world.migrate_to({one, two}));
  auto refused = world.migrate_to({one});
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().why == reason::newer_database));
  BOOST_TEST(refused.error().version == 2);
}

BOOST_AUTO_TEST_CASE(a_failing_file_leaves_nothing_of_itself_and_keeps_the_ones_before) {
  empty_world world;
  embedded_file broken{"0002_broken.sql", "create table half (id int); select no_such_column"};
  auto failed = world.migrate_to({one, broken});
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.error().why == reason::failed));
  BOOST_TEST(failed.error().version == 2);
  BOOST_TEST(failed.error().cause.sqlstate == "42703");
  BOOST_TEST(world.version() == 1);
  BOOST_TEST(!world.has("half"));
  BOOST_TEST(world.migrate_to({one, two}).value().version == 2); // mended
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_the_transaction_is_refused) {
  empty_world world;
  embedded_file sly{"0001_sly.sql", "create table sly (id int); commit;"};
  auto refused = world.migrate_to({sly});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().cause.sqlstate == "25P01");
  BOOST_TEST(world.version() == 0);
}

BOOST_AUTO_TEST_CASE(names_must_count_from_one_without_gap) {
  empty_world world;
  for (auto name :
       {"0002_two.sql", "1_one.sql", "0001.sql", "0001_one.txt", "000x_one.sql", "-001_one.sql"}) {
    auto refused = world.migrate_to({{name, "select 1"}});
    BOOST_REQUIRE_MESSAGE(!refused, name);
    BOOST_TEST((refused.error().why == reason::bad_list), name);
  }
  BOOST_TEST((world.migrate_to({one, one}).error().why == reason::bad_list));
}

BOOST_AUTO_TEST_CASE(who_cannot_connect_is_told_why) {
  auto config = server().config("no_such_database");
  auto failed = migrate(config, files{one});
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.error().why == reason::failed));
  BOOST_TEST(failed.error().text.find("no_such_database") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_schema_of_this_repository_applies) {
  empty_world world;
  auto done = migrate(server().config(world.database), embedded::store_test_schema());
  BOOST_REQUIRE_MESSAGE(done, done.error().text);
  BOOST_TEST(done->version == static_cast<int>(embedded::store_test_schema().size()));
  BOOST_TEST(world.has("partition"));
}

BOOST_AUTO_TEST_SUITE_END()
