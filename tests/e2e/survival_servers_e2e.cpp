/// NATS and PostgreSQL die under load.
#include "tests/e2e/survival.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace recado::e2e {

namespace bdata = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t messages = 10'000;
constexpr unsigned at_a_time = 300;

/// A folder with links to PostgreSQL's programs, so that a test can take the server away for a
/// while.
struct removable_postgres {
  fs::path folder;

  removable_postgres() {
    auto pattern = (fs::temp_directory_path() / "recado-pg-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    for (const char* program : {"initdb", "postgres"})
      fs::create_symlink(fs::path{"/usr/lib/postgresql/15/bin"} / program, folder / program);
  }
  ~removable_postgres() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  void take_away() const { fs::rename(folder / "postgres", folder / "postgres.away"); }
  void give_back() const { fs::rename(folder / "postgres.away", folder / "postgres"); }
};

int post_status(world& one, const ledger& book, std::size_t n) {
  auto got = one.api().ask({.method = "POST", .target = "/v1/messages", .body = book.body_of(n)});
  return got ? got->status : 0;
}

} // namespace

BOOST_DATA_TEST_CASE(nothing_is_lost_when_nats_is_killed_under_load,
                     bdata::make({"stream", "auto"}), wire) {
  world one{{.wire = wire}};
  auto api = one.api();
  ledger book{api, 20, messages};
  auto kill = [&] { one.kill_nats(); };
  auto report = besiege(one, book, at_a_time, {{2'000, kill}, {5'000, kill}, {8'000, kill}});
  BOOST_TEST(report.faults == 3u);
  BOOST_TEST(report.done == messages);
  check_promises(one, book, 500);
}

BOOST_DATA_TEST_CASE(nothing_is_lost_when_nats_loses_all_its_data, bdata::make({"stream", "auto"}),
                     wire) {
  world one{{.wire = wire}};
  auto api = one.api();
  ledger book{api, 20, messages};
  auto destroy = [&] {
    one.kill_nats();
    std::error_code ignored;
    fs::remove_all(one.data() / "nats", ignored);
  };
  auto report = besiege(one, book, at_a_time, {{3'000, destroy}, {7'000, destroy}});
  BOOST_TEST(report.faults == 2u);
  BOOST_TEST(report.done == messages);
  check_promises(one, book, 500);
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_202_becomes_201_while_nats_is_away) {
  world one{{.wire = "stream"}}; // directly there would be no 202
  auto api = one.api();
  ledger book{api, 1, 1};
  auto nats = one.look().nats;
  ::kill(nats, SIGSTOP);
  auto post = [&](std::string body) {
    auto got = api.ask({.method = "POST", .target = "/v1/messages", .body = std::move(body)});
    BOOST_REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error()));
    return *got;
  };
  auto first = post(book.body_of(0));
  BOOST_TEST(first.status == 202, first.body);
  BOOST_TEST(first.header("Idempotency-Replayed").empty());
  auto message = nlohmann::json::parse(first.body).at("message_id").get<std::string>();
  client::answer again;
  auto numbered = [&] {
    again = post(book.body_of(0));
    BOOST_TEST(again.header("Idempotency-Replayed") == "true"); // be it a 202 or a 201
    return again.status == 201;
  };
  BOOST_REQUIRE(wait_until(numbered, 60s));
  BOOST_TEST(again.header("Idempotency-Replayed") == "true");
  auto body = nlohmann::json::parse(again.body);
  BOOST_TEST(body.at("seq") == 1);
  BOOST_TEST(body.at("message_id") == message);
  auto changed = nlohmann::json::parse(book.body_of(0));
  changed["payload"]["text"] = "another";
  auto other = post(changed.dump());
  BOOST_TEST(other.status == 422, other.body);
  BOOST_TEST(nlohmann::json::parse(other.body).at("code") == "idempotency_mismatch");
  auto cancel = api.ask({.method = "POST", .target = "/v1/messages/" + message + "/cancel"});
  BOOST_TEST(cancel->status == 409, cancel->body);
  ::kill(nats, SIGCONT);
}

BOOST_AUTO_TEST_CASE(no_2xx_is_lost_when_postgresql_is_killed_under_load) {
  world one;
  auto api = one.api();
  ledger book{api, 20, messages};
  auto kill = [&] { one.kill_postgres(); };
  auto report = besiege(one, book, at_a_time, {{2'000, kill}, {5'000, kill}, {8'000, kill}});
  BOOST_TEST(report.faults == 3u);
  BOOST_TEST(report.done == messages);
  check_promises(one, book, 500);
}

BOOST_AUTO_TEST_CASE(
  without_postgresql_every_send_is_answered_503_and_works_again_when_it_is_back) {
  removable_postgres programs;
  world one{{.environment = {"RECADO_POSTGRES_BIN=" + programs.folder.string()}}};
  auto api = one.api();
  ledger book{api, 1, 20};
  book.note_sent(0);
  BOOST_TEST(post_status(one, book, 0) == 201);

  programs.take_away();
  one.kill_postgres();
  // Tokens need no database once they are made; one made now would.
  std::size_t refused = 0;
  for (std::size_t n = 1; n < 6; ++n) {
    auto got = api.ask({.method = "POST", .target = "/v1/messages", .body = book.body_of(n)});
    BOOST_TEST(got.has_value());
    if (got && got->status == 503) {
      ++refused;
      BOOST_TEST(!got->header("Retry-After").empty());
    }
  }
  BOOST_TEST(refused == 5u);

  programs.give_back();
  auto works = [&] {
    auto got = api.ask({.method = "POST", .target = "/v1/messages", .body = book.body_of(6)});
    return got && got->status == 201;
  };
  BOOST_TEST(wait_until(works, 60s));
}

} // namespace recado::e2e
