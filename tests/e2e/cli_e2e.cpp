/// The command line against a running `up`.
#include "node/embedded/files.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

namespace recado::e2e {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct outcome {
  int code;
  std::string text;
  json object() const { return json::parse(text, nullptr, false); }
};

/// One world for all cases: they only add to it.
struct shared_world {
  shared_world() { one = std::make_unique<world>(); }
  ~shared_world() { one.reset(); }
  static std::unique_ptr<world> one;
};
std::unique_ptr<world> shared_world::one;

outcome recado(std::vector<std::string> arguments, bool with_data = true) {
  static int number = 0;
  auto out = shared_world::one->data().parent_path() / ("cli." + std::to_string(++number));
  arguments.insert(arguments.begin(), recado_binary());
  if (with_data) {
    arguments.emplace_back("--data");
    arguments.push_back(shared_world::one->data().string());
  }
  auto code = wait_for_exit(start_program(arguments, {}, out));
  return {code, embedded::read_file(out).value_or("")};
}

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(shared_world);

BOOST_AUTO_TEST_CASE(every_command_explains_itself) {
  for (const auto& command : std::vector<std::vector<std::string>>{{"up"},
                                                                   {"node"},
                                                                   {"migrate"},
                                                                   {"client", "create"},
                                                                   {"client", "rotate"},
                                                                   {"client", "list"},
                                                                   {"send"},
                                                                   {"tail"},
                                                                   {"config", "check"},
                                                                   {"cluster", "status"},
                                                                   {"cluster", "drain"},
                                                                   {"cluster", "undrain"},
                                                                   {"cluster", "fence"},
                                                                   {"version"}}) {
    auto arguments = command;
    arguments.emplace_back("--help");
    auto got = recado(arguments, false);
    BOOST_TEST(got.code == 0, command.front());
    BOOST_TEST(got.text.find("--json") != std::string::npos, command.front());
  }
}

BOOST_AUTO_TEST_CASE(wrong_usage_exits_with_two) {
  auto unknown = recado({"fly"}, false);
  BOOST_TEST(unknown.code == 2);
  BOOST_TEST(unknown.text.starts_with("recado: there is no command 'fly'; there are up, node,"),
             unknown.text);
  BOOST_TEST(recado({}, false).text.starts_with("recado: a command is missing; there are up,"));
  BOOST_TEST(recado({"send", "hello"}).code == 2);
  auto port = recado({"up", "--port", "70000"}, false);
  BOOST_TEST(port.code == 2);
  BOOST_TEST(port.text.find("--port: Value 70000 not in range 0 to 65535") != port.text.npos,
             port.text);
}

BOOST_AUTO_TEST_CASE(what_does_not_work_is_told_in_one_sentence) {
  const std::pair<std::vector<std::string>, std::string> table[] = {
    {{"send", "x", "--conversation", "01a203a7-a3ab-7000-8628-ffb9c8545f66"},
     "recado send: 404 conversation_not_found: Unknown conversation\n"},
    {{"send", "x", "--conversation", "here"},
     "recado send: 422 invalid_request: /conversation_id: a UUID was expected\n"},
    {{"send", "x", "--to", "b", "--client-id", "01a203a7-a3ab-7000-8628-ffb9c8545f66",
      "--client-secret", "no"},
     "recado send: 401 invalid_client: Unknown client or wrong secret\n"},
    {{"cluster", "drain", "n9"}, "recado cluster drain: 404 not_found: there is no node n9\n"},
  };
  for (const auto& [arguments, sentence] : table) {
    auto got = recado(arguments);
    BOOST_TEST(got.code == 1);
    BOOST_TEST(got.text == sentence);
  }
  auto nowhere = recado({"migrate", "--database", "postgresql://x@127.0.0.1:1/x"}, false);
  BOOST_TEST(nowhere.code == 1);
  BOOST_TEST(nowhere.text.starts_with("recado migrate: cannot reach the database: connection to"),
             nowhere.text);
  BOOST_TEST(std::count(nowhere.text.begin(), nowhere.text.end(), '\n') <= 2, nowhere.text);
}

BOOST_AUTO_TEST_CASE(a_node_without_a_database_or_with_a_wrong_file_says_what_to_look_at) {
  auto folder = shared_world::one->data().parent_path();
  auto file = (folder / "wrong.toml").string();
  BOOST_REQUIRE(
    embedded::write_file(file, "[http]\nprot = 1\n[store]\ndsn = \"recado\"\n", 0600).has_value());
  auto wrong = recado({"node", "--config", file}, false);
  BOOST_TEST(wrong.code == 2);
  BOOST_TEST(wrong.text.find("http.prot: unknown key; did you mean http.port?") != wrong.text.npos);
  BOOST_TEST(wrong.text.find("store.dsn: is neither postgresql://") != wrong.text.npos, wrong.text);
  BOOST_TEST(recado({"node", "--config", (folder / "none.toml").string()}, false).code == 2);

  auto log = folder / "nowhere.log";
  auto node = start_program({recado_binary(), "node"},
                            {"RECADO__STORE__DSN=postgresql://x@127.0.0.1:1/x"}, log);
  auto said = [&] { return embedded::read_file(log).value_or(""); };
  BOOST_TEST(
    wait_until([&] { return said().find("Is store.dsn right") != std::string::npos; }, 30s));
  ::kill(node, SIGTERM);
  BOOST_TEST(wait_for_exit(node) == 0);
}

BOOST_AUTO_TEST_CASE(version_is_json_when_asked) {
  BOOST_TEST(recado({"version", "--json"}, false).object().contains("version"));
}

BOOST_AUTO_TEST_CASE(a_new_client_gets_tokens_and_a_rotated_one_only_with_the_new_secret) {
  auto made = recado({"client", "create", "--name", "shop", "--scopes", "messages:read", "--json"});
  BOOST_REQUIRE_MESSAGE(made.code == 0, made.text);
  auto client = made.object();
  auto token = [&](const json& secret) {
    auto api = client::api_client::make(
      {shared_world::one->url(), client["client_id"], secret.get<std::string>()});
    return api->token();
  };
  BOOST_TEST(token(client["client_secret"]).has_value());
  auto rotated = recado({"client", "rotate", client["client_id"], "--json"});
  BOOST_REQUIRE_MESSAGE(rotated.code == 0, rotated.text);
  BOOST_TEST(!token(client["client_secret"]).has_value());
  BOOST_TEST(token(rotated.object()["client_secret"]).has_value());
  auto all = recado({"client", "list", "--json"});
  BOOST_TEST(all.text.find(client["client_id"].get<std::string>()) != std::string::npos);
  BOOST_TEST(all.text.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_has_a_name) {
  for (const char* name : {"", "  "}) {
    auto got = recado({"client", "create", "--name", name});
    BOOST_TEST(got.code == 2);
    BOOST_TEST(got.text.find("--name") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(up_on_a_port_that_is_taken_leaves_no_folder_behind) {
  auto& one = *shared_world::one;
  auto folder = one.data().parent_path() / "other";
  auto port = one.url().substr(one.url().rfind(':') + 1);
  auto got = recado({"up", "--port", port, "--data", folder.string()}, false);
  BOOST_TEST(got.code == 1);
  BOOST_TEST(got.text.find("port " + port + " is taken") != std::string::npos, got.text);
  BOOST_TEST(!fs::exists(folder));
}

BOOST_AUTO_TEST_CASE(a_scope_that_does_not_exist_is_named) {
  auto got = recado({"client", "create", "--name", "x", "--scopes", "messages:shout"});
  BOOST_TEST(got.code == 2);
  BOOST_TEST(got.text.find("messages:shout") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(migrate_on_a_database_that_is_up_to_date_applies_nothing) {
  auto got = recado({"migrate", "--json"});
  BOOST_REQUIRE_MESSAGE(got.code == 0, got.text);
  BOOST_TEST(got.object()["applied"] == 0);
}

BOOST_AUTO_TEST_CASE(the_configuration_that_up_wrote_is_valid) {
  auto file = (shared_world::one->data() / "n1" / "node.toml").string();
  auto got = recado({"config", "check", file, "--json"}, false);
  BOOST_TEST(got.code == 0, got.text);
  BOOST_TEST(got.object()["valid"] == true);
}

BOOST_AUTO_TEST_CASE(the_configuration_for_a_cluster_is_valid) {
  auto file = fs::path{RECADO_SOURCE_DIR} / "config/deploy/recado.toml";
  BOOST_TEST(recado({"config", "check", "--config", file.string()}, false).code == 0);
}

BOOST_AUTO_TEST_CASE(the_state_of_the_cluster_is_a_table_or_json_of_the_documented_shape) {
  auto table = recado({"cluster", "status"});
  BOOST_TEST(table.code == 0);
  BOOST_TEST(table.text.find("64 of 64 partitions are owned, 0 on the move") != std::string::npos);
  auto all = recado({"cluster", "status", "--json"}).object();
  const auto& node = all.at("nodes").at(0);
  for (const char* key :
       {"id", "incarnation", "state", "url", "version", "partitions", "heartbeat_age_ms"})
    BOOST_TEST(node.contains(key), key);
  BOOST_TEST(all.at("partitions").size() == 64u);
  for (const auto& one : all.at("partitions")) {
    BOOST_TEST(one.at("state") == "owned");
    BOOST_TEST(one.at("lag").at("express") == 0);
    BOOST_TEST(one.at("inbox") == 0);
  }
  BOOST_TEST(all.at("moves").empty());
}

/// Watched without a terminal: one table after the other, until somebody ends it.
BOOST_AUTO_TEST_CASE(the_state_of_the_cluster_can_be_watched) {
  auto out = shared_world::one->data().parent_path() / "watch.out";
  auto pid = start_program(
    {recado_binary(), "cluster", "status", "--watch", "--data", shared_world::one->data().string()},
    {}, out);
  auto twice = [&] {
    auto text = embedded::read_file(out).value_or("");
    auto first = text.find("partitions are owned");
    return first != text.npos && text.find("partitions are owned", first + 1) != text.npos;
  };
  BOOST_TEST(wait_until(twice, 20s));
  ::kill(pid, SIGINT);
  wait_for_exit(pid);
}

BOOST_AUTO_TEST_CASE(after_a_fence_every_partition_has_a_new_epoch_and_an_owner) {
  auto epochs = [] {
    std::int64_t sum = 0;
    auto all = recado({"cluster", "status", "--json"}).object();
    for (const auto& one : all.at("partitions"))
      sum += one.at("owner") == "n1" ? one.at("epoch").get<std::int64_t>() : 0;
    return sum;
  };
  auto before = epochs();
  BOOST_TEST(recado({"cluster", "fence", "--json"}).object().at("partitions") == 64);
  BOOST_TEST(wait_until([&] { return epochs() >= before + 128; }, 30s)); // raised, and claimed
  BOOST_TEST(recado({"send", "--from", "dora", "--to", "emil", "still here"}).code == 0);
}

BOOST_AUTO_TEST_CASE(tail_shows_what_send_has_sent_also_across_a_kill_of_the_node) {
  auto& one = *shared_world::one;
  auto first = recado({"send", "--from", "ana", "--to", "bruno", "one", "--json"});
  BOOST_REQUIRE_MESSAGE(first.code == 0, first.text);
  auto conversation = first.object()["conversation_id"].get<std::string>();

  auto out = one.data().parent_path() / "tail.out";
  auto tail = start_program({recado_binary(), "tail", "--conversation", conversation, "--json",
                             "--data", one.data().string()},
                            {}, out);
  auto seen = [&](const char* text) {
    return embedded::read_file(out).value_or("").find(text) != std::string::npos;
  };
  BOOST_TEST(wait_until([&] { return seen("\"one\""); }, 20s));
  BOOST_TEST(recado({"send", "--from", "ana", "--to", "bruno", "two"}).code == 0);
  BOOST_TEST(wait_until([&] { return seen("\"two\""); }, 20s));
  auto before = one.look().node;
  one.kill_node();
  BOOST_REQUIRE(wait_until([&] { return one.look().node != before && one.look().node != 0; }, 20s));
  one.wait_ready();
  BOOST_TEST(recado({"send", "--from", "ana", "--to", "bruno", "three"}).code == 0);
  BOOST_TEST(wait_until([&] { return seen("\"three\""); }, 30s));
  ::kill(tail, SIGTERM);
  wait_for_exit(tail);

  std::istringstream lines(embedded::read_file(out).value_or(""));
  std::vector<std::int64_t> numbers;
  for (std::string line; std::getline(lines, line);)
    if (auto message = json::parse(line, nullptr, false); message.is_object())
      numbers.push_back(message["seq"]);
  BOOST_TEST(numbers == (std::vector<std::int64_t>{1, 2, 3}), boost::test_tools::per_element());
}

} // namespace recado::e2e
