#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "config/load.hpp"
#include "config/setting.hpp"
#include "config/show.hpp"

#include "tests/config/why.hpp"

using namespace recado::config;

namespace {

const std::string example = std::string{RECADO_SOURCE_DIR} + "/config/recado.example.toml";

std::string text_of(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(the_example)

BOOST_AUTO_TEST_CASE(loads_and_equals_the_defaults) {
  auto config = load(example, {});
  BOOST_REQUIRE_MESSAGE(config.has_value(), why(config));
  BOOST_TEST(to_toml(*config) == to_toml(node_config{}));
  BOOST_TEST((*config == node_config{}));
}

BOOST_AUTO_TEST_CASE(of_a_cluster_loads) {
  auto config = load(std::string{RECADO_SOURCE_DIR} + "/config/deploy/recado.toml", {});
  BOOST_REQUIRE_MESSAGE(config.has_value(), why(config));
  BOOST_TEST(config->bus.urls.size() == config->bus.stream_replicas);
}

BOOST_AUTO_TEST_CASE(mentions_every_key_in_the_order_of_the_table) {
  auto text = text_of(example);
  node_config config;
  std::size_t at = 0;
  std::string section;
  for (const auto& one : settings_of(config)) {
    if (one.section != section) {
      section = one.section;
      at = text.find("\n[" + section + "]\n", at);
      BOOST_REQUIRE_MESSAGE(at != text.npos, "no section [" << section << "]");
    }
    at = text.find("\n" + one.key + " = ", at);
    BOOST_REQUIRE_MESSAGE(at != text.npos, "no " << one.name());
  }
}

BOOST_AUTO_TEST_CASE(what_is_shown_can_be_loaded_again) {
  node_config config;
  config.http.port = 9;
  config.log.file = "a \"b\" \\ c";
  config.net.allow_private = {"loopback", "10.0.0.0/8"};
  config.store.dsn = "***"; // as secrets are shown
  auto again = load_text(to_toml(config), "shown", {});
  BOOST_REQUIRE_MESSAGE(again.has_value(), why(again));
  BOOST_TEST((*again == config));
}

BOOST_AUTO_TEST_CASE(secrets_are_not_shown_and_what_differs_is_marked) {
  node_config config;
  config.store.dsn = "postgresql://u:hush@h/d";
  config.bus.password = config.bus.token = "hush";
  BOOST_TEST(to_toml(config).find("hush") == std::string::npos);
  std::string changed;
  for (const auto& one : show(config))
    if (!one.is_default) changed += one.section + "." + one.key + "=" + one.value + " ";
  BOOST_TEST(changed == R"(store.dsn="***" bus.password="***" bus.token="***" )");
}

BOOST_AUTO_TEST_SUITE_END()
