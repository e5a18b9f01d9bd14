/// `recado up` as the person who starts it, and the machine it runs on, see it.
#include "node/embedded/files.hpp"
#include "node/embedded/leftover.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>

namespace recado::e2e {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

namespace {

std::size_t processes_of(const fs::path& data) {
  auto root = fs::weakly_canonical(data);
  return embedded::find_processes(
           [&](const embedded::process_seen& seen) { return embedded::belongs_to(seen, root); })
    .size();
}

int run(const std::vector<std::string>& arguments, const fs::path& output,
        const std::vector<std::string>& environment = {}) {
  std::vector<std::string> argv{recado_binary()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return wait_for_exit(start_program(argv, environment, output));
}

void write_script(const fs::path& file, std::string_view text) {
  BOOST_REQUIRE(embedded::write_file(file, fmt::format("#!/bin/sh\n{}\n", text), 0755).has_value());
}

int status_of(world& one, const std::string& target) {
  client::http_client http{*client::parse_url(one.url())};
  auto got = http.ask({.target = target});
  return got ? got->status : 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_info_file_says_everything_and_only_to_its_owner) {
  world one;
  auto text = embedded::read_file(one.data().parent_path() / "info.json");
  BOOST_REQUIRE(text);
  auto info = nlohmann::json::parse(*text);
  std::vector<std::string> keys;
  for (const auto& [key, value] : info.items())
    keys.push_back(key);
  BOOST_TEST(keys == (std::vector<std::string>{"admin_client_id", "admin_client_secret",
                                               "client_id", "client_secret", "nats", "nodes",
                                               "postgres", "simulator", "url"}),
             boost::test_tools::per_element());
  BOOST_TEST(!info["url"].get<std::string>().ends_with("/"));
  BOOST_TEST(info["simulator"].is_null());
  struct stat seen {};
  ::stat((one.data().parent_path() / "info.json").c_str(), &seen);
  BOOST_TEST((seen.st_mode & 0777) == 0600u);
  ::stat((one.data() / "credentials.json").c_str(), &seen);
  BOOST_TEST((seen.st_mode & 0777) == 0600u);
  BOOST_TEST(status_of(one, "/readyz") == 200);
}

BOOST_AUTO_TEST_CASE(the_dsn_of_the_info_file_works_with_psql) {
  world one;
  auto out = one.data().parent_path() / "psql.out";
  auto code = wait_for_exit(
    start_program({"psql", one.look().dsn, "-At", "-c", "select count(*) from client"}, {}, out));
  BOOST_TEST(code == 0);
  BOOST_TEST(embedded::read_file(out).value_or("") == "2\n");
}

BOOST_AUTO_TEST_CASE(both_demo_clients_get_a_token) {
  world one;
  auto demo = one.api();
  BOOST_TEST(demo.token().has_value());
  auto admin = one.admin();
  BOOST_TEST(admin.token().has_value());
}

/// An alarm about a metric that does not exist would be silent for ever.
BOOST_AUTO_TEST_CASE(every_metric_that_an_alarm_looks_at_is_there_and_at_peace) {
  world one;
  auto rules =
    embedded::read_file(fs::path{RECADO_SOURCE_DIR} / "config/deploy/prometheus/recado.rules.yml");
  client::http_client http{*client::parse_url(one.url())};
  std::string text;
  auto peace = [&] { // what is in PostgreSQL is shown at the second scrape
    text = http.ask({.target = "/metrics"})->body;
    return text.find("\nrecado_nodes{state=\"live\"} 1\n") != std::string::npos;
  };
  BOOST_TEST(wait_until(peace, 20s));
  std::set<std::string> names;
  std::regex word{"recado_[a-z_]+"};
  for (std::sregex_iterator at{rules->begin(), rules->end(), word}, end; at != end; ++at)
    names.insert(std::regex_replace(at->str(), std::regex{"_(bucket|sum|count)$"}, ""));
  BOOST_TEST(names.size() > 20u);
  for (const auto& name : names)
    BOOST_TEST(text.find("\n# TYPE " + name + " ") != std::string::npos, name << " is not there");
  for (const char* calm :
       {"recado_serving 1", "recado_nats_connected 1", "recado_draining 0",
        "recado_partitions_unowned 0", "recado_partitions_moving 0", "recado_inbox_commands 0",
        "recado_parked_commands 0", "recado_stream_generation 1",
        "recado_lane_lag_commands{lane=\"express\"} 0", "recado_connector_breakers_open 0"})
    BOOST_TEST(text.find('\n' + std::string{calm} + '\n') != std::string::npos, calm);
}

BOOST_AUTO_TEST_CASE(a_signal_stops_every_child_in_under_two_seconds) {
  world one;
  auto began = clock::now();
  BOOST_TEST(one.stop() == 0);
  auto took = clock::now() - began;
  BOOST_TEST(processes_of(one.data()) == 0u);
  BOOST_TEST((took < 2s), "it took " << took / 1ms << " ms");
}

BOOST_AUTO_TEST_CASE(children_die_with_an_up_that_is_killed) {
  world one;
  ::kill(one.up(), SIGKILL);
  BOOST_TEST(wait_until([&] { return processes_of(one.data()) == 0; }, 20s));
}

BOOST_AUTO_TEST_CASE(a_second_up_on_the_same_folder_is_refused) {
  world one;
  auto out = one.data().parent_path() / "second.out";
  BOOST_TEST(run({"up", "--data", one.data().string(), "--port", "0"}, out) == 1);
  BOOST_TEST(embedded::read_file(out).value_or("").find("another `recado up` is running") !=
             std::string::npos);
  BOOST_TEST(status_of(one, "/readyz") == 200);
}

BOOST_AUTO_TEST_CASE(a_port_that_was_asked_for_and_is_taken_is_an_error) {
  world one;
  auto out = one.data().parent_path() / "taken.out";
  auto port = client::parse_url(one.url())->port;
  auto other = one.data().parent_path() / "other";
  BOOST_TEST(run({"up", "--data", other.string(), "--port", port}, out) == 1);
  BOOST_TEST(embedded::read_file(out).value_or("").find("is taken by another program") !=
             std::string::npos);
  BOOST_TEST(!fs::exists(other)); // nothing was begun
}

BOOST_AUTO_TEST_CASE(an_up_that_cannot_start_says_why_and_leaves_nothing_behind) {
  auto pattern = (fs::temp_directory_path() / "recado-e2e-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  fs::path folder = pattern;
  fs::permissions(folder, fs::perms{0755});
  auto try_up = [&](const char* data, const std::vector<std::string>& environment = {}) {
    auto out = folder / (std::string{data} + ".out");
    BOOST_TEST(run({"up", "--data", (folder / data).string(), "--port", "0"}, out, environment) ==
               1);
    BOOST_TEST(processes_of(folder / data) == 0u);
    return embedded::read_file(out).value_or("");
  };
  fs::create_directories(folder / "foreign" / "pictures");
  auto said = try_up("foreign");
  BOOST_TEST(said.find("not Recado's (pictures is in it); choose another") != said.npos, said);
  BOOST_TEST(std::distance(fs::directory_iterator{folder / "foreign"}, {}) == 1);

  fs::create_directory(folder / "bin");
  write_script(folder / "bin" / "postgres", "exit 1");
  write_script(folder / "bin" / "initdb", "echo 'initdb: error: No space left on device'; exit 1");
  said = try_up("full", {"RECADO_POSTGRES_BIN=" + (folder / "bin").string()});
  BOOST_TEST(said.find("\n    initdb: error: No space left on device") != said.npos, said);

  write_script(folder / "bin" / "nats-server", "echo 'no such option'; exit 3");
  said = try_up("other", {"RECADO_NATS_SERVER=" + (folder / "bin" / "nats-server").string()});
  BOOST_TEST(said.find("nats ended early: exit code 3; see ") != said.npos, said);
  BOOST_TEST(said.find("\n    no such option") != said.npos, said);
  fs::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(what_was_said_is_still_there_after_a_restart_and_so_are_the_credentials) {
  world one;
  auto before = one.look();
  auto sent = one.api().ask_for_body(
    {.method = "POST",
     .target = "/v1/messages",
     .body = R"({"from":"ana","to":["bruno"],"payload":{"type":"text","text":"still there?"}})"});
  BOOST_REQUIRE_MESSAGE(sent.has_value(), (sent ? "" : sent.error()));
  auto id = nlohmann::json::parse(*sent)["message_id"].get<std::string>();
  BOOST_TEST(one.stop() == 0);

  auto info = one.data().parent_path() / "again.json";
  auto log = one.data().parent_path() / "again.log";
  auto again = start_program(
    {recado_binary(), "up", "--data", one.data().string(), "--port", "0", "--info", info.string()},
    {}, log);
  BOOST_REQUIRE(wait_until([&] { return fs::exists(info); }, 60s));
  auto now = nlohmann::json::parse(*embedded::read_file(info));
  BOOST_TEST(now["client_id"] == before.client_id);
  BOOST_TEST(now["client_secret"] == before.client_secret);
  auto api = *client::api_client::make({now["url"], now["client_id"], now["client_secret"]});
  auto found = api.ask_for_body({.target = "/v1/messages/" + id});
  BOOST_TEST(found.has_value());
  ::kill(again, SIGINT);
  BOOST_TEST(wait_for_exit(again) == 0);
}

BOOST_AUTO_TEST_CASE(without_restart_up_ends_when_its_last_node_dies) {
  world one{{.restart = false}};
  one.kill_node();
  auto has_ended = [&] {
    siginfo_t seen{};
    ::waitid(P_PID, static_cast<id_t>(one.up()), &seen, WEXITED | WNOHANG | WNOWAIT);
    return seen.si_pid != 0;
  };
  bool ended = wait_until(has_ended, 20s);
  BOOST_TEST(ended);
  BOOST_TEST(one.stop() == 1);
}

} // namespace recado::e2e
