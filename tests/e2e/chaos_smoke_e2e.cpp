/// The smallest run of recado-chaos: three nodes, one kill, one pause, the death of NATS and that
/// of PostgreSQL, and the checker's verdict.
#include "node/embedded/files.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace recado::e2e {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(a_short_run_of_faults_breaks_no_promise) {
  auto pattern = (fs::temp_directory_path() / "recado-smoke-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  fs::path folder{pattern};
  fs::permissions(folder, fs::perms::others_exec, fs::perm_options::add); // PostgreSQL may pass
  auto code =
    wait_for_exit(start_program({RECADO_CHAOS_BINARY, "run", "smoke", "--seed", "4", "--faults",
                                 "4", "--rate", "100", "--out", (folder / "run").string()},
                                {}, folder / "output"));
  BOOST_TEST(code == 0);
  auto text = embedded::read_file(folder / "run" / "run.json").value_or("{}");
  auto run = nlohmann::json::parse(text, nullptr, false);
  BOOST_TEST(run.value("faults", 0) == 4);
  if (code != 0) {
    BOOST_TEST_MESSAGE(embedded::read_file(folder / "output").value_or("(no output)"));
    BOOST_TEST_MESSAGE("the folder is kept: " << folder.string());
    return;
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

} // namespace recado::e2e
