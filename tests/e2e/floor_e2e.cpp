/// Each floor for a second: what one side says must be what the other side finds.
#include "node/embedded/files.hpp"
#include "tests/e2e/world.hpp"
#include "tests/node/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace recado::e2e {

namespace {

nlohmann::json floors(std::vector<std::string> arguments) {
  scratch_folder folder;
  auto file = folder.path() / "floors.json";
  arguments.insert(arguments.begin(), RECADO_FLOOR_BINARY);
  arguments.insert(arguments.end(), {"--seconds", "1", "--json", file.string()});
  auto code = wait_for_exit(start_program(arguments, {}, folder.path() / "output"));
  BOOST_TEST(code == 0, embedded::read_file(folder.path() / "output").value_or("(no output)"));
  return nlohmann::json::parse(embedded::read_file(file).value_or("{}"), nullptr, false);
}

/// The one measurement in it, after what is true of all of them.
nlohmann::json only(const nlohmann::json& report) {
  auto all = report.value("floors", nlohmann::json::array());
  BOOST_REQUIRE_EQUAL(all.size(), 1u);
  auto one = all.front();
  BOOST_TEST(one.at("messages").get<std::uint64_t>() > 0u);
  BOOST_TEST(one.at("said") == one.at("found"));
  BOOST_TEST(one.at("client_us").get<double>() > 0);
  BOOST_TEST(report.at("sums").empty());
  return one;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_request_is_answered_and_every_message_pushed) {
  auto got = only(floors({"http", "--callers", "16", "--conversations", "32"}));
  BOOST_TEST(got.at("server_us").get<double>() > 0);
}

BOOST_AUTO_TEST_CASE(every_envelope_that_was_acked_is_read_back) {
  only(floors({"jetstream", "--callers", "16"}));
}

BOOST_AUTO_TEST_CASE(every_message_that_was_committed_is_a_row) {
  auto got = only(floors({"commit", "--batch", "27", "--conversations", "128"}));
  BOOST_TEST(got.at("commits").get<std::uint64_t>() * 27 == got.at("messages"));
  BOOST_TEST(got.at("wal_bytes_per_message").get<double>() > 300); // the text alone has as many
}

} // namespace recado::e2e
