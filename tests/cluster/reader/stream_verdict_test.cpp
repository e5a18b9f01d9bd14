#include "cluster/reader/stream_verdict.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;

namespace {

const registered_stream row{3, "monday"};
const stream_facts facts{"monday", 100, 200};
const auto command = command_id::make();

probe at(std::int64_t seq, std::optional<probe::message> found) {
  return {{3, seq, 777, {}}, std::move(found)};
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(recado::cluster::verdict)

BOOST_AUTO_TEST_SUITE(stream_verdict_suite)

BOOST_AUTO_TEST_CASE(a_stream_that_holds_what_we_read_is_the_same) {
  BOOST_TEST(judge(row, facts, {}) == verdict::same);
  BOOST_TEST(judge(row, facts, {at(150, probe::message{777, {}})}) == verdict::same);
  BOOST_TEST(judge(row, facts, {at(200, probe::message{777, {}})}) == verdict::same);
}

BOOST_AUTO_TEST_CASE(old_messages_may_be_discarded) {
  BOOST_TEST(judge(row, facts, {at(99, std::nullopt)}) == verdict::same);
}

BOOST_AUTO_TEST_CASE(a_place_behind_the_end_means_that_the_tail_was_cut) {
  BOOST_TEST(judge(row, facts, {at(201, std::nullopt)}) == verdict::cut);
}

BOOST_AUTO_TEST_CASE(a_missing_message_above_the_first_is_a_hole) {
  BOOST_TEST(judge(row, facts, {at(150, std::nullopt)}) == verdict::hole);
}

BOOST_AUTO_TEST_CASE(a_cut_tail_that_was_filled_again_shows_by_its_message) {
  BOOST_TEST(judge(row, facts, {at(150, probe::message{778, {}})}) == verdict::rewritten);
}

BOOST_AUTO_TEST_CASE(a_cursor_from_the_database_is_known_by_its_command) {
  probe cursor{{3, 150, 0, command}, probe::message{777, command}};
  BOOST_TEST(judge(row, facts, {cursor}) == verdict::same);
  cursor.found->command = command_id::make();
  BOOST_TEST(judge(row, facts, {cursor}) == verdict::rewritten);
}

BOOST_AUTO_TEST_CASE(another_birth_is_another_stream) {
  BOOST_TEST(judge(row, stream_facts{"tuesday", 1, 900}, {}) == verdict::recreated);
  BOOST_TEST(judge(row, std::nullopt, {}) == verdict::missing);
}

BOOST_AUTO_TEST_CASE(places_of_older_generations_say_nothing) {
  probe old{{2, 5000, 1, {}}, std::nullopt};
  BOOST_TEST(judge(row, facts, {old}) == verdict::same);
}

BOOST_AUTO_TEST_CASE(the_first_generation_is_one_and_none_is_used_twice) {
  BOOST_TEST(judge({}, std::nullopt, {}) == verdict::unregistered);
  BOOST_TEST(next_generation({}, {}) == 1);
  BOOST_TEST(next_generation(row, {}) == 4);
  // PostgreSQL was restored to a time before generation 7.
  probe young{{7, 1, 1, {}}, std::nullopt};
  BOOST_TEST(judge(row, facts, {young}) == verdict::row_rewound);
  BOOST_TEST(next_generation(row, {young}) == 8);
}

BOOST_AUTO_TEST_SUITE_END()
