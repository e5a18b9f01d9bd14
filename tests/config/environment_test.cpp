#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "config/load.hpp"
#include "config/setting.hpp"

#include "tests/config/why.hpp"

using namespace recado::config;

namespace {

std::string upper(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string errors_of(const environment& env) {
  auto config = load("", env);
  return config ? "no error" : to_text(config.error());
}

/// Another value than the default that keeps all rules, as environment text.
std::string other_value(const setting& one) {
  static const std::map<std::string, std::string> special{
    {"node.id", "n2"},
    {"node.public_url", "https://x.example"},
    {"http.address", "::1"},
    {"limits.bulk_messages_max", "999"},
    {"limits.page_default", "51"},
    {"store.dsn", "host=/tmp"},
    {"bus.urls", "nats://b:1"},
    {"cluster.name", "other"},
    {"cluster.wire", "stream"},
    {"rates.clients", "0193a8c0-0000-7000-8000-000000000000=50/100"},
    {"conversations.batch_commands_max", "999"},
    {"log.level", "warn"},
    {"net.allow_private", "loopback, 10.0.0.0/8"},
  };
  if (auto found = special.find(one.name()); found != special.end()) return found->second;
  auto now = one.get();
  if (const auto* flag = std::get_if<bool>(&now)) return *flag ? "false" : "true";
  if (const auto* number = std::get_if<std::int64_t>(&now)) return std::to_string(*number + 1);
  return "other";
}

struct secret_file {
  std::filesystem::path path =
    std::filesystem::temp_directory_path() / ("recado-secret-" + std::to_string(::getpid()));
  explicit secret_file(const std::string& content) { std::ofstream{path} << content; }
  ~secret_file() { std::filesystem::remove(path); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(the_environment)

BOOST_AUTO_TEST_CASE(overrides_every_key) {
  node_config defaults;
  for (const auto& one : settings_of(defaults)) {
    environment env{{"RECADO__" + upper(one.section) + "__" + upper(one.key), other_value(one)}};
    if (one.key == "tls_key_file") env["RECADO__HTTP__TLS_CERTIFICATE_FILE"] = "c.pem";
    if (one.key == "tls_certificate_file") env["RECADO__HTTP__TLS_KEY_FILE"] = "k.pem";
    auto config = load("", env);
    BOOST_REQUIRE_MESSAGE(config.has_value(), why(config));
    for (const auto& now : settings_of(*config))
      if (now.name() == one.name()) BOOST_TEST((now.get() != one.get()), one.name());
  }
}

BOOST_AUTO_TEST_CASE(wins_over_the_file) {
  auto config = load_text("[http]\nport = 1\n", "f.toml", {{"RECADO__HTTP__PORT", " 2 "}});
  BOOST_TEST(config->http.port == 2);
}

BOOST_AUTO_TEST_CASE(leaves_other_variables_alone) {
  BOOST_TEST(errors_of({{"RECADO_URL", "x"}, {"PATH", "y"}, {"RECADO", "z"}}) == "no error");
}

BOOST_AUTO_TEST_CASE(has_its_errors_named_by_variable) {
  BOOST_TEST(errors_of({{"RECADO__HTTP__PROT", "1"}}) ==
             "environment RECADO__HTTP__PROT: unknown key; did you mean http.port?\n");
  BOOST_TEST(errors_of({{"RECADO__HTTP__PORT", "many"}}) ==
             "environment RECADO__HTTP__PORT: http.port: \"many\" is not a whole number\n");
  BOOST_TEST(errors_of({{"RECADO__LOG__HUMAN", "yes"}}) ==
             "environment RECADO__LOG__HUMAN: log.human: \"yes\" is not true or false\n");
  BOOST_TEST(errors_of({{"RECADO__HTTP__PORT", "70000"}}).find("0 to 65535") != std::string::npos);
  BOOST_TEST(errors_of({{"RECADO__PORT", "1"}}).find("RECADO__SECTION__KEY") != std::string::npos);
  BOOST_TEST(errors_of({{"RECADO__HTP__PORT", "1"}}).find("did you mean [http]") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(splits_lists_at_commas) {
  auto config = load("", {{"RECADO__NET__ALLOW_PRIVATE", " loopback ,, 10.0.0.0/8,"}});
  BOOST_TEST((config->net.allow_private == std::vector<std::string>{"loopback", "10.0.0.0/8"}));
  BOOST_TEST(load("", {{"RECADO__NET__ALLOW_PRIVATE", ""}})->net.allow_private.empty());
}

BOOST_AUTO_TEST_CASE(reads_secrets_from_files) {
  secret_file file{"postgresql://u:p@h/d\n"};
  auto config = load("", {{"RECADO__STORE__DSN_FILE", file.path.string()}});
  BOOST_REQUIRE(config.has_value());
  BOOST_TEST(config->store.dsn == "postgresql://u:p@h/d");
}

BOOST_AUTO_TEST_CASE(takes_a_key_that_ends_in_file_for_what_it_is) {
  auto config = load("", {{"RECADO__HTTP__TLS_KEY_FILE", "/k.pem"},
                          {"RECADO__HTTP__TLS_CERTIFICATE_FILE", "/c.pem"}});
  BOOST_REQUIRE_MESSAGE(config.has_value(), why(config));
  BOOST_TEST(config->http.tls_key_file == "/k.pem");
}

BOOST_AUTO_TEST_CASE(refuses_a_secret_given_in_two_ways_or_not_readable) {
  BOOST_TEST(errors_of({{"RECADO__BUS__TOKEN_FILE", "/nonexistent"}}) ==
             "environment RECADO__BUS__TOKEN_FILE: bus.token: the file /nonexistent cannot be "
             "read\n");
  BOOST_TEST(errors_of({{"RECADO__BUS__TOKEN_FILE", "/x"}, {"RECADO__BUS__TOKEN", "y"}})
               .find("set one of the two") != std::string::npos);
  secret_file large{std::string(70'000, 'x')};
  BOOST_TEST(errors_of({{"RECADO__BUS__TOKEN_FILE", large.path.string()}}).find("too large") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_this_process_is_read) {
  ::setenv("RECADO__HTTP__PORT", "4711", 1);
  auto env = process_environment();
  ::unsetenv("RECADO__HTTP__PORT");
  BOOST_TEST(env.at("RECADO__HTTP__PORT") == "4711");
  BOOST_TEST(load("", env)->http.port == 4711);
}

BOOST_AUTO_TEST_CASE(never_puts_a_secret_into_an_error) {
  secret_file file{"hush"};
  for (const auto* variable : {"STORE__DSN", "BUS__PASSWORD", "BUS__TOKEN", "STORE__SHARDS"}) {
    auto text = errors_of({{"RECADO__" + std::string{variable}, "hush"},
                           {"RECADO__BUS__USER", "u"},
                           {"RECADO__BUS__TOKEN", "hush"},
                           {"RECADO__HTTP__PORT", "bad"}});
    BOOST_TEST(text != "no error");
    BOOST_TEST(text.find("hush") == std::string::npos);
  }
  BOOST_TEST(errors_of({{"RECADO__BUS__URLS", "http://u:hush@h"}}).find("hush") ==
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
