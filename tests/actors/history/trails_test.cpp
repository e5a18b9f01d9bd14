#include "tests/actors/history/history_world.hpp"

namespace recado::test {
namespace {

using trail_t = page<history_record>;

struct trails_world : history_world {
  result<trail_t> trail(const message_id& id, std::string after = {}, std::size_t limit = 50,
                        const user_id& viewer = {}) {
    return answer_of<trail_t>(
      [&](auto done) { history->message_history(client, id, viewer, after, limit, done); });
  }
};

std::string lines(const trail_t& got) {
  std::string out;
  for (const auto& line : got.items)
    out += fmt::format("{}:{}:{} ", line.recipient.value, to_string(line.state),
                       (line.at - ten()) / std::chrono::seconds{1});
  return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(trails, trails_world)

BOOST_AUTO_TEST_CASE(a_trail_tells_who_received_it_when) {
  auto in = make_conversation(conversation_type::group, 3);
  add_member(in, ana);
  add_member(in, bruno, {0, std::nullopt, 3, 3});
  add_member(in, carla, {0, std::nullopt, 3, 1});
  add_member(in, dora);
  add_receipt(in, bruno, receipt_kind::delivered, 0, 1, ten(10));
  add_receipt(in, bruno, receipt_kind::delivered, 1, 2, ten(20));
  add_receipt(in, bruno, receipt_kind::delivered, 2, 3, ten(30));
  add_receipt(in, bruno, receipt_kind::read, 1, 3, ten(40));
  add_receipt(in, carla, receipt_kind::delivered, 0, 3, ten(15));
  add_receipt(in, carla, receipt_kind::read, 0, 1, ten(16));
  auto got = trail(add_message(in, 2, ana, ten(1)));
  BOOST_REQUIRE(got);
  BOOST_TEST(lines(*got) == "bruno:sent:1 carla:sent:1 dora:sent:1 carla:delivered:15 "
                            "bruno:delivered:20 bruno:read:40 ");
  BOOST_TEST(got->next.empty());
  BOOST_TEST(got->items[0].channel == "in_app");
  BOOST_TEST(got->items[0].attempt == 1);
  BOOST_TEST(!got->items[0].detail);
}

BOOST_AUTO_TEST_CASE(a_read_without_delivered_adds_delivered_first) {
  auto in = make_conversation(conversation_type::private_, 1);
  add_member(in, ana);
  add_member(in, bruno, {0, std::nullopt, 0, 1});
  add_receipt(in, bruno, receipt_kind::read, 0, 1, ten(5));
  auto id = add_message(in, 1, ana, ten(1));
  BOOST_TEST(lines(*trail(id)) == "bruno:sent:1 bruno:delivered:5 bruno:read:5 ");
  add_receipt(in, bruno, receipt_kind::delivered, 0, 1, ten(9)); // late
  BOOST_TEST(lines(*trail(id)) == "bruno:sent:1 bruno:delivered:5 bruno:read:5 ");
}

BOOST_AUTO_TEST_CASE(no_step_is_older_than_the_message) {
  auto in = make_conversation(conversation_type::private_, 1);
  add_member(in, ana);
  add_member(in, bruno, {0, std::nullopt, 1, 0});
  add_receipt(in, bruno, receipt_kind::delivered, 0, 1, ten(0.5));
  BOOST_TEST(lines(*trail(add_message(in, 1, ana, ten(2)))) == "bruno:sent:2 bruno:delivered:2 ");
}

BOOST_AUTO_TEST_CASE(pages_of_a_trail_stay_in_place_while_receipts_come) {
  auto in = make_conversation(conversation_type::group, 1);
  add_member(in, ana);
  for (int i = 0; i < 5; ++i)
    add_member(in, user_id{fmt::format("u{}", i)});
  auto id = add_message(in, 1, ana, ten(1));
  std::string all, after;
  int receipts = 0;
  do {
    auto got = trail(id, after, 2);
    BOOST_REQUIRE(got);
    all += lines(*got);
    after = got->next;
    if (receipts < 3) {
      user_id user{fmt::format("u{}", receipts++)};
      add_receipt(in, user, receipt_kind::delivered, 0, 1, ten(1 + receipts));
    }
  } while (!after.empty());
  BOOST_TEST(all == "u0:sent:1 u1:sent:1 u2:sent:1 u3:sent:1 u4:sent:1 u0:delivered:2 "
                    "u1:delivered:3 u2:delivered:4 ");
}

BOOST_AUTO_TEST_CASE(a_trail_is_seen_by_whom_the_message_is_seen) {
  auto in = make_conversation(conversation_type::group, 2);
  add_member(in, ana);
  add_member(in, bruno, {1});
  auto first = add_message(in, 1, ana, ten(1));
  BOOST_TEST(trail(first, {}, 50, ana).has_value());
  BOOST_TEST(trail(first)->items.empty()); // nobody else was there: nothing happened to it
  BOOST_TEST(trail(first, {}, 50, bruno).error().code == ec::message_not_found);
  BOOST_TEST(trail(message_id::make()).error().code == ec::message_not_found);
  BOOST_TEST(trail(first, "nonsense").error().code == ec::invalid_cursor);
  client = client_id::make();
  BOOST_TEST(trail(first).error().code == ec::message_not_found);
}

BOOST_AUTO_TEST_CASE(the_trail_of_a_refused_message_is_its_failure) {
  auto in = make_conversation();
  add_member(in, bruno);
  auto id = add_message(in, std::nullopt, ana, ten(3), "not_a_member");
  auto got = trail(id);
  BOOST_REQUIRE(got && got->items.size() == 1);
  BOOST_TEST(lines(*got) == ":failed:3 ");
  BOOST_TEST(*got->items[0].detail == "not_a_member");
  BOOST_TEST(got->next.empty());
}

BOOST_AUTO_TEST_CASE(the_trail_of_a_waiting_or_dead_message_says_so) {
  auto in = make_conversation();
  auto waiting = a_send(in, ana, ten(2)), dead = a_send(in, ana, ten(3));
  add_to_inbox(waiting);
  add_to_dead_letters(dead, "poison", encode(dead), ten(9));
  BOOST_TEST(lines(*trail(said(waiting).message)) == ":queued:2 ");
  auto got = trail(said(dead).message);
  BOOST_TEST(lines(*got) == ":dead:9 ");
  BOOST_TEST(*got->items.at(0).detail == "poison");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
