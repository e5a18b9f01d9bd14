#include "tests/actors/history/history_world.hpp"

namespace recado::test {

BOOST_FIXTURE_TEST_SUITE(messages, history_world)

BOOST_AUTO_TEST_CASE(a_message_is_given_with_all_its_fields) {
  auto in = make_conversation(conversation_type::group, 1);
  add_member(in, ana);
  auto id = add_message(in, 1, ana, ten(1.5));
  db.exec("update message set payload = '{\"text\":\"Olá\"}', metadata = '{\"a\":1}', "
          "priority = 2, expires_at = created_at + interval '1 hour' "
          "where client_id = '" +
          client.str() + "'");
  auto got = message(id);
  BOOST_REQUIRE(got);
  BOOST_TEST((got->view.id == id));
  BOOST_TEST((got->view.conversation == in));
  BOOST_TEST(got->view.seq == 1);
  BOOST_TEST(got->view.from.value == "ana");
  BOOST_TEST(got->view.payload == R"({"text":"Olá"})");
  BOOST_TEST(got->view.metadata == R"({"a":1})");
  BOOST_TEST((got->view.priority == lane::bulk));
  BOOST_TEST((got->view.created_at == ten(1.5)));
  BOOST_TEST((got->view.expires_at == ten(3601.5)));
  BOOST_TEST(got->failure.empty());
}

BOOST_AUTO_TEST_CASE(a_message_is_as_far_as_its_slowest_recipient) {
  auto in = make_conversation(conversation_type::group, 6);
  add_member(in, ana);
  add_member(in, bruno, {0, std::nullopt, 5, 3});
  add_member(in, carla, {0, std::nullopt, 4, 2});
  std::vector<message_id> all;
  for (int seq = 1; seq <= 6; ++seq)
    all.push_back(add_message(in, seq, ana, ten(seq)));
  using enum status;
  std::vector<status> expected{read, read, delivered, delivered, sent, sent};
  for (std::size_t i = 0; i < all.size(); ++i)
    BOOST_TEST(status_of(all[i]) == expected[i]);
  auto ranged = range(in, {});
  BOOST_REQUIRE_EQUAL(ranged->items.size(), 6u);
  for (std::size_t i = 0; i < all.size(); ++i)
    BOOST_TEST(ranged->items[i].state == expected[i]);
}

BOOST_AUTO_TEST_CASE(a_read_counts_as_more_than_a_delivered_even_alone) {
  auto in = make_conversation(conversation_type::private_, 1);
  add_member(in, ana);
  add_member(in, bruno, {0, std::nullopt, 0, 1});
  BOOST_TEST(status_of(add_message(in, 1, ana, ten())) == status::read);
  BOOST_TEST(range(in, {})->items.at(0).state == status::read);
}

BOOST_AUTO_TEST_CASE(only_those_who_were_members_are_recipients) {
  auto in = make_conversation(conversation_type::group, 5);
  add_member(in, ana, {0, std::nullopt, 0, 0});
  add_member(in, bruno, {0, 2, 2, 2});            // left after 2
  add_member(in, carla, {3, std::nullopt, 5, 5}); // came after 3
  std::vector<message_id> all;
  for (int seq = 1; seq <= 5; ++seq)
    all.push_back(add_message(in, seq, ana, ten(seq)));
  auto recipients = [&](std::size_t i) {
    std::string out;
    auto got = message(all[i]);
    for (const auto& one : got->deliveries)
      out += one.recipient.value + " ";
    return out;
  };
  BOOST_TEST(recipients(0) == "bruno ");
  BOOST_TEST(recipients(1) == "bruno ");
  BOOST_TEST(recipients(2) == "");
  BOOST_TEST(recipients(3) == "carla ");
  using enum status;
  std::vector<status> expected{read, read, sent, read, read}; // nobody to receive: sent
  auto ranged = range(in, {});
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST(status_of(all[i]) == expected[i]);
    BOOST_TEST(ranged->items.at(i).state == expected[i]);
  }
}

