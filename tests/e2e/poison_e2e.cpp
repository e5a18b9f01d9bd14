/// A command that kills whoever decides it. The killing is done from outside: PostgreSQL holds the
/// commit of that command, and the process that waits for it gets SIGKILL.
#include "runtime/store/connection.hpp"
#include "tests/e2e/cluster.hpp"

#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <future>
#include <set>
#include <sstream>

namespace recado::e2e {
namespace {

nlohmann::json text_to(const std::string& reader, const std::string& id, const std::string& text) {
  return {{"message_id", fmt::format("00000000-0000-4000-8000-{:0>12}", id)},
          {"from", "ana"},
          {"to", {reader}},
          {"payload", {{"type", "text"}, {"text", text}}}};
}

struct murder_scene {
  /// By stream, where a command stays when its owner dies; directly it would be gone with the
  /// first.
  world all{{.wire = "stream", .restart = true, .arguments = {"--nodes", "3"}}};
  store::connection db{[this] {
    store::connection_config out;
    out.url = all.look().dsn;
    out.application_name = "poison-test";
    return out;
  }()};

  store::rows query(std::string sql) {
    auto got = db.run_one({"", std::move(sql), {}, store::expect::rows});
    BOOST_REQUIRE_MESSAGE(got.has_value(), (got ? "" : store::describe(got.error())));
    return *got;
  }
  std::int64_t count(const std::string& from) {
    return query("select count(*) from " + from).get_int(0, 0);
  }
  std::int64_t partition_of(const nlohmann::json& sent) {
    auto id = sent.at("message_id").get<std::string>();
    auto found = query(fmt::format("select part from message where message_id = '{}'", id));
    BOOST_REQUIRE_EQUAL(found.size(), 1u);
    return found.get_int(0, 0);
  }
  /// So many readers with a conversation each, none of them in the partition of the first one.
  std::vector<std::string> readers_apart(std::size_t count) {
    std::vector<std::string> out;
    std::int64_t of_first = -1;
    for (int i = 0; out.size() < count; ++i) {
      auto reader = fmt::format("reader-{}", i);
      auto hello = text_to(reader, fmt::to_string(i), "before");
      BOOST_REQUIRE(send(hello));
      auto part = partition_of(hello);
      if (out.empty()) of_first = part;
      if (out.empty() || part != of_first) out.push_back(reader);
    }
    return out;
  }
  /// From now on commits that put a row with this message id there never end.
  void trap(const std::string& table, const std::string& id, const std::string& if_so = "true") {
    query(
      fmt::format("create function trap_{0}() returns trigger language plpgsql as "
                  "$$begin if new.message_id = '{1}' and {2} then perform pg_sleep(600); end if; "
                  "return new; end$$",
                  table, id, if_so));
    query(fmt::format("create trigger trap before insert on {0} for each row "
                      "execute function trap_{0}()",
                      table));
  }
  void untrap(const std::string& table) {
    query(fmt::format("drop trigger trap on {0}", table));
    query(fmt::format("drop function trap_{0}()", table));
  }

  /// Kills the node that is caught, if one is; each process once.
  bool kill_who_is_caught() {
    auto caught = query("select application_name from pg_stat_activity "
                        "where wait_event = 'PgSleep' and application_name like 'recado-%'");
    for (std::size_t i = 0; i < caught.size(); ++i) {
      auto session = std::string{caught.get_text(i, 0)}; // recado-n2-<incarnation>
      if (!killed.insert(session).second) continue;
      auto node = session.substr(7, session.find('-', 7) - 7);
      ::kill(pid_of(node), SIGKILL);
      return true;
    }
    return false;
  }
  pid_t pid_of(const std::string& node) const {
    auto text = embedded::read_file(all.data().parent_path() / "info.json");
    auto info = nlohmann::json::parse(text.value());
    for (const auto& one : info.at("nodes"))
      if (one.at("id") == node) return one.at("pid");
    throw std::runtime_error{"no node " + node};
  }
  /// Until it is over; how many have died meanwhile.
  int count_deaths(const std::function<bool()>& over) {
    int deaths = 0;
    BOOST_REQUIRE(wait_until(
      [&] {
        deaths += kill_who_is_caught() ? 1 : 0;
        return over();
      },
      240s));
    return deaths;
  }

  /// As a good client, at whichever node answers: until it has its number.
  bool send(const nlohmann::json& what) {
    return wait_until(
      [&] {
        for (const auto& node : nodes()) {
          auto got =
            at(node).ask({.method = "POST", .target = "/v1/messages", .body = what.dump()});
          if (got && got->status == 201) return true;
        }
        return false;
      },
      60s);
  }
  std::vector<one_node> nodes() const {
    auto text = embedded::read_file(all.data().parent_path() / "info.json");
    auto info = nlohmann::json::parse(text.value());
    std::vector<one_node> out;
    for (const auto& node : info.at("nodes"))
      out.push_back({node.at("url"), node.at("pid")});
    return out;
  }
  client::api_client at(const one_node& node) const {
    auto info = all.look();
    return *client::api_client::make({node.url, info.client_id, info.client_secret});
  }
  std::string cluster_command(std::vector<std::string> more) const {
    auto out = all.data().parent_path() / "cli.log";
    std::vector<std::string> argv{recado_binary(), "cluster"};
    argv.insert(argv.end(), more.begin(), more.end());
    argv.insert(argv.end(), {"--data", all.data().string()});
    code = wait_for_exit(start_program(argv, {}, out));
    std::ostringstream text;
    text << std::ifstream{out}.rdbuf();
    return text.str();
  }

