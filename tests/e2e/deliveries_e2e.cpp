/// Messages that leave the house, over a real mail server and to a real web server; and the death
/// of the node with thousands of them open. The cases are in stranger/: they know only the
/// documentation, and the libraries are those that a stranger would take.
#include "node/embedded/files.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdio>

namespace recado::e2e {
namespace {

namespace fs = std::filesystem;

/// Runs one file of stranger/ against a fresh world; what it says is shown.
int run_stranger(const std::string& file, world_options options = {}) {
  auto modules = fs::path{RECADO_SOURCE_DIR} / ".cache" / "stranger";
  BOOST_REQUIRE_MESSAGE(fs::exists(modules / "node_modules" / "smtp-server"),
                        "smtp-server is not installed: run ./dev test, or npm ci --prefix "
                          << modules << " with the files of tests/e2e/stranger");
  world one{std::move(options)};
  auto out = one.data().parent_path() / "stranger.out";
  auto test = fs::path{RECADO_SOURCE_DIR} / "tests" / "e2e" / "stranger" / file;
  auto info = one.data().parent_path() / "info.json";
  auto code = wait_for_exit(start_program(
    {"node", "--test", "--test-reporter=tap", test.string()},
    {"RECADO_INFO=" + info.string(), "RECADO_STRANGER_MODULES=" + modules.string()}, out));
  std::printf("%s\n", embedded::read_file(out).value_or("").c_str());
  std::fflush(stdout);
  return code;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stranger_reaches_people_by_mail_and_by_webhook) {
  BOOST_TEST(run_stranger("channels.test.mjs") == 0);
}

BOOST_AUTO_TEST_CASE(five_thousand_open_deliveries_survive_the_death_of_their_node) {
  BOOST_TEST(run_stranger("deliveries_survive.test.mjs") == 0);
}

BOOST_AUTO_TEST_CASE(deliveries_under_way_survive_a_drain_and_nobody_gets_a_mail_twice) {
  BOOST_TEST(run_stranger("drain.test.mjs", {.arguments = {"--nodes", "2"}}) == 0);
}

} // namespace recado::e2e
