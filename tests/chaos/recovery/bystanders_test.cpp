#include "chaos/recovery/bystanders.hpp"
#include "schemas/partition.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::chaos {

namespace {

constexpr micros ms = 1'000;
constexpr micros s = 1'000'000;

/// n2 is killed at 10 s; it owns the partition of `theirs`, and not that of `spared`.
struct scene {
  client_id client = client_id::make();
  conversation_id theirs = conversation_id::make(), spared = other_than(theirs);
  bystander_meter meter{{{10 * s, true, "kill", "n2", {}, {part_of(theirs)}},
                         {11 * s, false, "kill", "n2", {}, {}},
                         {11 * s, true, "pause", "n2", {}, {}}}};

  scene() { meter.take(run_record{0, client, 1, {}}); }
  unsigned part_of(const conversation_id& where) const {
    return partition_of(client, where, default_partitions);
  }
  conversation_id other_than(const conversation_id& where) const {
    for (;;)
      if (auto out = conversation_id::make(); part_of(out) != part_of(where)) return out;
  }
  void letter(const conversation_id& to, micros begun, micros took, unsigned node,
              int status = 201) {
    message_id id{uuid::v7()};
    meter.take(send_record{begun, id, to, "w", 0});
    meter.take(try_record{begun, id, "w", way::post, node, 0});
    auto seq = status == 201 ? std::optional<std::int64_t>{1} : std::nullopt;
    meter.take(answer_record{begun + took, id, "w", status, seq, false, 0, {}});
  }
  bystander_row row() const {
    auto all = meter.rows();
    BOOST_REQUIRE(all.size() == 1u); // of the pause nobody said what its node owned
    return all.front();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(bystanders)

BOOST_FIXTURE_TEST_CASE(those_who_write_to_the_dead_one_or_through_it_are_none, scene) {
  letter(theirs, 10 * s + 1, 900 * ms, 0);
  letter(spared, 10 * s + 1, 800 * ms, 1);
  letter(spared, 10 * s + 1, 7 * ms, 2);
  BOOST_TEST(row().faults == 1u);
  BOOST_TEST(row().tries_during == 1u);
  BOOST_TEST(row().p95_during == 7 * ms);
}

BOOST_FIXTURE_TEST_CASE(before_and_during_end_at_the_fault_and_at_the_window, scene) {
  letter(spared, 10 * s - bystander_window - 1, 100 * ms, 0);
  letter(spared, 10 * s - bystander_window, 1 * ms, 0);
  letter(spared, 10 * s - 1, 2 * ms, 0);
  letter(spared, 10 * s, 3 * ms, 0);
  letter(spared, 10 * s + bystander_window - 1, 4 * ms, 0);
  letter(spared, 10 * s + bystander_window, 100 * ms, 0);
  BOOST_TEST(row().tries_before == 2u);
  BOOST_TEST(row().p95_before == 2 * ms);
  BOOST_TEST(row().tries_during == 2u);
  BOOST_TEST(row().p95_during == 4 * ms);
}

BOOST_FIXTURE_TEST_CASE(an_answer_without_a_number_is_counted_and_is_no_time, scene) {
  letter(spared, 10 * s, 1 * ms, 0, 503);
  letter(spared, 10 * s, 5 * ms, 0);
  BOOST_TEST(row().failed_during == 1u);
  BOOST_TEST(row().p95_during == 5 * ms);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::chaos