BOOST_AUTO_TEST_CASE(who_has_left_sees_nothing_of_it_any_more_and_the_client_all) {
  auto in = make_conversation(conversation_type::group, 2);
  add_member(in, ana);
  add_member(in, bruno, {0, 2, 2, 2}); // left after 2
  auto id = add_message(in, 1, ana, ten(1)), own = add_message(in, 2, bruno, ten(2));
  BOOST_TEST((message(id, bruno).error().code == ec::message_not_found));
  BOOST_TEST((message(own, bruno).error().code == ec::message_not_found));
  BOOST_TEST((range(in, {}, bruno).error().code == ec::conversation_not_found));
  BOOST_TEST(search({}, bruno).items.empty());
  BOOST_TEST(search(where{}.of(bruno)).items.size() == 2u);
  BOOST_TEST(range(in, {}, ana)->items.size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_sender_is_no_recipient_but_the_clients_messages_go_to_all) {
  auto in = make_conversation(conversation_type::group, 2);
  add_member(in, ana);
  add_member(in, bruno, {0, std::nullopt, 2, 2});
  BOOST_TEST(message(add_message(in, 1, ana, ten()))->deliveries_total == 1);
  auto from_client = message(add_message(in, 2, {}, ten()));
  BOOST_TEST(from_client->deliveries_total == 2);
  BOOST_TEST(from_client->state == status::sent);
  BOOST_TEST(range(in, {})->items.at(0).state == status::read);
  BOOST_TEST(range(in, {})->items.at(1).state == status::sent);
}

BOOST_AUTO_TEST_CASE(members_at_one_place_are_still_counted_when_one_of_them_sends) {
  auto in = make_conversation(conversation_type::group, 1);
  add_member(in, ana);
  add_member(in, bruno);
  add_member(in, carla, {0, std::nullopt, 1, 1});
  add_message(in, 1, bruno, ten()); // ana stands where bruno does
  BOOST_TEST(range(in, {})->items.at(0).state == status::sent);
}

BOOST_AUTO_TEST_CASE(each_delivery_shows_its_own_state_and_since_when) {
  auto in = make_conversation(conversation_type::group, 3);
  add_member(in, ana);
  add_member(in, bruno, {0, std::nullopt, 3, 2});
  add_member(in, carla, {0, std::nullopt, 3, 0});
  add_member(in, dora);
  add_receipt(in, bruno, receipt_kind::delivered, 0, 3, ten(11));
  add_receipt(in, bruno, receipt_kind::read, 0, 1, ten(12));
  add_receipt(in, bruno, receipt_kind::read, 1, 2, ten(13));
  add_receipt(in, carla, receipt_kind::delivered, 0, 1, ten(14));
  add_receipt(in, carla, receipt_kind::delivered, 1, 3, ten(15));
  auto id = add_message(in, 2, ana, ten(1));
  auto got = message(id);
  BOOST_REQUIRE_EQUAL(got->deliveries.size(), 3u);
  const auto &b = got->deliveries[0], &c = got->deliveries[1], &d = got->deliveries[2];
  BOOST_TEST(b.state == status::read);
  BOOST_TEST((b.updated_at == ten(13)));
  BOOST_TEST(c.state == status::delivered);
  BOOST_TEST((c.updated_at == ten(15)));
  BOOST_TEST(d.state == status::sent);
  BOOST_TEST((d.updated_at == ten(1)));
  BOOST_TEST(got->state == status::sent);
  BOOST_TEST(b.channel == "in_app");
  BOOST_TEST(b.attempt == 1);
  BOOST_TEST((b.id.value == uuid::v5(id.value, "bruno")));
}

BOOST_AUTO_TEST_CASE(a_user_sees_what_was_said_since_it_is_a_member) {
  auto in = make_conversation(conversation_type::group, 5);
  add_member(in, ana);
  add_member(in, bruno, {2});
  std::vector<message_id> all;
  for (int seq = 1; seq <= 5; ++seq)
    all.push_back(add_message(in, seq, ana, ten(seq)));
  std::string seen;
  for (const auto& id : all)
    seen += message(id, bruno) ? "y" : "n";
  BOOST_TEST(seen == "nnyyy");
  BOOST_TEST(message(all[0], bruno).error().code == ec::message_not_found);
  BOOST_TEST(message(all[1], dora).error().code == ec::message_not_found);
  BOOST_TEST(message(all[1], ana).has_value());
}

BOOST_AUTO_TEST_CASE(a_message_of_another_client_is_not_found) {
  auto in = make_conversation(conversation_type::group, 1);
  add_member(in, ana);
  auto id = add_message(in, 1, ana, ten());
  client = client_id::make();
  BOOST_TEST(message(id).error().code == ec::message_not_found);
  BOOST_TEST(message(id, ana).error().code == ec::message_not_found);
  BOOST_TEST(message(message_id::make()).error().code == ec::message_not_found);
}

BOOST_AUTO_TEST_CASE(the_same_ids_may_be_another_clients_too) {
  auto in = make_conversation(conversation_type::group, 1);
  add_member(in, ana);
  add_member(in, bruno);
  auto id = add_message(in, 1, ana, ten());
  auto other = client_id::make();
  for (auto table : {"conversation", "member", "message"})
    db.exec(fmt::format("create temp table t on commit drop as select * from {0} where client_id = "
                        "'{2}'; update t set client_id = '{1}'; "
                        "insert into {0} select * from t",
                        table, other.str(), client.str()));
  db.exec(fmt::format("update member set read_seq = 1 where client_id = '{}'", other.str()));
  BOOST_TEST(status_of(id) == status::sent);
  BOOST_TEST(range(in, {})->items.size() == 1u);
  client = other;
  BOOST_TEST(status_of(id) == status::read);
}

BOOST_AUTO_TEST_CASE(a_message_refused_after_a_202_is_failed_and_its_senders) {
  auto in = make_conversation(conversation_type::group, 0);
  add_member(in, bruno);
  auto id = add_message(in, std::nullopt, ana, ten(1), "not_a_member");
  auto got = message(id);
  BOOST_REQUIRE(got);
  BOOST_TEST(got->state == status::failed);
  BOOST_TEST(got->failure == "not_a_member");
  BOOST_TEST(got->view.seq == 0);
  BOOST_TEST(got->deliveries.empty());
  BOOST_TEST(got->deliveries_total == 0);
  BOOST_TEST(message(id, ana).has_value());
  BOOST_TEST(message(id, bruno).error().code == ec::message_not_found);
  BOOST_TEST(range(in, {})->items.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
