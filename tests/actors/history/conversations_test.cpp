#include "tests/actors/history/history_world.hpp"

namespace recado::test {
namespace {

struct conversations_world : history_world {
  result<conversation_record> get(const conversation_id& id, const user_id& viewer = {}) {
    return answer_of<conversation_record>(
      [&](auto done) { history->conversation(client, id, viewer, done); });
  }
  page<conversation_record> list(const user_id& member, std::string after = {},
                                 std::size_t limit = 50,
                                 std::optional<conversation_type> type = std::nullopt) {
    return value_of<page<conversation_record>>(
      [&](auto done) { history->conversations(client, member, type, after, limit, done); });
  }
  std::vector<membership> memberships(const user_id& user) {
    return value_of<std::vector<membership>>(
      [&](auto done) { history->memberships(client, user, done); });
  }
  result<std::vector<receipt_position>> receipts(const conversation_id& id, std::int64_t rev) {
    return answer_of<std::vector<receipt_position>>(
      [&](auto done) { history->receipts_since(client, id, rev, done); });
  }
};

std::string people(const conversation_record& of) {
  std::string out;
  for (const auto& member : of.members)
    out += member.user.value + " ";
  return out;
}

template <class T>
std::vector<conversation_id> ids(const std::vector<T>& items) {
  std::vector<conversation_id> out;
  for (const auto& item : items)
    if constexpr (std::is_same_v<T, membership>)
      out.push_back(item.conversation);
    else
      out.push_back(item.id);
  return out;
}

using ids_t = std::vector<conversation_id>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(conversations, conversations_world)

BOOST_AUTO_TEST_CASE(a_conversation_shows_those_who_have_not_left_in_the_order_they_came) {
  auto id = make_conversation(conversation_type::group, 9);
  add_member(id, dora, {}, ten(1));
  add_member(id, bruno, {3}, ten(5.123));
  add_member(id, ana, {}, ten(1), member_role::admin);
  add_member(id, carla, {0, 4}, ten(1));
  auto got = get(id);
  BOOST_REQUIRE(got);
  BOOST_TEST(people(*got) == "ana dora bruno ");
  BOOST_TEST((got->members[0].role == member_role::admin));
  BOOST_TEST((got->members[1].role == member_role::member));
  BOOST_TEST((got->members[2].joined_at == ten(5.123)));
  BOOST_TEST(got->members[2].joined_seq == 3);
  BOOST_TEST((got->type == conversation_type::group));
  BOOST_TEST(*got->title == "Bar");
  BOOST_TEST(got->metadata == R"({"k":1})");
  BOOST_TEST(got->last_seq == 9);
  BOOST_TEST(got->rev == 7);
  BOOST_TEST((got->created_at == ten()));
}

BOOST_AUTO_TEST_CASE(a_conversation_may_have_nobody_left) {
  auto id = make_conversation();
  add_member(id, ana, {0, 0});
  BOOST_TEST(get(id)->members.empty());
}

BOOST_AUTO_TEST_CASE(a_conversation_is_its_members_and_its_clients_only) {
  auto id = make_conversation();
  add_member(id, ana);
  add_member(id, bruno, {0, 0});
  BOOST_TEST(get(id, ana).has_value());
  BOOST_TEST(get(id, bruno).error().code == ec::conversation_not_found);
  BOOST_TEST(get(id, carla).error().code == ec::conversation_not_found);
  client = client_id::make();
  BOOST_TEST(get(id).error().code == ec::conversation_not_found);
  BOOST_TEST(get(id, ana).error().code == ec::conversation_not_found);
  BOOST_TEST(list(everybody).items.empty());
  BOOST_TEST(list(ana).items.empty());
  BOOST_TEST(memberships(everybody).empty());
  BOOST_TEST(memberships(ana).empty());
  BOOST_TEST(receipts(id, 0).error().code == ec::conversation_not_found);
}

BOOST_AUTO_TEST_CASE(conversations_come_newest_first_with_their_members) {
  auto old = make_conversation(conversation_type::group, 0, ten(1));
  auto recent = make_conversation(conversation_type::private_, 0, ten(2));
  add_member(old, ana);
  add_member(old, bruno);
  add_member(recent, ana);
  add_member(recent, carla, {0, 0});
  for (const auto& whose : {everybody, ana}) {
    auto got = list(whose);
    BOOST_TEST((ids(got.items) == ids_t{recent, old}));
    BOOST_TEST(people(got.items.at(0)) == "ana ");
    BOOST_TEST(people(got.items.at(1)) == "ana bruno ");
    BOOST_TEST(got.next.empty());
  }
  BOOST_TEST((ids(list(bruno).items) == ids_t{old}));
  BOOST_TEST(list(carla).items.empty()); // who left is in it no more
  BOOST_TEST(list(dora).items.empty());
}

BOOST_AUTO_TEST_CASE(implicit_conversations_are_listed_only_when_asked_for) {
  auto group = make_conversation(conversation_type::group, 0, ten(1));
  auto direct = make_conversation(conversation_type::direct, 0, ten(2));
  auto private_one = make_conversation(conversation_type::private_, 0, ten(3));
  for (const auto& id : {group, direct, private_one})
    add_member(id, ana);
  for (const auto& whose : {everybody, ana}) {
    auto of = [&](std::optional<conversation_type> type) {
      return ids(list(whose, {}, 50, type).items);
    };
    BOOST_TEST((of(std::nullopt) == ids_t{private_one, group}));
    BOOST_TEST((of(conversation_type::direct) == ids_t{direct}));
    BOOST_TEST((of(conversation_type::group) == ids_t{group}));
    BOOST_TEST((of(conversation_type::private_) == ids_t{private_one}));
  }
}

BOOST_AUTO_TEST_CASE(pages_of_conversations_stay_in_place_while_some_are_made) {
  ids_t made;
  for (int second : {0, 0, 0, 1, 1, 1, 2}) { // several at the same moment
    made.push_back(make_conversation(conversation_type::group, 0, ten(second)));
    add_member(made.back(), ana);
  }
  std::ranges::reverse(made); // ids are made in order, so they are the order of one moment
  for (const auto& whose : {everybody, ana}) {
    ids_t seen;
    std::string after;
    do {
      auto got = list(whose, after, 2);
      BOOST_TEST(got.items.size() <= 2u);
      for (const auto& item : got.items)
        seen.push_back(item.id);
      after = got.next;
      add_member(make_conversation(conversation_type::group, 0, ten(100)), ana);
    } while (!after.empty());
    auto newer = seen.size() - made.size();
    BOOST_TEST((ids_t(seen.begin() + static_cast<std::ptrdiff_t>(newer), seen.end()) == made));
    db.exec(fmt::format("delete from conversation where created_at = {}", sql(ten(100))));
  }
}

BOOST_AUTO_TEST_CASE(a_bad_position_of_conversations_is_an_invalid_cursor) {
  BOOST_TEST(error_of<page<conversation_record>>([&](auto done) {
               history->conversations(client, ana, std::nullopt, "nonsense", 5, done);
             }) == ec::invalid_cursor);
}

BOOST_AUTO_TEST_CASE(memberships_tell_where_a_user_stands) {
  auto group = make_conversation(conversation_type::group, 9, ten(1));
  auto direct = make_conversation(conversation_type::direct, 2, ten(2));
  auto left = make_conversation(conversation_type::group, 5, ten(3));
  add_member(group, ana, {4});
  add_member(direct, ana);
  add_member(left, ana, {0, 3});
  add_member(group, bruno);
  auto of_ana = memberships(ana);
  BOOST_TEST((ids(of_ana) == ids_t{direct, group}));
  BOOST_TEST(of_ana.at(1).joined_seq == 4);
  BOOST_TEST(of_ana.at(1).last_seq == 9);
  BOOST_TEST(of_ana.at(1).rev == 7);
  BOOST_TEST(!of_ana.at(1).left_seq);
  auto of_client = memberships(everybody);
  BOOST_TEST((ids(of_client) == ids_t{left, direct, group}));
  BOOST_TEST(of_client.at(2).joined_seq == 0);
  BOOST_TEST(memberships(dora).empty());
}

BOOST_AUTO_TEST_CASE(receipts_above_a_revision_are_the_positions_that_moved) {
  auto id = make_conversation(conversation_type::group, 9);
  add_member(id, ana, {0, std::nullopt, 9, 5, 6});
  add_member(id, bruno, {4, std::nullopt, 4, 4, 7}); // nothing received since it came
  add_member(id, carla, {0, std::nullopt, 2, 0, 3}); // nothing new
  add_member(id, dora, {0, 8, 8, 0, 5});             // gone, but it did receive
  add_receipt(id, ana, receipt_kind::delivered, 0, 4, ten(1));
  add_receipt(id, ana, receipt_kind::delivered, 4, 9, ten(2));
  add_receipt(id, ana, receipt_kind::read, 0, 5, ten(3));
  add_receipt(id, carla, receipt_kind::delivered, 0, 2, ten(1));
  add_receipt(id, dora, receipt_kind::delivered, 0, 8, ten(4));
  auto got = receipts(id, 3);
  BOOST_REQUIRE(got && got->size() == 3);
  BOOST_TEST((got->at(0).user == ana && got->at(0).kind == receipt_kind::delivered));
  BOOST_TEST(got->at(0).up_to_seq == 9);
  BOOST_TEST((got->at(0).at == ten(2)));
  BOOST_TEST((got->at(1).user == ana && got->at(1).kind == receipt_kind::read));
  BOOST_TEST(got->at(1).up_to_seq == 5);
  BOOST_TEST((got->at(2).user == dora && got->at(2).at == ten(4)));
  BOOST_TEST(receipts(id, 7)->empty());
  BOOST_TEST(receipts(id, 0)->size() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
