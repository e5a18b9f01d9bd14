#include "chaos/recovery/recovery.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::chaos {

namespace {

constexpr micros ms = 1'000;
constexpr micros s = 1'000'000;

struct scene {
  recovery_meter meter;
  conversation_id room{uuid::v7()};

  explicit scene(const std::string& fault, const std::string& target = "n2")
    : meter({{10 * s, true, fault, target, {}}, {13 * s, false, fault, target, {}}}) {}

  message_id letter(micros begun, micros ended, unsigned node, int status = 201) {
    message_id id{uuid::v7()};
    std::string by = "w";
    meter.take(send_record{begun, id, room, by, 0});
    meter.take(try_record{begun, id, by, way::post, node, 0});
    auto seq = status == 201 ? std::optional<std::int64_t>{1} : std::nullopt;
    meter.take(answer_record{ended, id, by, status, seq, false, 0, {}});
    return id;
  }
  recovery_row row() const {
    auto all = meter.rows();
    BOOST_REQUIRE(all.size() == 1u);
    return all.front();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(recovery)

BOOST_AUTO_TEST_CASE(a_slow_answer_after_a_kill_is_the_recovery) {
  scene one{"kill"};
  one.letter(10 * s + 100 * ms, 10 * s + 700 * ms, 0);
  one.letter(10 * s + 800 * ms, 10 * s + 805 * ms, 0);
  BOOST_TEST(one.row().conversations == 1u);
  BOOST_TEST(one.row().max == 600 * ms);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_a_hit_and_the_next_number_its_end) {
  scene one{"kill"};
  one.letter(10 * s + 100 * ms, 10 * s + 101 * ms, 0, 503);
  one.letter(10 * s + 300 * ms, 10 * s + 301 * ms, 0, 202);
  one.letter(10 * s + 900 * ms, 10 * s + 905 * ms, 0);
  BOOST_TEST(one.row().max == 805 * ms);
}

BOOST_AUTO_TEST_CASE(a_conversation_that_was_answered_as_ever_does_not_count) {
  scene one{"kill"};
  one.letter(10 * s + 100 * ms, 10 * s + 105 * ms, 0);
  BOOST_TEST(one.row().conversations == 0u);
  BOOST_TEST(one.row().faults == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_asked_of_the_victim_itself_does_not_count) {
  scene one{"pause"};
  one.letter(10 * s + 1 * ms, 13 * s + 5 * ms, 1);
  BOOST_TEST(one.row().conversations == 0u);
}

BOOST_AUTO_TEST_CASE(a_number_from_the_victim_itself_ends_the_wait) {
  scene one{"cut_postgres"};
  one.letter(10 * s + 100 * ms, 11 * s, 0, 503);
  one.letter(12 * s, 13 * s, 1);
  BOOST_TEST(one.row().max == 2'900 * ms);
}

BOOST_AUTO_TEST_CASE(a_message_that_a_reader_hears_ends_the_wait) {
  scene one{"deaf_to_nats"};
  auto before = one.letter(9 * s, 9 * s + 5 * ms, 0);
  auto after = one.letter(10 * s + 100 * ms, 10 * s + 101 * ms, 0, 202);
  one.meter.take(frame_record{10 * s + 150 * ms, "r", 1, one.room, before, 1});
  one.meter.take(frame_record{12 * s + 100 * ms, "r", 1, one.room, after, 2});
  BOOST_TEST(one.row().max == 2 * s);
}

BOOST_AUTO_TEST_CASE(a_conversation_that_never_answers_again_waits_until_the_next_fault) {
  scene one{"kill"};
  one.letter(11 * s, 16 * s, 0, 503);
  BOOST_TEST(one.row().max == 59 * s);
}

BOOST_AUTO_TEST_CASE(a_try_under_way_when_the_fault_came_waits_from_the_fault_on) {
  scene one{"kill"};
  one.letter(9 * s + 950 * ms, 10 * s + 400 * ms, 0);
  BOOST_TEST(one.row().max == 400 * ms);
}

BOOST_AUTO_TEST_CASE(of_a_hand_off_the_slowest_answer_counts) {
  scene one{"drain"};
  one.letter(10 * s + 100 * ms, 10 * s + 105 * ms, 1);
  one.letter(11 * s, 11 * s + 90 * ms, 1);
  one.letter(9 * s, 9 * s + 400 * ms, 1); // before it
  BOOST_TEST(one.row().hand_off);
  BOOST_TEST(one.row().max == 90 * ms);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::chaos
