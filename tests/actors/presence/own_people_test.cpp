#include "actors/presence/own_people.hpp"

#include "tests/actors/presence/presence_values.hpp"

namespace recado::presence::test {
namespace {

struct one_gateway {
  own_people people{{"n1", 1}};
  uuid phone = uuid::v7(), desk = uuid::v7();
  person ana = user("ana");

  /// The change, or nothing.
  std::string said(const std::optional<stance>& change) {
    return change ? text({*change}) : std::string{};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(own, one_gateway)

BOOST_AUTO_TEST_CASE(one_of_several_connections_is_enough_to_be_online) {
  BOOST_TEST(said(people.set(phone, ana, online, at(1))) == "ana:online ");
  BOOST_TEST(said(people.set(desk, ana, online, at(2))).empty());
  BOOST_TEST(said(people.set(phone, ana, away, at(3))).empty());
  BOOST_TEST(said(people.set(desk, ana, away, at(4))) == "ana:away ");
  BOOST_TEST((people.of(ana)->at == at(4)));
  BOOST_TEST(said(people.set(desk, ana, online, at(5))) == "ana:online ");
  BOOST_TEST(said(people.end(desk, at(6))) == "ana:away ");
  BOOST_TEST(said(people.end(phone, at(7))) == "ana:offline ");
  BOOST_TEST(!people.of(ana));
  BOOST_TEST(people.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_not_connected_cannot_end) {
  BOOST_TEST(!people.end(phone, at(1)));
  people.set(phone, ana, online, at(1));
  people.end(phone, at(2));
  BOOST_TEST(!people.end(phone, at(3)));
}

BOOST_AUTO_TEST_CASE(the_same_name_of_another_client_is_somebody_else) {
  auto other = user("ana", client_id{uuid{{2}}});
  people.set(phone, ana, online, at(1));
  BOOST_TEST(!people.of(other));
  BOOST_TEST(said(people.set(desk, other, away, at(1))) == "ana:away ");
  BOOST_TEST((people.of(ana)->now == online));
}

BOOST_AUTO_TEST_CASE(a_digest_tells_different_people_apart_and_forgets_who_has_gone) {
  auto empty = people.sum();
  people.set(phone, ana, online, at(1));
  auto one = people.sum();
  people.set(phone, ana, away, at(2));
  auto other = people.sum();
  BOOST_TEST(one.count == 1U);
  BOOST_TEST(one.sum != other.sum);
  people.end(phone, at(3));
  BOOST_TEST(people.sum().sum == empty.sum);
  BOOST_TEST(people.sum().count == 0U);
}

BOOST_AUTO_TEST_CASE(pages_follow_one_another) {
  for (auto name : {"d", "a", "c", "b", "e"})
    people.set(uuid::v7(), user(name), online, at(1));
  std::string all;
  page_request next;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    auto got = people.page(next, 2);
    all += text(got.people);
    more = got.more;
    next.after = got.people.back().who;
  }
  BOOST_TEST(all == "a:online b:online c:online d:online e:online ");
  BOOST_TEST(pages == 3);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::presence::test
