#include <boost/test/unit_test.hpp>

#include "config/load.hpp"
#include "config/suggest.hpp"

#include "tests/config/why.hpp"

using namespace recado::config;

namespace {

std::string errors_of(const std::string& toml) {
  auto config = load_text(toml, "f.toml", {});
  return config ? "no error" : to_text(config.error());
}

} // namespace

BOOST_AUTO_TEST_SUITE(loading)

BOOST_AUTO_TEST_CASE(an_empty_file_gives_the_defaults) {
  BOOST_TEST((*load_text("", "f.toml", {}) == node_config{}));
  BOOST_TEST((*load("", {}) == node_config{}));
}

BOOST_AUTO_TEST_CASE(values_of_every_type_are_taken) {
  auto config = load_text(R"(
[http]
port = 9090
ws_compression = false
[log]
level = "debug"
[bus]
urls = ["nats://a:4222", "tls://b:4222"]
)",
                          "f.toml", {});
  BOOST_REQUIRE_MESSAGE(config.has_value(), why(config));
  BOOST_TEST(config->http.port == 9090);
  BOOST_TEST(!config->http.ws_compression);
  BOOST_TEST(config->log.level == "debug");
  BOOST_TEST(config->bus.urls.size() == 2u);
  BOOST_TEST(config->http.address == "127.0.0.1"); // the rest stays
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_named_with_its_line_and_what_was_meant) {
  BOOST_TEST(errors_of("[http]\n\nprot = 1\n") ==
             "f.toml:3:1: http.prot: unknown key; did you mean http.port?\n");
  BOOST_TEST(errors_of("[http]\ndsn = \"x\"\n") ==
             "f.toml:2:1: http.dsn: unknown key; it belongs in [store]\n");
  BOOST_TEST(errors_of("[actors]\nxyzzy = 1\n") ==
             "f.toml:2:1: actors.xyzzy: unknown key; [actors] has threads, messages_per_turn\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_section_is_named_once) {
  BOOST_TEST(errors_of("[htp]\nport = 1\naddress = \"x\"\n") ==
             "f.toml:1:2: htp: there is no section [htp]; did you mean [http]?\n");
  BOOST_TEST(errors_of("[quite_another]\n").find("there are node, http, limits") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_outside_of_its_section_is_told_where_it_belongs) {
  BOOST_TEST(errors_of("port = 1\n") ==
             "f.toml:1:1: port: stands outside of a section: it belongs in [http]\n");
  BOOST_TEST(errors_of("http = 1\n") ==
             "f.toml:1:1: http: stands outside of a section: write [http]\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_told_both_types) {
  BOOST_TEST(errors_of("[http]\nport = \"80\"\n") ==
             "f.toml:2:1: http.port: is a string, but must be a whole number\n");
  BOOST_TEST(errors_of("[http]\nport = 80.5\n") ==
             "f.toml:2:1: http.port: is a number with a fraction, but must be a whole number\n");
  BOOST_TEST(errors_of("[log]\nhuman = 1\n") ==
             "f.toml:2:1: log.human: is a whole number, but must be a boolean\n");
  BOOST_TEST(errors_of("[log]\nfile = 1979-05-27\n") ==
             "f.toml:2:1: log.file: is a date or time, but must be a string\n");
  BOOST_TEST(errors_of("[net]\nallow_private = \"loopback\"\n") ==
             "f.toml:2:1: net.allow_private: is a string, but must be a list of strings\n");
  BOOST_TEST(errors_of("[net]\nallow_private = [1]\n") ==
             "f.toml:2:1: net.allow_private: is a list of other things, but must be a list of "
             "strings\n");
  BOOST_TEST(errors_of("[http.port]\nx = 1\n") ==
             "f.toml:1:7: http.port: is a table, but must be a whole number\n");
}

BOOST_AUTO_TEST_CASE(a_value_out_of_range_is_told_the_range) {
  BOOST_TEST(errors_of("[http]\nport = 70000\n") ==
             "f.toml:2:1: http.port: 70000 is too large: allowed is 0 to 65535\n");
  BOOST_TEST(errors_of("[actors]\nthreads = -1\n") ==
             "f.toml:2:1: actors.threads: -1 is too small: allowed is 0 to 256\n");
  BOOST_TEST(errors_of("[cluster]\nwire = \"direct\"\n") ==
             "f.toml:2:1: cluster.wire: \"direct\" is not allowed: allowed is stream, auto\n");
}

BOOST_AUTO_TEST_CASE(text_is_checked_for_what_it_is_used_for) {
  BOOST_TEST(errors_of("[node]\nid = \"N 1\"\n").find("1 to 20 of a-z") != std::string::npos);
  BOOST_TEST(errors_of("[http]\naddress = \"localhost\"\n").find("not an IPv4") !=
             std::string::npos);
  BOOST_TEST(errors_of("[http]\naddress = \"::1\"\n") == "no error");
  BOOST_TEST(errors_of("[bus]\nurls = [\"http://x\"]\n").find("nats://") != std::string::npos);
  BOOST_TEST(errors_of("[store]\ndsn = \"\"\n").find("is empty") != std::string::npos);
  BOOST_TEST(errors_of("[store]\ndsn = \"recado\"\n").find("is neither postgresql://") !=
             std::string::npos);
  BOOST_TEST(errors_of("[node]\npublic_url = \"https://x/\"\n").find("slash") != std::string::npos);
  for (const auto* good : {"loopback", "private", "link_local", "10.0.0.0/8", "fd00::/8", "::/0"})
    BOOST_TEST(errors_of("[net]\nallow_private = [\"" + std::string{good} + "\"]") == "no error");
  for (const auto* bad :
       {"local", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "1.2.3.4/x", "/8"})
    BOOST_TEST(errors_of("[net]\nallow_private = [\"" + std::string{bad} + "\"]") != "no error");
}

BOOST_AUTO_TEST_CASE(all_errors_are_reported_at_once_in_the_order_of_the_lines) {
  BOOST_TEST(errors_of(R"([store]
writers = 0
[http]
prot = 1
port = 70000
[log]
level = "loud"
)") == "f.toml:2:1: store.writers: 0 is too small: allowed is 1 to 64\n"
       "f.toml:4:1: http.prot: unknown key; did you mean http.port?\n"
       "f.toml:5:1: http.port: 70000 is too large: allowed is 0 to 65535\n"
       "f.toml:7:1: log.level: \"loud\" is not allowed: allowed is debug, info, warn, error\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_toml_is_told_with_its_line) {
  auto text = errors_of("[http]\nport = = 1\n");
  BOOST_TEST(text.substr(0, 10) == "f.toml:2:8");
  BOOST_TEST(errors_of("[http]\nport = 1\nport = 2\n").substr(0, 8) == "f.toml:3");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_an_error) {
  BOOST_TEST(to_text(load("/nonexistent.toml", {}).error()) ==
             "/nonexistent.toml: the file cannot be read\n");
  BOOST_TEST(to_text(load("/", {}).error()) == "/: the file cannot be read\n");
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_found_if_it_is_near_enough) {
  std::vector<std::string> words{"port", "address", "io_threads"};
  BOOST_TEST(*nearest("prot", words) == "port");
  BOOST_TEST(*nearest("adress", words) == "address");
  BOOST_TEST(*nearest("iothread", words) == "io_threads");
  BOOST_TEST(!nearest("completely", words));
  BOOST_TEST(!nearest(std::string(1'000'000, 'x'), words));
}

BOOST_AUTO_TEST_SUITE_END()
