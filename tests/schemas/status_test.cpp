/// The status lattice, over all 144 pairs: what guarantee 4 of the product promises.
#include "schemas/status.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace recado;

namespace {
template <class F>
void each(F&& f) {
  for (std::size_t i = 0; i < statuses; ++i)
    f(static_cast<status>(i));
}
} // namespace

BOOST_AUTO_TEST_SUITE(status_lattice)

BOOST_AUTO_TEST_CASE(every_name_reads_back) {
  each([](status s) { BOOST_TEST((status_of(to_string(s)) == s)); });
  BOOST_TEST(!status_of("nonsense"));
}

BOOST_AUTO_TEST_CASE(no_pair_lowers_the_rank_and_no_final_status_is_left) {
  each([](status from) {
    each([from](status to) {
      auto after = advance(from, to);
      BOOST_TEST(rank(after) >= rank(from));
      if (final(from)) BOOST_TEST((after == from));
      BOOST_TEST((after == from || after == to));
    });
  });
}

BOOST_AUTO_TEST_CASE(a_final_status_is_reached_from_sent_but_not_from_delivered_or_read) {
  each([](status to) {
    if (!final(to)) return;
    for (auto from :
         {status::scheduled, status::queued, status::sending, status::retrying, status::sent})
      BOOST_TEST(may_move(from, to));
    for (auto from : {status::delivered, status::read})
      BOOST_TEST(!may_move(from, to));
  });
}

BOOST_AUTO_TEST_CASE(sending_and_retrying_take_turns) {
  BOOST_TEST(may_move(status::sending, status::retrying));
  BOOST_TEST(may_move(status::retrying, status::sending));
  BOOST_TEST(!may_move(status::sending, status::sending));
}

BOOST_AUTO_TEST_CASE(reports_in_any_order_end_at_the_same_place_unless_one_is_final) {
  each([](status a) {
    each([a](status b) {
      if (final(a) || final(b) || rank(a) == rank(b)) return;
      BOOST_TEST(
        (advance(advance(status::queued, a), b) == advance(advance(status::queued, b), a)));
    });
  });
}

BOOST_AUTO_TEST_CASE(a_message_is_as_far_as_its_least_advanced_recipient) {
  least_advanced whole;
  BOOST_TEST(!whole.value());
  whole.add(status::read);
  whole.add(status::delivered);
  BOOST_TEST((whole.value() == status::delivered));
  whole.add(status::failed); // one that ended does not pull the others down
  BOOST_TEST((whole.value() == status::delivered));
}

BOOST_AUTO_TEST_CASE(a_message_ends_only_when_every_part_has_ended) {
  least_advanced whole;
  whole.add(status::failed);
  whole.add(status::expired);
  BOOST_TEST((whole.value() == status::failed));
  whole.add(status::queued);
  BOOST_TEST((whole.value() == status::queued));
}

BOOST_AUTO_TEST_CASE(parts_that_ended_alike_end_the_whole_so_and_others_fail_it) {
  least_advanced whole;
  whole.add(status::canceled);
  whole.add(status::canceled);
  BOOST_TEST((whole.value() == status::canceled));
  whole.add(status::dead);
  BOOST_TEST((whole.value() == status::failed));
}

BOOST_AUTO_TEST_CASE(a_recipient_is_as_far_as_the_most_advanced_delivery) {
  most_advanced one;
  BOOST_TEST(!one.value());
  one.add(status::queued, status::queued);
  one.add(status::failed, status::queued);
  BOOST_TEST((one.value() == status::queued));
  one.add(status::sent, status::sent);
  BOOST_TEST((one.value() == status::sent));
}

BOOST_AUTO_TEST_CASE(a_bounce_does_not_lower_a_recipient_whom_another_channel_may_still_reach) {
  most_advanced one;
  one.add(status::failed, status::sent);
  one.add(status::retrying, status::retrying);
  BOOST_TEST((one.value() == status::sent));
}

namespace {

struct part {
  status now, reached;
};

/// Every move that the lattice allows, from everywhere.
std::vector<part> next_of(const part& from) {
  std::vector<part> out;
  for (std::size_t i = 0; i < statuses; ++i) {
    auto to = static_cast<status>(i);
    if (may_move(from.now, to)) out.push_back({to, final(to) ? from.now : to});
  }
  return out;
}

std::vector<part> every_part() {
  std::vector<part> out;
  for (std::size_t i = 0; i < statuses; ++i) {
    auto now = static_cast<status>(i);
    if (!final(now)) out.push_back({now, now});
    for (std::size_t j = 0; final(now) && j <= static_cast<std::size_t>(status::sent); ++j)
      out.push_back({now, static_cast<status>(j)});
  }
  return out;
}

status of_recipient(const part& a, const part& b) {
  most_advanced one;
  one.add(a.now, a.reached);
  one.add(b.now, b.reached);
  return *one.value();
}

status of_message(status a, status b) {
  least_advanced whole;
  whole.add(a);
  whole.add(b);
  return *whole.value();
}

} // namespace

BOOST_AUTO_TEST_CASE(no_move_of_a_delivery_ever_lowers_its_recipient_or_its_message) {
  auto all = every_part();
  std::size_t moves = 0;
  for (const auto& a : all)
    for (const auto& b : all)
      for (const auto& moved : next_of(a)) {
        auto before = of_recipient(a, b), after = of_recipient(moved, b);
        BOOST_REQUIRE_MESSAGE(rank(after) >= rank(before), to_string(before)
                                                             << " became " << to_string(after));
        for (const auto& other : all) {
          auto whole = of_message(before, other.now), then = of_message(after, other.now);
          BOOST_REQUIRE_MESSAGE(rank(then) >= rank(whole), to_string(whole)
                                                             << " became " << to_string(then));
          ++moves;
        }
      }
  BOOST_TEST(moves > 10'000u);
}

BOOST_AUTO_TEST_SUITE_END()
