/// One writer of a process at a time.
#include "actors/writer/solitude.hpp"

#include <boost/test/unit_test.hpp>

using recado::solitude;

namespace {

struct three {
  solitude place;
  std::string called;
  std::shared_ptr<solitude::visitor> a = visitor("a"), b = visitor("b"), c = visitor("c");

  std::shared_ptr<solitude::visitor> visitor(const char* name) {
    return std::make_shared<solitude::visitor>([this, name] { called += name; });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(the_place_where_one_is_alone, three)

BOOST_AUTO_TEST_CASE(it_has_one_visitor_and_the_others_are_called_in_their_order) {
  BOOST_TEST(place.enter(a));
  BOOST_TEST(place.enter(a)); // it is there
  BOOST_TEST(!place.enter(b));
  BOOST_TEST(!place.enter(c));
  BOOST_TEST(!place.enter(b)); // waits once
  place.leave(a);
  BOOST_TEST(called == "b");
  BOOST_TEST(!place.enter(a)); // however soon it comes back
  BOOST_TEST(place.enter(b));
  place.leave(b);
  place.leave(c);
  BOOST_TEST(called == "bca");
}

BOOST_AUTO_TEST_CASE(whoever_is_not_inside_cannot_leave) {
  BOOST_TEST(place.enter(a));
  place.leave(b);
  BOOST_TEST(!place.enter(c));
}

BOOST_AUTO_TEST_CASE(a_visitor_that_ends_has_left_or_given_up) {
  BOOST_TEST(place.enter(a));
  BOOST_TEST(!place.enter(b));
  BOOST_TEST(!place.enter(c));
  b.reset();
  place.leave(a);
  BOOST_TEST(called == "c");
  c.reset();
  BOOST_TEST(place.enter(a));
}

BOOST_AUTO_TEST_SUITE_END()
