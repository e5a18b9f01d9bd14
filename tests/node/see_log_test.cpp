/// What a person is shown of the log of a child that failed.
#include "node/embedded/files.hpp"
#include "tests/node/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::embedded;

namespace {

struct one_log : scratch_folder {
  std::string seen(std::string_view content) const {
    BOOST_REQUIRE(write_file(file, content, 0600).has_value());
    return see_log(file);
  }
  std::filesystem::path file = path() / "child.log";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(see_logs, one_log)

BOOST_AUTO_TEST_CASE(the_end_of_a_log_is_shown_with_its_place) {
  BOOST_TEST(
    seen("0\n1\n2\n3\n\ninitdb: error\nNo space left on device\n") ==
    "see " + file.string() +
      ", which ends with\n    1\n    2\n    3\n    initdb: error\n    No space left on device");
}

BOOST_AUTO_TEST_CASE(of_a_nodes_log_the_last_error_is_shown) {
  BOOST_TEST(seen(R"({"level":"info","msg":"begins"}
{"level":"error","event":"start-failed","msg":"cannot listen"}
{"level":"info","msg":"stopped"}
)") == "see " + file.string() + ":\n    cannot listen");
}

BOOST_AUTO_TEST_CASE(a_log_that_is_empty_or_not_there_is_only_named) {
  BOOST_TEST(seen("") == "see " + file.string());
  BOOST_TEST(see_log(path() / "none") == "see " + (path() / "none").string());
}

BOOST_AUTO_TEST_SUITE_END()
