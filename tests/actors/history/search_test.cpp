#include "tests/actors/history/history_world.hpp"

namespace recado::test {
namespace {

using filter_t = history_service::message_filter;

/// Two conversations: `group` of ana, bruno (1 to 3) and carla; `pair` of carla and dora.
struct search_world : history_world {
  conversation_id group = make_conversation(conversation_type::group, 5);
  conversation_id pair = make_conversation(conversation_type::private_, 2);
  std::vector<message_id> g, p;

  search_world() {
    add_member(group, ana, {0, std::nullopt, 0, 0});
    add_member(group, bruno, {0, 3, 2, 1});
    add_member(group, carla, {0, std::nullopt, 5, 1});
    add_member(pair, carla, {0, std::nullopt, 2, 0});
    add_member(pair, dora, {0, std::nullopt, 1, 1});
    for (int i = 1; i <= 5; ++i)
      g.push_back(add_message(group, i, ana, ten(i * 10)));
    p.push_back(add_message(pair, 1, carla, ten(15)));
    p.push_back(add_message(pair, 2, dora, ten(35)));
  }
  /// "g5 g4 p2 …"
  std::string names(const page<message_record>& got) {
    std::string out;
    for (const auto& item : got.items)
      out += fmt::format("{}{} ", item.view.conversation == group ? 'g' : 'p', item.view.seq);
    return out;
  }
  std::string found(const filter_t& filter, const user_id& viewer = {}) {
    return names(search(filter, viewer));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(searches, search_world)

BOOST_AUTO_TEST_CASE(a_search_without_filters_finds_all_of_the_client_newest_first) {
  BOOST_TEST(found({}) == "g5 g4 p2 g3 g2 p1 g1 ");
}

BOOST_AUTO_TEST_CASE(another_client_finds_nothing) {
  client = client_id::make();
  BOOST_TEST(found({}) == "");
  BOOST_TEST(found(where{}.in(group)) == "");
  BOOST_TEST(found(where{}.of(ana)) == "");
  BOOST_TEST(found({}, ana) == "");
}

BOOST_AUTO_TEST_CASE(a_conversation_is_searched_alone) {
  BOOST_TEST(found(where{}.in(group)) == "g5 g4 g3 g2 g1 ");
  BOOST_TEST(found(where{}.in(pair)) == "p2 p1 ");
  BOOST_TEST(found(where{}.in(conversation_id::make())) == "");
}

BOOST_AUTO_TEST_CASE(a_user_is_sender_or_recipient) {
  BOOST_TEST(found(where{}.of(ana)) == "g5 g4 g3 g2 g1 ");
  BOOST_TEST(found(where{}.of(bruno)) == "g3 g2 g1 ");
  BOOST_TEST(found(where{}.of(carla)) == "g5 g4 p2 g3 g2 p1 g1 ");
  BOOST_TEST(found(where{}.of(dora)) == "p2 p1 ");
  BOOST_TEST(found(where{}.of(user_id{"nobody"})) == "");
  BOOST_TEST(found(where{}.in(pair).of(carla)) == "p2 p1 ");
  BOOST_TEST(found(where{}.in(pair).of(ana)) == "");
}

BOOST_AUTO_TEST_CASE(times_are_from_inclusive_to_exclusive) {
  BOOST_TEST(found(where{}.since(ten(35))) == "g5 g4 p2 ");
  BOOST_TEST(found(where{}.until(ten(35))) == "g3 g2 p1 g1 ");
  BOOST_TEST(found(where{}.since(ten(15)).until(ten(35))) == "g3 g2 p1 ");
  BOOST_TEST(found(where{}.in(group).since(ten(20)).until(ten(40))) == "g3 g2 ");
  BOOST_TEST(found(where{}.of(dora).since(ten(20))) == "p2 ");
}

BOOST_AUTO_TEST_CASE(a_status_is_computed_and_filtered) {
  BOOST_TEST(found(where{}.is(status::read)) == "p1 g1 ");
  std::string by_hand;
  for (const auto& item : search({}).items)
    if (message(item.view.id)->state == status::delivered)
      by_hand += fmt::format("{}{} ", item.view.conversation == group ? 'g' : 'p', item.view.seq);
  BOOST_TEST(found(where{}.is(status::delivered)) == by_hand);
  for (const auto& item : search({}).items)
    BOOST_TEST(item.state == status_of(item.view.id));
}

BOOST_AUTO_TEST_CASE(a_status_that_no_stored_message_has_finds_nothing) {
  for (auto state : {status::scheduled, status::queued, status::expired, status::dead})
    BOOST_TEST(found(where{}.is(state)) == "");
  BOOST_TEST(found(where{}.is(status::failed)) == "");
}

BOOST_AUTO_TEST_CASE(only_in_app_has_messages) {
  BOOST_TEST(found(where{}.over("in_app")) == "g5 g4 p2 g3 g2 p1 g1 ");
  BOOST_TEST(found(where{}.over("email")) == "");
}

BOOST_AUTO_TEST_CASE(a_user_finds_what_it_may_see) {
  BOOST_TEST(found({}, ana) == "g5 g4 g3 g2 g1 ");
  BOOST_TEST(found({}, bruno) == ""); // who has left the group
  BOOST_TEST(found({}, dora) == "p2 p1 ");
  BOOST_TEST(found({}, user_id{"nobody"}) == "");
  BOOST_TEST(found(where{}.in(group), dora) == "");
  BOOST_TEST(found(where{}.of(dora), carla) == "p2 p1 ");
  BOOST_TEST(found(where{}.of(carla), bruno) == "");
  BOOST_TEST(found(where{}.of(bruno), carla) == "g3 g2 g1 "); // where bruno was there too
  BOOST_TEST(found(where{}.of(dora), ana) == "");
  BOOST_TEST(found(where{}.is(status::read), ana) == "g1 ");
}

BOOST_AUTO_TEST_CASE(refused_messages_are_found_by_their_sender_and_the_client) {
  add_message(group, std::nullopt, bruno, ten(99), "not_a_member");
  BOOST_TEST(found(where{}.is(status::failed)) == "g0 ");
  BOOST_TEST(found(where{}.in(group).is(status::failed)) == "g0 ");
  BOOST_TEST(found(where{}.of(bruno).is(status::failed)) == "g0 ");
  BOOST_TEST(found(where{}.is(status::failed), bruno) == "g0 ");
  BOOST_TEST(found(where{}.is(status::failed), ana) == "");
  BOOST_TEST(found(where{}.of(ana).is(status::failed)) == "");
  BOOST_TEST(found(where{}.of(bruno), bruno) == "g0 "); // its own to know, member or not
  BOOST_TEST(found(where{}.of(bruno)) == "g0 g3 g2 g1 ");
  BOOST_TEST(found(where{}.of(bruno), carla) == "g3 g2 g1 ");
  auto one = search(where{}.is(status::failed));
  BOOST_TEST(one.items.at(0).state == status::failed);
  BOOST_TEST(one.items.at(0).failure == "not_a_member");
}

BOOST_AUTO_TEST_CASE(pages_stay_in_place_while_messages_come) {
  for (int i = 6; i <= 12; ++i)
    add_message(group, i, ana, ten(60)); // one commit: one moment
  for (int i = 3; i <= 6; ++i)
    add_message(pair, i, dora, ten(60));
  for (int i = 0; i < 3; ++i)
    add_message(group, std::nullopt, carla, ten(60), "not_a_member");
  std::vector<filter_t> filters{{}, where{}.in(group), where{}.of(carla), where{}.since(ten(12))};
  for (const auto& filter : filters)
    for (const auto& viewer : {everybody, carla}) {
      auto expected = names(search(filter, viewer));
      std::string seen, after;
      int seq = 100;
      do {
        auto got = search(filter, viewer, after, 3);
        BOOST_TEST(got.items.size() <= 3u);
        seen += names(got);
        after = got.next;
        add_message(group, ++seq, ana, ten(1000));
      } while (!after.empty());
      BOOST_TEST(seen == expected);
      db.exec(
        fmt::format("delete from message where client_id = '{}' and seq > 100", client.str()));
    }
}

BOOST_AUTO_TEST_CASE(what_one_commit_wrote_comes_in_the_order_of_its_seqs) {
  for (int i = 6; i <= 9; ++i)
    add_message(group, i, ana, ten(60));
  BOOST_TEST(names(search({}, {}, {}, 5)) == "g9 g8 g7 g6 g5 ");
  BOOST_TEST(names(search({}, ana, {}, 5)) == "g9 g8 g7 g6 g5 ");
}

BOOST_AUTO_TEST_CASE(a_bad_position_of_a_search_is_an_invalid_cursor) {
  BOOST_TEST(error_of<page<message_record>>([&](auto done) {
               history->search(client, {}, {}, "nonsense", 5, done);
             }) == ec::invalid_cursor);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
