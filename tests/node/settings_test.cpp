#include "config/load.hpp"
#include "node/client/url.hpp"
#include "node/database/registry.hpp"
#include "node/embedded/banner.hpp"
#include "node/embedded/info_file.hpp"
#include "node/embedded/leftover.hpp"
#include "node/embedded/node_process.hpp"
#include "node/embedded/postgres_server.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace recado;
using namespace recado::embedded;

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(a_node_takes_the_configuration_that_up_writes) {
  node_place place{.id = "n1",
                   .folder = "/data/with \"quotes\"/n1",
                   .log = "/log",
                   .port = 18'080,
                   .wire = "auto",
                   .writers = 3,
                   .store_url = "host='/data/run' port=5555 user=recado dbname=recado",
                   .nats_url = "nats://127.0.0.1:14222"};
  auto loaded = config::load_text(node_settings(place), "node.toml", {});
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : config::to_text(loaded.error())));
  BOOST_TEST(loaded->http.port == 18'080);
  BOOST_TEST(loaded->cluster.wire == "auto");
  BOOST_TEST(loaded->store.dsn == place.store_url);
  BOOST_TEST(loaded->store.writers == 3u);
  BOOST_REQUIRE(loaded->net.allow_private.size() == 1u);
  BOOST_TEST(loaded->net.allow_private.front() == "loopback");
}

BOOST_AUTO_TEST_CASE(a_second_writer_is_for_one_node_on_more_than_two_cores) {
  BOOST_TEST(writers_of(1, 1) == 1u);
  BOOST_TEST(writers_of(1, 2) == 1u);
  BOOST_TEST(writers_of(1, 4) == 2u);
  BOOST_TEST(writers_of(3, 64) == 1u);
}

BOOST_AUTO_TEST_CASE(postgresql_keeps_every_commit) {
  postgres_place place;
  place.sockets = "/run";
  place.port = 5555;
  auto text = postgres_settings(place);
  for (const char* line : {"fsync = on\n", "synchronous_commit = on\n", "full_page_writes = on\n",
                           "max_wal_size = 4GB\n", "checkpoint_timeout = 15min\n"})
    BOOST_TEST(text.find(line) != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(the_info_is_the_object_of_the_contract) {
  running_info info{.url = "http://127.0.0.1:8080",
                    .secrets = {"c", "s", "a", "t", "p"},
                    .nodes = {{.id = "n1", .pid = 7, .url = "http://127.0.0.1:8080"}},
                    .nats_pid = 8,
                    .nats_url = "nats://127.0.0.1:4222",
                    .postgres_pid = 9,
                    .postgres_dsn = "postgresql://x"};
  auto json = nlohmann::json::parse(to_json(info));
  BOOST_TEST(json["nodes"][0]["id"] == "n1");
  BOOST_TEST(json["nodes"][0]["pid"] == 7);
  BOOST_TEST(json["nats"]["url"] == "nats://127.0.0.1:4222");
  BOOST_TEST(json["postgres"]["dsn"] == "postgresql://x");
  BOOST_TEST(json["simulator"].is_null());
  BOOST_TEST(json.size() == 9u);
}

BOOST_AUTO_TEST_CASE(only_processes_of_this_folder_are_ours) {
  auto ours = [](std::vector<std::string> argv, const char* cwd) {
    return belongs_to({.pid = 1, .argv = std::move(argv), .cwd = cwd}, "/d");
  };
  BOOST_TEST(ours({"/usr/lib/postgresql/15/bin/postgres", "-D", "/d/postgres"}, "/d/postgres"));
  BOOST_TEST(ours({"postgres: checkpointer "}, "/d/postgres"));
  BOOST_TEST(!ours({"postgres: checkpointer "}, "/e/postgres"));
  BOOST_TEST(ours({"/usr/sbin/nats-server", "-c", "/d/nats.conf"}, "/"));
  BOOST_TEST(!ours({"/usr/sbin/nats-server", "-c", "/dd/nats.conf"}, "/"));
  BOOST_TEST(!ours({"/usr/sbin/nats-server"}, "/"));
  BOOST_TEST(ours({"/bin/recado", "node", "--config", "/d/n1/node.toml"}, "/"));
  BOOST_TEST(!ours({"/usr/bin/vim", "/d/n1/node.toml"}, "/d"));
  BOOST_TEST(!ours({"/bin/bash"}, "/d/postgres"));
}

BOOST_AUTO_TEST_CASE(scopes_are_checked_and_normalised) {
  BOOST_TEST(clients::parse_scopes("messages:read,  admin").value_or("") == "messages:read admin");
  auto unknown = clients::parse_scopes("messages:read root");
  BOOST_REQUIRE(!unknown.has_value());
  BOOST_TEST(unknown.error().find("'root'") != std::string::npos);
  BOOST_TEST(!clients::parse_scopes(" , ").has_value());
}

BOOST_AUTO_TEST_CASE(urls_are_taken_apart) {
  auto plain = client::parse_url("http://127.0.0.1:8080/");
  BOOST_REQUIRE(plain.has_value());
  BOOST_TEST(plain->host == "127.0.0.1");
  BOOST_TEST(plain->port == "8080");
  BOOST_TEST(plain->base.empty());
  BOOST_TEST(plain->authority() == "127.0.0.1:8080");
  auto secure = client::parse_url("https://example.org/chat/");
  BOOST_REQUIRE(secure.has_value());
  BOOST_TEST(secure->tls);
  BOOST_TEST(secure->port == "443");
  BOOST_TEST(secure->base == "/chat");
  BOOST_TEST(secure->authority() == "example.org");
  auto six = client::parse_url("http://[::1]:8080");
  BOOST_REQUIRE(six.has_value());
  BOOST_TEST(six->host == "::1");
  BOOST_TEST(six->authority() == "[::1]:8080");
  for (const char* bad : {"", "ftp://x", "http://", "http://x:", "http://x:y", "http://[::1"})
    BOOST_TEST(!client::parse_url(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
