#include "tests/runtime/store/support.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

using namespace recado;
using namespace recado::store;
using namespace recado::test;

namespace {

connection& shared_db() {
  static connection db{server().config()};
  return db;
}

rows ask(std::string_view sql, params values) {
  auto found = shared_db().run_one({"", sql, std::move(values)}, tx::read);
  BOOST_REQUIRE_MESSAGE(found, sql << ": " << (found ? "" : describe(found.error())));
  return *found;
}

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>(i * 31 + i / 251);
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(every_type_comes_back_as_it_went) {
  auto id = uuid::v7();
  auto at = from_micros(1'795'330'923'004'005);
  params p;
  p.add_uuid(id).add_int2(-32'768).add_int4(2'147'483'647).add_int8(-9'223'372'036'854'775'807 - 1);
  p.add_text("olá, 世界").add_bytes(std::string_view{"\0\xff\0", 3}).add_bool(true).add_bool(false);
  p.add_time(at).add_json("{\"a\": 1}").add_jsonb("{\"b\": [1, 2]}");
  auto r = ask(
    "select $1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,1.5::float8,0.25::float4,'n'::name,'v'::varchar", p);
  BOOST_REQUIRE(r.size() == 1u);
  BOOST_TEST(r.columns() == 15u);
  BOOST_TEST((r.get_uuid(0, 0) == id));
  BOOST_TEST(r.get_int(0, 1) == -32'768);
  BOOST_TEST(r.get_int(0, 2) == 2'147'483'647);
  BOOST_TEST(r.get_int(0, 3) == std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(r.get_text(0, 4) == "olá, 世界");
  BOOST_TEST((r.get_bytes(0, 5) == std::string_view{"\0\xff\0", 3}));
  BOOST_TEST(r.get_bool(0, 6));
  BOOST_TEST(!r.get_bool(0, 7));
  BOOST_TEST((r.get_time(0, 8) == at));
  BOOST_TEST(r.get_text(0, 9) == "{\"a\": 1}");
  BOOST_TEST(r.get_text(0, 10) == "{\"b\": [1, 2]}");
  BOOST_TEST(r.get_double(0, 11) == 1.5);
  BOOST_TEST(r.get_double(0, 12) == 0.25);
  BOOST_TEST(r.get_text(0, 13) == "n");
  BOOST_TEST(r.get_text(0, 14) == "v");
}

BOOST_AUTO_TEST_CASE(the_server_reads_the_same_values_as_its_own_text) {
  auto id = *uuid::parse("018f0000-abcd-7000-8000-0123456789ab");
  params p;
  p.add_uuid(id).add_time(*parse_rfc3339("1969-07-20T20:17:40.123Z")).add_int2(-7).add_bool(true);
  p.add_bytes("\x01\xfe");
  auto r = ask("select $1::text, $2::text, $3::text, $4::text, $5::text", p);
  BOOST_TEST(r.get_text(0, 0) == id.str());
  BOOST_TEST(r.get_text(0, 1) == "1969-07-20 20:17:40.123+00");
  BOOST_TEST(r.get_text(0, 2) == "-7");
  BOOST_TEST(r.get_text(0, 3) == "true");
  BOOST_TEST(r.get_text(0, 4) == "\\x01fe");
}

BOOST_AUTO_TEST_CASE(every_type_can_be_null) {
  params p;
  p.add_uuid(std::optional<uuid>{})
    .add_int2(std::nullopt)
    .add_int4(std::nullopt)
    .add_int8(std::nullopt);
  p.add_text(std::nullopt).add_bytes(std::nullopt).add_bool(std::nullopt).add_time(std::nullopt);
  p.add_json(std::nullopt).add_jsonb(std::nullopt);
  auto r = ask("select $1,$2,$3,$4,$5,$6,$7,$8,$9,$10", p);
  for (std::size_t col = 0; col < 10; ++col)
    BOOST_TEST(r.is_null(0, col));
  BOOST_TEST(!r.maybe_uuid(0, 0));
  BOOST_TEST(!r.maybe_int(0, 3));
  BOOST_TEST(!r.maybe_text(0, 4));
  BOOST_TEST(!r.maybe_bytes(0, 5));
  BOOST_TEST(!r.maybe_bool(0, 6));
  BOOST_TEST(!r.maybe_time(0, 7));
  BOOST_CHECK_THROW(r.get_int(0, 1), bad_value);
}

BOOST_AUTO_TEST_CASE(infinite_times_are_the_ends_of_our_time) {
  auto r = ask("select 'infinity'::timestamptz, '-infinity'::timestamptz, $1::text, $2::text",
               params{}.add_time(wall_time::max()).add_time(wall_time::min()));
  BOOST_TEST((r.get_time(0, 0) == wall_time::max()));
  BOOST_TEST((r.get_time(0, 1) == wall_time::min()));
  BOOST_TEST(r.get_text(0, 2) == "infinity");
  BOOST_TEST(r.get_text(0, 3) == "-infinity");
}

BOOST_AUTO_TEST_CASE(empty_and_huge_values_survive) {
  auto big_bytes = pattern(1 << 20);
  std::string big_text(1 << 20, 'x');
  auto r = ask("select $1, $2, $3, $4, length($1), length($2)",
               params{}.add_bytes(big_bytes).add_text(big_text).add_bytes("").add_text(""));
  BOOST_TEST((r.get_bytes(0, 0) == big_bytes));
  BOOST_TEST((r.get_text(0, 1) == big_text));
  BOOST_TEST(r.get_bytes(0, 2).empty());
  BOOST_TEST(!r.is_null(0, 3));
  BOOST_TEST(r.get_text(0, 3).empty());
  BOOST_TEST(r.get_int(0, 4) == 1 << 20);
}

BOOST_AUTO_TEST_CASE(columns_of_every_type_unnest_with_nulls) {
  auto id = uuid::v7();
  auto big = pattern(1 << 20);
  params p;
  p.add_array(uuid_array{}.push(id).push(std::nullopt))
    .add_array(int2_array{}.push(1).push(std::nullopt));
  p.add_array(int4_array{}.push(2).push(std::nullopt))
    .add_array(int8_array{}.push(3).push(std::nullopt));
  p.add_array(text_array{}.push("").push(std::nullopt));
  p.add_array(bytea_array{}.push(bytea{big}).push(std::nullopt));
  p.add_array(bool_array{}.push(true).push(std::nullopt));
  p.add_array(time_array{}.push(from_micros(1)).push(std::nullopt));
  p.add_array(json_array{}.push(json{"[]"}).push(std::nullopt));
  p.add_array(jsonb_array{}.push(jsonb{"{}"}).push(std::nullopt));
  auto r = ask("select * from unnest($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)", p);
  BOOST_REQUIRE(r.size() == 2u);
  BOOST_TEST((r.get_uuid(0, 0) == id));
  BOOST_TEST(r.get_int(0, 1) == 1);
  BOOST_TEST(r.get_int(0, 2) == 2);
  BOOST_TEST(r.get_int(0, 3) == 3);
  BOOST_TEST(r.get_text(0, 4) == "");
  BOOST_TEST((r.get_bytes(0, 5) == big));
  BOOST_TEST(r.get_bool(0, 6));
  BOOST_TEST((r.get_time(0, 7) == from_micros(1)));
  BOOST_TEST(r.get_text(0, 8) == "[]");
  BOOST_TEST(r.get_text(0, 9) == "{}");
  for (std::size_t col = 0; col < 10; ++col)
    BOOST_TEST(r.is_null(1, col));
}

BOOST_AUTO_TEST_CASE(arrays_can_be_read) {
  auto a = uuid::v7();
  auto b = uuid::v7();
  params p;
  p.add_array(uuid_array{}.push(a).push(message_id{b})).add_array(text_array{}.push("x").push(""));
  p.add_array(int8_array{}.push(-1).push(2)).add_array(uuid_array{});
  auto r = ask("select $1, $2, $3, $4, array[7,8]::int2[], array[null]::text[], array[[1],[2]]", p);
  BOOST_TEST((r.get_uuids(0, 0) == std::vector<uuid>{a, b}));
  BOOST_TEST((r.get_texts(0, 1) == std::vector<std::string_view>{"x", ""}));
  BOOST_TEST((r.get_ints(0, 2) == std::vector<std::int64_t>{-1, 2}));
  BOOST_TEST(r.get_uuids(0, 3).empty());
  BOOST_TEST((r.get_ints(0, 4) == std::vector<std::int64_t>{7, 8}));
  BOOST_CHECK_THROW(r.get_texts(0, 5), bad_value);
  BOOST_CHECK_THROW(r.get_ints(0, 6), bad_value);
}

BOOST_AUTO_TEST_CASE(asking_for_another_type_or_a_missing_column_throws) {
  auto r = ask("select 1::int4, 'x'::text, 1::numeric", {});
  BOOST_CHECK_THROW(r.get_text(0, 0), bad_value);
  BOOST_CHECK_THROW(r.get_int(0, 1), bad_value);
  BOOST_CHECK_THROW(r.get_int(0, 2), bad_value);
  BOOST_CHECK_THROW(r.get_uuid(0, 1), bad_value);
  BOOST_CHECK_THROW(r.get_int(1, 0), bad_value);
  BOOST_CHECK_THROW(r.get_int(0, 3), bad_value);
}

BOOST_AUTO_TEST_CASE(rows_outlive_their_connection) {
  rows kept;
  {
    connection db{server().config()};
    kept = *db.run_one(say("select 'still here'::text"));
  }
  BOOST_TEST(kept.get_text(0, 0) == "still here");
}

BOOST_AUTO_TEST_SUITE_END()
