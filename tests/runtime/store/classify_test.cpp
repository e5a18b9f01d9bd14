#include "runtime/store/error.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace recado::store;

BOOST_AUTO_TEST_SUITE(classification)

BOOST_AUTO_TEST_CASE(every_class_there_can_be_has_its_kind) {
  const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (char a : digits) {
    for (char b : digits) {
      for (const char* rest : {"000", "001", "P01", "505"}) {
        auto state = std::string{a, b} + rest;
        auto expected = error_kind::transient;
        if (state.starts_with("22") || state.starts_with("23")) expected = error_kind::poison;
        if (state.starts_with("00") || state.starts_with("01") || state.starts_with("02"))
          expected = error_kind::none;
        if (state == "23505") expected = error_kind::unique_violation;
        if (state == "RF001") expected = error_kind::fenced;
        BOOST_TEST_CONTEXT(state) BOOST_TEST((classify(state) == expected));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(states_with_a_name_are_where_the_design_wants_them) {
  for (auto poison : {"22001", "22003", "22021", "22P02", "23502", "23503", "23514", "23P01"})
    BOOST_TEST((classify(poison) == error_kind::poison), poison);
  for (auto again : {"40001", "40P01", "53100", "53200", "53300", "55P03", "55006", "57014",
                     "57P01", "57P02", "57P03", "58030", "XX000", "XX001", "42P01", "42601",
                     "0A000", "25006", "08006", "08P01", "P0001", "F0000"})
    BOOST_TEST((classify(again) == error_kind::transient), again);
}

BOOST_AUTO_TEST_CASE(what_is_no_sqlstate_is_transient) {
  for (auto odd : {"", "2", "22", "2300", "235050", "RF00", "RF0011"})
    BOOST_TEST((classify(odd) == error_kind::transient), odd);
}

BOOST_AUTO_TEST_CASE(every_kind_has_its_own_name) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < error_kinds; ++i)
    names.insert(to_string(static_cast<error_kind>(i)));
  BOOST_TEST(names.size() == error_kinds);
}

BOOST_AUTO_TEST_SUITE_END()
