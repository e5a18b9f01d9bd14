/// A client that knows only the documentation: Node.js, fetch, ws and jose. Its own cases are in
/// stranger/chat.test.mjs; ./dev installs what it needs.
#include "node/embedded/files.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <fmt/format.h>

namespace recado::e2e {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(a_stranger_can_chat) {
  auto modules = fs::path{RECADO_SOURCE_DIR} / ".cache" / "stranger";
  BOOST_REQUIRE_MESSAGE(fs::exists(modules / "node_modules" / "ws"),
                        "ws and jose are not installed: run ./dev test, or npm ci --prefix "
                          << modules << " with the files of tests/e2e/stranger");
  world one;
  auto out = one.data().parent_path() / "stranger.out";
  auto test = fs::path{RECADO_SOURCE_DIR} / "tests" / "e2e" / "stranger" / "chat.test.mjs";
  auto code =
    wait_for_exit(start_program({"node", "--test", "--test-reporter=tap", test.string()},
                                {"RECADO_INFO=" + (one.data().parent_path() / "info.json").string(),
                                 "RECADO_STRANGER_MODULES=" + modules.string()},
                                out));
  // ./dev counts "# pass N" and "# fail N".
  std::printf("%s\n", embedded::read_file(out).value_or("").c_str());
  std::fflush(stdout);
  BOOST_TEST(code == 0);
}

} // namespace recado::e2e
