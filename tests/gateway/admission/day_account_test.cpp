#include "gateway/admission/day_account.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::admission;
using namespace std::chrono_literals;

namespace {

constexpr utc_day today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
constexpr utc_day tomorrow = today + std::chrono::days{1};

struct scene {
  day_account uut{100};
  message_id message = message_id::make();

  explicit scene(std::int64_t granted = 0, std::int64_t taken = 0) {
    if (granted > 0) uut.add(today, {granted, std::max(granted, taken), {}}, today);
  }
  std::optional<charge> take() { return uut.take(message, today); }
  void settle(const charge& what, ec code, bool replayed = false) {
    reply said;
    said.code = code;
    said.replayed = replayed;
    uut.settle(message, what, said);
  }
  std::int64_t left() { return uut.give_back(today); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(a_day)

BOOST_AUTO_TEST_CASE(ends_at_midnight_utc) {
  wall_time noon = today + 12h;
  BOOST_TEST((day_of(noon) == today));
  BOOST_TEST((day_of(tomorrow - 1us) == today));
  BOOST_TEST((day_of(tomorrow) == tomorrow));
  BOOST_TEST((until_midnight(noon) == 12h));
  BOOST_TEST((until_midnight(tomorrow - 1us) == 1s));
  BOOST_TEST((until_midnight(tomorrow) == 24h));
}

BOOST_AUTO_TEST_CASE(spends_what_was_granted_and_no_more) {
  scene at{2};
  BOOST_TEST(at.take().has_value());
  BOOST_TEST(at.take().has_value());
  BOOST_TEST(!at.take().has_value());
  at.uut.add(today, {1, 3, {}}, today);
  BOOST_TEST(at.take().has_value());
  BOOST_TEST(!at.take().has_value());
}

BOOST_AUTO_TEST_CASE(begins_with_nothing_of_the_day_before) {
  scene at{5};
  auto yesterday = at.take().value();
  BOOST_TEST(!at.uut.take(at.message, tomorrow).has_value());
  BOOST_TEST(!at.uut.remaining(tomorrow).has_value());
  at.settle(yesterday, ec::not_a_member); // comes back too late
  BOOST_TEST(!at.uut.take(at.message, tomorrow).has_value());
  at.uut.add(today, {5, 10, {}}, tomorrow); // asked for before midnight
  BOOST_TEST(!at.uut.take(at.message, tomorrow).has_value());
}

BOOST_AUTO_TEST_CASE(is_not_charged_for_what_was_refused_or_was_there_already) {
  for (auto code : {ec::not_a_member, ec::conversation_not_found, ec::overloaded,
                    ec::store_unavailable, ec::owner_unavailable, ec::poison}) {
    scene at{1};
    at.settle(at.take().value(), code);
    BOOST_TEST(at.left() == 1, info_of(code).code);
  }
  scene replayed{1};
  replayed.settle(replayed.take().value(), ec::none, true);
  BOOST_TEST(replayed.left() == 1);
  scene accepted{1};
  accepted.settle(accepted.take().value(), ec::none);
  BOOST_TEST(accepted.left() == 0);
}

BOOST_AUTO_TEST_CASE(charges_a_message_of_unknown_end_once) {
  scene at{1};
  at.settle(at.take().value(), ec::outcome_unknown);
  auto again = at.take();
  BOOST_REQUIRE(again.has_value()); // although the portion is spent
  BOOST_TEST(again->again);
  at.settle(*again, ec::store_unavailable); // the first try may still have been accepted
  again = at.take();
  BOOST_REQUIRE(again.has_value());
  at.settle(*again, ec::none, true); // it was
  BOOST_TEST(at.left() == 0);
  BOOST_TEST(!at.take().has_value());
}

BOOST_AUTO_TEST_CASE(gives_a_message_of_unknown_end_back_once_it_was_refused) {
  scene at{1};
  at.settle(at.take().value(), ec::outcome_unknown);
  at.settle(at.take().value(), ec::conversation_not_found);
  BOOST_TEST(at.left() == 1);
  at.uut.add(today, {1, 1, {}}, today);
  at.settle(at.take().value(), ec::outcome_unknown);
  at.settle(at.take().value(), ec::idempotency_mismatch); // there is a message of this id
  BOOST_TEST(at.left() == 0);
}

BOOST_AUTO_TEST_CASE(remembers_so_many_of_unknown_end_only) {
  constexpr auto many = static_cast<std::int64_t>(day_account::unsure_max) + 1;
  scene at{many};
  std::vector<message_id> all;
  for (std::int64_t i = 0; i < many; ++i) {
    at.message = all.emplace_back(message_id::make());
    at.settle(at.take().value(), ec::outcome_unknown);
  }
  BOOST_TEST(!at.take().has_value()); // the last one
  at.message = all.front();
  BOOST_TEST(at.take().has_value());
}

BOOST_AUTO_TEST_CASE(says_what_is_left_as_far_as_it_knows) {
  scene at{10, 40};
  BOOST_TEST(at.uut.remaining(today).value() == 70);
  at.take();
  BOOST_TEST(at.uut.remaining(today).value() == 69);
  BOOST_TEST(at.left() == 9);
  BOOST_TEST(at.uut.remaining(today).value() == 69);
  at.uut.add(today, {0, 120, {}}, today); // the quota was lowered
  BOOST_TEST(at.uut.remaining(today).value() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
