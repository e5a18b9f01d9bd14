#include "runtime/store/value.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <limits>

using namespace recado;
using namespace recado::store;

namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (char c : bytes)
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}
std::string hex(const params& values) {
  return hex(values.bytes());
}

const auto some_uuid = *uuid::parse("00112233-4455-6677-8899-aabbccddeeff");

} // namespace

BOOST_AUTO_TEST_SUITE(parameters)

BOOST_AUTO_TEST_CASE(integers_are_big_endian) {
  BOOST_TEST(hex(params{}.add_int2(-2)) == "fffe");
  BOOST_TEST(hex(params{}.add_int4(0x01020304)) == "01020304");
  BOOST_TEST(hex(params{}.add_int8(std::numeric_limits<std::int64_t>::min())) ==
             "8000000000000000");
}

BOOST_AUTO_TEST_CASE(times_count_microseconds_from_the_year_2000) {
  BOOST_TEST(hex(params{}.add_time(from_micros(946'684'800'000'000))) == "0000000000000000");
  BOOST_TEST(hex(params{}.add_time(from_micros(946'684'799'999'999))) == "ffffffffffffffff");
  BOOST_TEST(hex(params{}.add_time(wall_time::max())) == "7fffffffffffffff");
  BOOST_TEST(hex(params{}.add_time(wall_time::min())) == "8000000000000000");
}

BOOST_AUTO_TEST_CASE(jsonb_carries_the_version_of_its_format) {
  BOOST_TEST(hex(params{}.add_jsonb("{}")) == "017b7d");
  BOOST_TEST(hex(params{}.add_json("{}")) == "7b7d");
}

BOOST_AUTO_TEST_CASE(values_lie_one_after_the_other_and_a_null_takes_no_bytes) {
  params values;
  values.add_uuid(some_uuid).add_text("").add_text(std::nullopt).add_bool(true).add_bytes("\x01");
  BOOST_TEST(hex(values) == "00112233445566778899aabbccddeeff0101");
  const auto& slots = values.slots();
  BOOST_REQUIRE(slots.size() == 5u);
  BOOST_TEST(slots[0].oid == 2950u);
  BOOST_TEST(slots[0].length == 16);
  BOOST_TEST(slots[1].length == 0);
  BOOST_TEST(slots[2].length == -1);
  BOOST_TEST(slots[2].oid == 25u);
  BOOST_TEST(slots[4].offset == 17u);
}

BOOST_AUTO_TEST_CASE(optionals_of_owning_types_and_strong_ids_are_taken_as_they_are) {
  std::optional<std::string> owned = "ana";
  const message_id id{some_uuid};
  params values;
  values.add_text(owned)
    .add_uuid(id)
    .add_uuid(std::optional<uuid>{})
    .add_int8(std::optional<int>{7});
  BOOST_TEST(values.slots()[0].length == 3);
  BOOST_TEST(values.slots()[1].length == 16);
  BOOST_TEST(values.slots()[2].length == -1);
  BOOST_TEST(values.slots()[3].length == 8);
}

BOOST_AUTO_TEST_CASE(an_array_is_a_header_and_counted_elements) {
  int2_array column;
  column.push(1).push(std::nullopt);
  // one dimension, has nulls, int2, two elements, from 1; length 2, value 1; length -1
  BOOST_TEST(hex(params{}.add_array(column)) == "00000001"
                                                "00000001"
                                                "00000015"
                                                "00000002"
                                                "00000001"
                                                "00000002"
                                                "0001"
                                                "ffffffff");
}

BOOST_AUTO_TEST_CASE(an_empty_array_has_no_dimension) {
  BOOST_TEST(hex(params{}.add_array(text_array{})) == "00000000"
                                                      "00000000"
                                                      "00000019");
}

BOOST_AUTO_TEST_CASE(a_getter_of_nothing_throws) {
  rows none;
  BOOST_TEST(none.empty());
  BOOST_TEST(none.columns() == 0u);
  BOOST_CHECK_THROW(none.get_int(0, 0), bad_value);
  BOOST_CHECK_THROW(none.maybe_text(0, 0), bad_value);
}

BOOST_AUTO_TEST_SUITE_END()
