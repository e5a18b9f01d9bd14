#include "tests/actors/history/history_world.hpp"

namespace recado::test {
namespace {

struct ranges_world : history_world {
  conversation_id in = make_conversation(conversation_type::group, 10);

  ranges_world() {
    add_member(in, ana);
    add_member(in, bruno, {3});
    add_member(in, carla, {3, 7}); // has left
    for (int seq = 1; seq <= 10; ++seq)
      add_message(in, seq, ana, ten(seq));
  }
  std::string read(history_service::range which, const user_id& viewer = {}) {
    auto got = range(in, which, viewer);
    BOOST_REQUIRE(got);
    return seqs(*got) + "-> " + got->next;
  }
};

using range_t = history_service::range;
constexpr auto none = std::nullopt;

} // namespace

BOOST_FIXTURE_TEST_SUITE(ranges, ranges_world)

BOOST_AUTO_TEST_CASE(without_bounds_a_range_starts_at_the_beginning) {
  BOOST_TEST(read({none, none, 4}) == "1 2 3 4 -> 4");
  BOOST_TEST(read({none, none, 50}) == "1 2 3 4 5 6 7 8 9 10 -> ");
}

BOOST_AUTO_TEST_CASE(since_reads_upwards_and_is_exclusive) {
  BOOST_TEST(read({0, none, 3}) == "1 2 3 -> 3");
  BOOST_TEST(read({3, none, 3}) == "4 5 6 -> 6");
  BOOST_TEST(read({7, none, 3}) == "8 9 10 -> ");
  BOOST_TEST(read({10, none, 3}) == "-> ");
  BOOST_TEST(read({99, none, 3}) == "-> ");
  BOOST_TEST(read({-5, none, 2}) == "1 2 -> 2");
}

BOOST_AUTO_TEST_CASE(before_alone_gives_the_newest_below_it_ascending) {
  BOOST_TEST(read({none, 8, 3}) == "5 6 7 -> 5");
  BOOST_TEST(read({none, 5, 3}) == "2 3 4 -> 2");
  BOOST_TEST(read({none, 2, 3}) == "1 -> ");
  BOOST_TEST(read({none, 1, 3}) == "-> ");
  BOOST_TEST(read({none, 0, 3}) == "-> ");
  BOOST_TEST(read({none, 999, 2}) == "9 10 -> 9");
  BOOST_TEST(read({none, std::numeric_limits<std::int64_t>::max(), 2}) == "9 10 -> 9");
  BOOST_TEST(read({none, std::numeric_limits<std::int64_t>::min(), 2}) == "-> ");
}

BOOST_AUTO_TEST_CASE(both_bounds_are_an_interval) {
  BOOST_TEST(read({2, 6, 50}) == "3 4 5 -> ");
  BOOST_TEST(read({2, 9, 3}) == "3 4 5 -> 5");
  BOOST_TEST(read({5, 9, 3}) == "6 7 8 -> ");
  BOOST_TEST(read({6, 6, 3}) == "-> ");
  BOOST_TEST(read({9, 2, 3}) == "-> ");
}

BOOST_AUTO_TEST_CASE(a_user_reads_what_came_since_it_joined) {
  BOOST_TEST(read({none, none, 50}, bruno) == "4 5 6 7 8 9 10 -> ");
  BOOST_TEST(read({0, none, 2}, bruno) == "4 5 -> 5");
  BOOST_TEST(read({8, none, 2}, bruno) == "9 10 -> ");
  BOOST_TEST(read({none, 99, 3}, bruno) == "8 9 10 -> 8");
  BOOST_TEST(read({none, 5, 3}, bruno) == "4 -> ");
  BOOST_TEST(read({10, none, 3}, bruno) == "-> ");
  BOOST_TEST(read({none, none, 50}, ana) == "1 2 3 4 5 6 7 8 9 10 -> ");
}

BOOST_AUTO_TEST_CASE(strangers_those_who_left_and_other_clients_find_no_conversation) {
  BOOST_TEST(range(in, {}, dora).error().code == ec::conversation_not_found);
  BOOST_TEST(range(in, {}, carla).error().code == ec::conversation_not_found);
  BOOST_TEST(range(conversation_id::make(), {}).error().code == ec::conversation_not_found);
  client = client_id::make();
  BOOST_TEST(range(in, {}).error().code == ec::conversation_not_found);
  BOOST_TEST(range(in, {}, ana).error().code == ec::conversation_not_found);
}

BOOST_AUTO_TEST_CASE(an_empty_conversation_is_an_empty_page) {
  auto empty = make_conversation();
  add_member(empty, ana);
  BOOST_TEST(range(empty, {})->items.empty());
  BOOST_TEST(range(empty, {none, 5, 2}, ana)->items.empty());
}

BOOST_AUTO_TEST_CASE(reading_on_while_messages_come_repeats_none_and_leaves_none_out) {
  std::string up, down;
  std::int64_t since = 0, newest = 10;
  auto add_newest = [&] {
    ++newest;
    add_message(in, newest, ana, ten(static_cast<double>(newest)));
  };
  for (;;) {
    auto got = range(in, {since, none, 3});
    up += seqs(*got);
    if (newest < 14) add_newest();
    if (got->next.empty()) break;
    since = std::stoll(got->next);
  }
  BOOST_TEST(up == "1 2 3 4 5 6 7 8 9 10 11 12 13 14 ");
  std::optional<std::int64_t> before = 11;
  for (;;) {
    auto got = range(in, {none, before, 4});
    down.insert(0, seqs(*got));
    add_newest();
    if (got->next.empty()) break;
    before = std::stoll(got->next);
  }
  BOOST_TEST(down == "1 2 3 4 5 6 7 8 9 10 ");
}

BOOST_AUTO_TEST_CASE(a_range_is_cut_to_the_largest_page) {
  auto small = make_history(db.pool(), {.page_max = 4});
  auto got = value_of<page<message_record>>([&](auto done) {
    small->messages(client, in, {}, {none, none, 1'000'000}, done);
  });
  BOOST_TEST(seqs(got) == "1 2 3 4 ");
  BOOST_TEST(got.next == "4");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
