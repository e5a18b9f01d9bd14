/// The status lattice, over all 144 pairs: what guarantee 4 of the product promises.
#include "schemas/status.hpp"

#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_SUITE_END()
