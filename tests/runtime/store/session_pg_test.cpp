#include "tests/runtime/store/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::store;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

std::string setting(connection& db, std::string_view name) {
  auto found = db.run_one({"", "select current_setting($1)", params{}.add_text(name)});
  return found ? std::string{found->get_text(0, 0)} : describe(found.error());
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(the_server_knows_our_name_and_our_limits) {
  auto config = server().config();
  config.application_name = "recado-n1-" + std::string(80, '7');
  config.statement_timeout = 1'500ms;
  config.lock_timeout = 100ms;
  connection db{config};
  BOOST_TEST(setting(db, "application_name") == config.application_name.substr(0, 63));
  BOOST_TEST(setting(db, "statement_timeout") == "1500ms");
  BOOST_TEST(setting(db, "lock_timeout") == "100ms");
  BOOST_TEST(setting(db, "client_connection_check_interval") == "500ms");
  BOOST_TEST(setting(db, "TimeZone") == "UTC");
  BOOST_TEST(setting(db, "client_encoding") == "UTF8");
}

BOOST_AUTO_TEST_CASE(a_uri_over_tcp_works_too) {
  auto config = server().config();
  config.url = server().tcp_url();
  connection db{config};
  BOOST_TEST((db.run_one(say("select 1")).has_value()));
}

BOOST_AUTO_TEST_CASE(connecting_is_lazy_and_counted) {
  connection db{server().config()};
  BOOST_TEST(!db.is_open());
  BOOST_TEST(db.backend_pid() == 0);
  BOOST_REQUIRE(db.run_one(say("select 1")));
  BOOST_TEST(db.is_open());
  BOOST_TEST(db.backend_pid() > 0);
  BOOST_TEST(db.opens() == 1u);
  db.close();
  BOOST_REQUIRE(db.run_one(say("select 1")));
  BOOST_TEST(db.opens() == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_session_needs_is_said_after_each_connect) {
  auto config = server().config();
  config.on_open_sql = "select pg_advisory_lock(4711)";
  connection db{config};
  BOOST_REQUIRE(db.open());
  auto held = [] {
    return server().query(
      "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711");
  };
  BOOST_TEST(held().get_int(0, 0) == 1);
  server().exec("select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid = " +
                std::to_string(db.backend_pid()));
  BOOST_REQUIRE(db.run_one(say("select 1")));
  BOOST_TEST(db.opens() == 2u);
  BOOST_TEST(held().get_int(0, 0) == 1);
}

BOOST_AUTO_TEST_CASE(a_session_that_ended_between_two_runs_is_replaced_unnoticed) {
  item_world world;
  BOOST_REQUIRE(world.db.run_one(insert_item(1), tx::transaction));
  server().exec("select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid = " +
                std::to_string(world.db.backend_pid()));
  auto again = world.db.run_one(insert_item(2), tx::transaction); // prepares again, too
  BOOST_TEST(again.has_value());
  BOOST_TEST(world.db.opens() == 2u);
  BOOST_TEST(world.count() == 2);
}

BOOST_AUTO_TEST_CASE(who_is_refused_is_told_at_once_until_the_backoff_has_passed) {
  auto config = server().config();
  config.url = "host=/tmp/recado-no-such-folder user=recado";
  config.reconnect_backoff = config.reconnect_backoff_max = 1h;
  connection db{config};
  for (int i = 0; i < 3; ++i) {
    auto refused = db.run_one(say("select 1"), tx::transaction);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().kind == error_kind::connection));
    BOOST_TEST(refused.error().message.find("recado-no-such-folder") != std::string::npos);
  }
  BOOST_TEST(db.opens() == 0u);
}

BOOST_AUTO_TEST_CASE(a_server_that_accepts_but_is_silent_does_not_hold_us) {
  auto config = server().config();
  config.connect_timeout = 100ms;
  connection db{config};
  server().pause();
  auto refused = db.open();
  server().resume();
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().kind == error_kind::connection));
}

BOOST_AUTO_TEST_CASE(limits_of_the_server_are_transient) {
  item_world world;
  auto config = server().config(world.database);
  config.lock_timeout = 50ms;
  config.statement_timeout = 300ms;
  connection db{config};
  BOOST_REQUIRE(world.db.script("begin; lock table item"));
  auto blocked = db.run_one(insert_item(1), tx::transaction);
  BOOST_TEST(blocked.error().sqlstate == "55P03");
  BOOST_TEST((blocked.error().kind == error_kind::transient));
  BOOST_REQUIRE(world.db.script("rollback"));
  auto slow = db.run_one(say("select pg_sleep(30)"), tx::transaction);
  BOOST_TEST(slow.error().sqlstate == "57014");
  BOOST_TEST((slow.error().kind == error_kind::transient));
  BOOST_TEST(db.opens() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
