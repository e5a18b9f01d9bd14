#include "actors/presence/wire.hpp"

#include "tests/actors/presence/presence_values.hpp"

namespace recado::presence::test {
namespace {

const gateway_key n1{"n1", 42};
const std::vector<stance> some{{user("ana"), online, at(1)}, {user("bruno"), offline, at(2)}};

} // namespace

BOOST_AUTO_TEST_CASE(news_come_back_as_they_were) {
  auto change = decode_news(encode(news{delta{n1, 7, some}}));
  BOOST_REQUIRE(change);
  const auto& got = std::get<delta>(*change);
  BOOST_TEST((got.from == n1 && got.number == 7 && got.changes == some));
  auto sum = decode_news(encode(news{digest{n1, 8, 2, ~0ull, true}}));
  BOOST_REQUIRE(sum);
  const auto& all = std::get<digest>(*sum);
  BOOST_TEST((all.from == n1 && all.number == 8 && all.count == 2 && all.sum == ~0ull));
  BOOST_TEST(all.curious);
  auto end = decode_news(encode(news{farewell{n1}}));
  BOOST_REQUIRE(end);
  BOOST_TEST((std::get<farewell>(*end).from == n1));
}

BOOST_AUTO_TEST_CASE(pages_come_back_as_they_were) {
  BOOST_TEST(!decode_page_request(encode(page_request{}))->after);
  BOOST_TEST((*decode_page_request(encode(page_request{user("ana")}))->after == user("ana")));
  auto page = decode_page(encode(page_of_people{9, some, true}));
  BOOST_REQUIRE(page);
  BOOST_TEST((page->number == 9 && page->people == some && page->more));
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_of_another_kind_is_refused) {
  for (const auto& whole : {encode(news{delta{n1, 7, some}}), encode(news{digest{n1, 8, 2, 3}}),
                            encode(news{farewell{n1}}), encode(page_request{user("ana")}),
                            encode(page_of_people{9, some, true})})
    for (std::size_t n = 0; n < whole.size(); ++n) {
      auto part = std::string_view{whole}.substr(0, n);
      BOOST_TEST(!decode_news(part));
      BOOST_TEST(!decode_page_request(part));
      BOOST_TEST(!decode_page(part));
    }
  BOOST_TEST(!decode_news(encode(page_request{})));
  BOOST_TEST(!decode_page(encode(page_request{})));
  BOOST_TEST(!decode_page_request(encode(page_of_people{})));
  auto odd = encode(page_of_people{9, some, true});
  odd[2 + 8 + 1 + 4 + 16 + 2 + 3] = 3; // a status that there is not
  BOOST_TEST(!decode_page(odd));
  auto boast = encode(page_of_people{9, {}, true});
  boast[2 + 8 + 1] = '\x7f'; // two thousand million people
  BOOST_TEST(!decode_page(boast));
}

} // namespace recado::presence::test
