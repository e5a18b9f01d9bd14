// What is certain after a link or a server broke in the middle of a commit.
#include "tests/runtime/store/cutting_proxy.hpp"
#include "tests/runtime/store/support.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <thread>

using namespace recado;
using namespace recado::store;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

std::string kind_of(const outcome& result) {
  return std::string{to_string(error_of(result).kind)};
}

/// A session over a proxy, with `insert_item` prepared so that only the commit is on the wire.
struct proxied_world : item_world {
  cutting_proxy proxy{
    (server().folder() / (".s.PGSQL." + std::to_string(server().port()))).string()};
  connection remote{remote_config()};

  proxied_world() { BOOST_REQUIRE(remote.run_one(insert_item(0), tx::transaction)); }
  connection_config remote_config() const {
    auto config = server().config(database);
    config.url =
      "host=127.0.0.1 port=" + std::to_string(proxy.port()) + " user=recado dbname=" + database;
    config.reconnect_backoff = 1ms;
    return config;
  }
  /// Runs with the proxy in this mode; the link is cut 50 ms after the send.
  outcome run_and_cut(cutting_proxy::mode mode, const statement& said, tx how) {
    proxy.set(mode);
    std::thread cutter{[this] {
      std::this_thread::sleep_for(50ms);
      proxy.cut();
    }};
    auto result = remote.run({&said, 1}, how);
    cutter.join();
    proxy.set(cutting_proxy::mode::relay);
    return result;
  }
};

/// Everything that was reported, to be compared with what is there.
struct ledger {
  std::map<std::int64_t, error_kind> told;
  int unknown = 0, definite = 0, ok = 0;

  void note(std::int64_t id, const outcome& result) {
    auto kind = error_of(result).kind;
    told[id] = kind;
    ++(kind == error_kind::none ? ok : kind == error_kind::unknown_outcome ? unknown : definite);
  }
  void check(const std::string& database) const {
    auto r = server().query("select id from item", database);
    std::map<std::int64_t, bool> there;
    for (std::size_t i = 0; i < r.size(); ++i)
      there[r.get_int(i, 0)] = true;
    for (auto [id, kind] : told) {
      if (kind == error_kind::unknown_outcome) continue;
      BOOST_TEST(there.count(id) == (kind == error_kind::none ? 1u : 0u),
                 "row " << id << " was reported " << to_string(kind));
    }
    BOOST_TEST_MESSAGE("ok " << ok << ", unknown " << unknown << ", definite failures "
                             << definite);
  }
};

/// Commits rows one by one until told to end.
void commit_until(const std::atomic<bool>& over, connection& db, std::int64_t& next, ledger& book) {
  while (!over) {
    auto id = next++;
    std::vector<statement> said{say("select pg_backend_pid()"), insert_item(id), say("select 1")};
    book.note(id, db.run(said, id % 2 ? tx::transaction : tx::single));
    if (!db.is_open()) std::this_thread::sleep_for(1ms);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(outcomes)

BOOST_AUTO_TEST_CASE(a_commit_whose_answer_was_lost_is_unknown_and_may_be_done) {
  proxied_world world;
  for (auto how : {tx::transaction, tx::single}) {
    auto before = world.count();
    BOOST_REQUIRE(world.remote.open());
    BOOST_TEST(kind_of(world.run_and_cut(cutting_proxy::mode::lose_answers, insert_item(before),
                                         how)) == "unknown_outcome");
    BOOST_TEST(world.count() == before + 1);
  }
  BOOST_TEST((world.remote.run_one(insert_item(77), tx::transaction).has_value())); // by itself
}

BOOST_AUTO_TEST_CASE(a_commit_that_never_arrived_is_unknown_too) {
  proxied_world world;
  BOOST_TEST(kind_of(world.run_and_cut(cutting_proxy::mode::lose_requests, insert_item(1),
                                       tx::transaction)) == "unknown_outcome");
  BOOST_TEST(world.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_lost_read_is_no_doubt_at_all) {
  proxied_world world;
  auto select = say("select 1");
  for (auto mode : {cutting_proxy::mode::lose_answers, cutting_proxy::mode::lose_requests})
    BOOST_TEST(kind_of(world.run_and_cut(mode, select, tx::read)) == "connection");
}

BOOST_AUTO_TEST_CASE(a_deadline_while_the_server_is_paused) {
  item_world world;
  BOOST_REQUIRE(world.db.run_one(insert_item(1), tx::transaction));
  auto reader = world.another();
  BOOST_REQUIRE(reader.open());
  server().pause();
  auto soon = [] { return deadline::clock::now() + 100ms; };
  auto item = insert_item(2);
  auto select = say("select 1");
  auto written = world.db.run({&item, 1}, tx::transaction, soon());
  auto read = reader.run({&select, 1}, tx::read, soon());
  server().resume();
  BOOST_TEST(kind_of(written) == "unknown_outcome");
  BOOST_TEST(kind_of(read) == "timeout");
  BOOST_TEST((reader.run_one(select, tx::read).has_value()));
}

BOOST_AUTO_TEST_CASE(a_session_killed_in_the_middle_of_a_statement_is_definite) {
  item_world world;
  std::vector<statement> said{insert_item(1), say("select pg_terminate_backend(pg_backend_pid())"),
                              say("select pg_sleep(10)"), insert_item(2)};
  for (auto how : {tx::transaction, tx::single}) {
    auto error = error_of(world.db.run(said, how));
    BOOST_TEST(error.sqlstate == "57P01");
    BOOST_TEST((error.kind == error_kind::transient));
    BOOST_TEST(world.count() == 0);
  }
  BOOST_TEST((world.db.run_one(insert_item(1), tx::transaction).has_value()));
}

BOOST_AUTO_TEST_CASE(sessions_terminated_at_random_moments_lie_about_nothing) {
  item_world world;
  std::atomic<bool> over{false};
  std::int64_t next = 0;
  ledger book;
  std::thread committer{[&] { commit_until(over, world.db, next, book); }};
  connection killer{server().config(world.database)};
  std::mt19937 random{42};
  for (int i = 0; i < 150; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds{2'000 + random() % 8'000});
    auto killed =
      killer.run_one(say("select pg_terminate_backend(pid) from pg_stat_activity"
                         " where datname = current_database() and pid <> pg_backend_pid()"));
    BOOST_REQUIRE(killed);
  }
  over = true;
  committer.join();
  BOOST_TEST(book.ok > 0);
  book.check(world.database);
}

BOOST_AUTO_TEST_CASE(a_server_killed_at_random_moments_lies_about_nothing_and_is_found_again) {
  item_world world;
  std::int64_t next = 0;
  ledger book;
  std::mt19937 random{7};
  for (int round = 0; round < 4; ++round) {
    std::atomic<bool> over{false};
    auto ok_before = book.ok;
    std::thread committer{[&] { commit_until(over, world.db, next, book); }};
    std::this_thread::sleep_for(std::chrono::microseconds{30'000 + random() % 50'000});
    if (round == 2)
      server().stop_immediate();
    else
      server().kill9();
    server().start();
    std::this_thread::sleep_for(300ms); // more than the backoff: it must be back
    over = true;
    committer.join();
    BOOST_TEST(book.ok > ok_before);
    BOOST_TEST((book.told.rbegin()->second == error_kind::none));
  }
  book.check(world.database);
}

BOOST_AUTO_TEST_SUITE_END()
