#include "schemas/problem.hpp"
#include "schemas/time.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(a_time_has_three_decimals_and_reads_back) {
  auto at = parse_rfc3339("2026-11-22T07:02:03.004Z");
  BOOST_REQUIRE(at);
  BOOST_TEST(to_rfc3339(*at) == "2026-11-22T07:02:03.004Z");
}

BOOST_AUTO_TEST_CASE(an_offset_becomes_utc) {
  BOOST_TEST(to_rfc3339(*parse_rfc3339("2026-11-22T04:02:03.5-03:00")) ==
             "2026-11-22T07:02:03.500Z");
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  for (auto bad :
       {"", "2026-11-22", "2026-11-22T07:02:03", "2026-13-22T07:02:03Z", "2026-02-30T07:02:03Z",
        "2026-11-22T24:02:03Z", "2026-11-22T07:02:03.Z", "2026-11-22T07:02:03Zx",
        "2026-11-22T07:02:03+25:00", "9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+01:00"})
    BOOST_TEST(!parse_rfc3339(bad), bad);
}

BOOST_AUTO_TEST_CASE(the_first_and_the_last_time_and_those_before_1970_read_back) {
  for (auto good :
       {"0000-01-01T00:00:00.000Z", "0099-02-28T01:00:09.090Z", "1969-12-31T23:59:59.999Z",
        "2024-02-29T12:30:45.600Z", "9999-12-31T23:59:59.999Z"}) {
    auto at = parse_rfc3339(good);
    BOOST_REQUIRE(at);
    BOOST_TEST(to_rfc3339(*at) == good);
  }
}

BOOST_AUTO_TEST_CASE(every_code_of_the_catalogue_reads_back) {
  for (auto i = 0; i <= static_cast<int>(ec::abandoned); ++i) {
    auto value = static_cast<ec>(i);
    BOOST_TEST((ec_of(info_of(value).code) == value));
    BOOST_TEST(!info_of(value).title.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