  std::set<std::string> killed;
  mutable int code = 0;
};

/// Sends the killer once and does not care for the answer.
std::future<void> send_killer(const murder_scene& here, const nlohmann::json& what) {
  auto node = here.nodes().at(0);
  return std::async(std::launch::async, [api = here.at(node), body = what.dump()]() mutable {
    (void)api.ask({.method = "POST", .target = "/v1/messages", .body = body});
  });
}

} // namespace

BOOST_AUTO_TEST_CASE(a_command_that_kills_its_owners_is_set_aside_after_four_and_all_others_go_on) {
  murder_scene here;
  const auto readers = here.readers_apart(8);
  auto killer = text_to(readers[0], "666", "killer");
  here.trap("message", killer.at("message_id"), "new.seq is not null"); // not when it is refused
  auto asked = send_killer(here, killer);
  // Seven other conversations are served all the time.
  auto others = std::async(std::launch::async, [&here, &readers] {
    int served = 0;
    for (std::size_t n = 0; n < 70; ++n)
      served +=
        here.send(text_to(readers[1 + n % 7], fmt::to_string(1000 + n), "meanwhile")) ? 1 : 0;
    return served;
  });
  auto deaths = here.count_deaths([&] { return here.count("dead_letter") > 0; });
  BOOST_TEST(deaths == 4);
  BOOST_TEST(others.get() == 70);
  auto dead = here.query("select message_id::text, attempts from dead_letter");
  BOOST_REQUIRE_EQUAL(dead.size(), 1u);
  BOOST_TEST(std::string{dead.get_text(0, 0)} == killer.at("message_id").get<std::string>());
  BOOST_TEST(dead.get_int(0, 1) == 3);
  BOOST_REQUIRE(here.send(text_to(readers[0], "2000", "after"))); // its conversation goes on
  auto rows = here.query("select count(*), count(seq), max(seq) from message m "
                         "where (client_id, conversation_id) = (select client_id, conversation_id "
                         "from message where payload like '%after%')");
  BOOST_TEST(rows.get_int(0, 1) == 2); // before and after, and nothing between
  BOOST_TEST(rows.get_int(0, 2) == 2);
  BOOST_TEST(wait_until([&] { return here.count("suspect") == 0; }, 30s));
  BOOST_TEST(here.count("partition where quarantined_at is not null") == 0);
}

BOOST_AUTO_TEST_CASE(what_kills_even_when_it_is_set_aside_is_quarantined_until_it_is_released) {
  murder_scene here;
  const auto readers = here.readers_apart(4);
  auto killer = text_to(readers[0], "666", "killer");
  here.trap("message", killer.at("message_id"));
  here.trap("dead_letter", killer.at("message_id"));
  auto asked = send_killer(here, killer);
  const std::string quarantined = "partition where quarantined_at is not null";
  auto deaths = here.count_deaths([&] { return here.count(quarantined) > 0; });
  // One that nobody expected, and seven; more if the batch of its second victim had innocents.
  BOOST_TEST(deaths >= 8);
  BOOST_TEST(deaths <= 10);
  BOOST_TEST(here.count(quarantined) == 1);
  auto part = fmt::to_string(here.query("select id from " + quarantined).get_int(0, 0));
  BOOST_TEST(here.cluster_command({"status"}).find("partition " + part + " is QUARANTINED") !=
             std::string::npos);
  auto metrics = [&] {
    client::http_client http{*client::parse_url(here.nodes().at(1).url)};
    auto got = http.ask({.target = "/metrics"}, 2s);
    return got ? got->body : std::string{};
  };
  BOOST_TEST(wait_until(
    [&] { return metrics().find("\nrecado_partitions_quarantined 1") != std::string::npos; }, 30s));
  // All others have owners again, and are served.
  BOOST_TEST(
    wait_until([&] { return here.count("partition where owner_node is not null") == 63; }, 60s));
  for (std::size_t i = 1; i < 4; ++i)
    BOOST_TEST(here.send(text_to(readers[i], fmt::to_string(100 + i), "go on")));
  BOOST_TEST(here.killed.size() == static_cast<std::size_t>(deaths)); // nobody else has died

  here.untrap("message");
  here.untrap("dead_letter");
  auto other = part == "0" ? "1" : "0";
  here.cluster_command({"release", other});
  BOOST_TEST(here.code != 0); // there is nothing to release
  here.cluster_command({"release", part});
  BOOST_TEST(here.code == 0);
  BOOST_TEST(here.send(text_to(readers[0], "2000", "after")));
  BOOST_TEST(here.count("dead_letter") == 1);
  BOOST_TEST(here.count(quarantined) == 0);
}

} // namespace recado::e2e
