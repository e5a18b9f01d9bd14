#include "chaos/floor/command_line.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::floors {
namespace {

parsed parse_all(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "recado-floor");
  return parse(static_cast<int>(arguments.size()), arguments.data());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_floor_is_asked_for_by_its_name) {
  auto got = parse_all({"jetstream", "--seconds", "3"});
  BOOST_REQUIRE(got.want.has_value());
  BOOST_TEST((got.want->part == what::jetstream));
  BOOST_TEST(got.want->how.seconds == 3u);
  BOOST_TEST((parse_all({"all"}).want->part == what::all));
}

BOOST_AUTO_TEST_CASE(options_may_stand_before_the_name) {
  auto got = parse_all({"--json", "f.json", "http"});
  BOOST_REQUIRE(got.want.has_value());
  BOOST_TEST((got.want->part == what::http));
  BOOST_TEST(got.want->how.json == "f.json");
}

BOOST_AUTO_TEST_CASE(the_batch_of_the_sums_is_always_measured_and_none_twice) {
  auto got = parse_all({"commit", "--batch", "200", "--batch", "1", "--batch", "200"});
  BOOST_REQUIRE(got.want.has_value());
  BOOST_TEST((got.want->how.batches == std::vector<unsigned>{1, 27, 200}));
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused_with_2_and_help_is_no_error) {
  for (const auto& arguments : {std::vector<const char*>{},
                                {"disk"},
                                {"http", "--seconds", "0"},
                                {"commit", "--batch", "0"}}) {
    auto got = parse_all(arguments);
    BOOST_TEST(!got.want.has_value());
    BOOST_TEST(got.exit_code == 2);
  }
  auto help = parse_all({"--help"});
  BOOST_TEST(!help.want.has_value());
  BOOST_TEST(help.exit_code == 0);
}

} // namespace recado::floors
