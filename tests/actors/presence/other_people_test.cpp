#include "actors/presence/other_people.hpp"

#include "tests/actors/presence/presence_values.hpp"

namespace recado::presence::test {
namespace {

struct copy_of_one {
  other_people people{{1'000}};
  gateway_key from{"n2", 1};
  std::vector<stance> told;

  void hear(std::uint64_t number, std::string name, presence_status now) {
    people.take(delta{from, number, {{user(std::move(name)), now, at(static_cast<int>(number))}}},
                note());
  }
  void page(std::uint64_t number, std::vector<std::pair<std::string, presence_status>> all,
            bool more = false) {
    page_of_people got{number, {}, more};
    for (auto& [name, now] : all)
      got.people.push_back({user(name), now, at(0)});
    people.take(got, at(100), note());
  }
  void digest_of(std::uint64_t number, std::vector<std::pair<std::string, presence_status>> all) {
    digest sum{from, number, all.size(), 0, false};
    for (auto& [name, now] : all)
      sum.sum += weight_of(user(name), now);
    people.take(sum);
  }
  other_people::on_word note() {
    return [this](const stance& word) { told.push_back(word); };
  }
  presence_status of(std::string name) {
    auto known = people.of(user(std::move(name)));
    return known ? known->now : offline;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(others, copy_of_one)

BOOST_AUTO_TEST_CASE(deltas_in_order_need_nothing_else) {
  hear(1, "ana", online);
  hear(2, "ana", away);
  hear(3, "bruno", online);
  digest_of(3, {{"ana", away}, {"bruno", online}});
  BOOST_TEST(!people.request());
  BOOST_TEST(text(told) == "ana:online ana:away bruno:online ");
}

BOOST_AUTO_TEST_CASE(what_comes_twice_or_late_changes_nothing) {
  hear(1, "ana", online);
  hear(2, "ana", offline);
  hear(2, "ana", offline);
  hear(1, "ana", online);
  BOOST_TEST(of("ana") == offline);
  BOOST_TEST(told.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_gap_is_read_again) {
  hear(1, "ana", online);
  hear(3, "bruno", online); // 2 was lost
  BOOST_TEST(of("bruno") == online);
  BOOST_REQUIRE(people.request());
  BOOST_TEST(!people.request()); // once
  page(3, {{"bruno", online}, {"carla", away}});
  BOOST_TEST(of("ana") == offline); // it was she who left
  BOOST_TEST(of("carla") == away);
  BOOST_TEST(!people.request());
  digest_of(3, {{"bruno", online}, {"carla", away}});
  BOOST_TEST(!people.request());
}

BOOST_AUTO_TEST_CASE(the_last_delta_s_loss_shows_in_the_digest) {
  hear(1, "ana", online);
  digest_of(2, {});
  BOOST_REQUIRE(people.request());
  page(2, {});
  BOOST_TEST(of("ana") == offline);
}

BOOST_AUTO_TEST_CASE(a_digest_from_before_a_delta_is_no_doubt) {
  hear(1, "ana", online);
  hear(2, "bruno", online);
  digest_of(1, {{"ana", online}});
  BOOST_TEST(!people.request());
}

BOOST_AUTO_TEST_CASE(a_delta_during_the_reading_is_newer_than_the_page) {
  hear(5, "zoe", online); // a gateway that we hear for the first time
  auto first = people.request();
  BOOST_REQUIRE(first);
  BOOST_TEST(!first->after);
  page(5, {{"ana", online}, {"bruno", online}}, true);
  auto next = people.request();
  BOOST_REQUIRE(next && next->after);
  BOOST_TEST(next->after->user.value == "bruno");
  hear(6, "ana", offline);
  hear(7, "zoe", away);
  page(6, {{"zoe", online}}); // made before the last one
  BOOST_TEST(of("ana") == offline);
  BOOST_TEST(of("bruno") == online);
  BOOST_TEST(of("zoe") == away);
  digest_of(7, {{"bruno", online}, {"zoe", away}});
  BOOST_TEST(!people.request());
}

BOOST_AUTO_TEST_CASE(a_delta_lost_during_the_reading_is_found) {
  hear(5, "zoe", online);
  people.request();
  page(5, {{"ana", online}}, true);
  people.request();
  page(6, {{"zoe", online}}); // 6 was: ana left. We never heard of it
  BOOST_TEST(of("ana") == online);
  digest_of(6, {{"zoe", online}});
  BOOST_TEST(people.request().has_value());
  page(6, {{"zoe", online}});
  BOOST_TEST(of("ana") == offline);
}

BOOST_AUTO_TEST_CASE(a_page_that_does_not_come_is_asked_for_after_the_next_digest) {
  hear(5, "zoe", online);
  people.request();
  people.take(std::nullopt, at(1), note());
  BOOST_TEST(!people.request());
  digest_of(5, {{"ana", online}, {"zoe", online}});
  BOOST_TEST(people.request().has_value());
}

BOOST_AUTO_TEST_CASE(when_it_is_gone_all_of_its_people_are) {
  hear(1, "ana", online);
  hear(2, "bruno", away);
  told.clear();
  people.forget(at(50), note());
  BOOST_TEST(text(told) == "ana:offline bruno:offline ");
  people.sweep(at(60));
  BOOST_TEST(people.size() == 0U);
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
  other_people few{{2}};
  few.take(
    delta{from,
          1,
          {{user("a"), online, at(1)}, {user("b"), online, at(1)}, {user("c"), online, at(1)}}},
    note());
  BOOST_TEST(few.size() == 2U);
  few.take(digest{from, 1, 3, 0, false});
  BOOST_TEST(!few.request()); // it would not help
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::presence::test
