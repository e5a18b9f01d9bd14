#include "tests/actors/history/history_world.hpp"

namespace recado::test {

BOOST_FIXTURE_TEST_SUITE(unsequenced, history_world)

BOOST_AUTO_TEST_CASE(a_message_in_the_inbox_is_queued) {
  auto in = make_conversation();
  auto what = a_send(in, ana, ten(2));
  what.priority = lane::express;
  add_to_inbox(what);
  auto got = message(said(what).message);
  BOOST_REQUIRE(got);
  BOOST_TEST(got->state == status::queued);
  BOOST_TEST(got->view.seq == 0);
  BOOST_TEST((got->view.id == said(what).message));
  BOOST_TEST((got->view.conversation == in));
  BOOST_TEST(got->view.from.value == "ana");
  BOOST_TEST(got->view.payload == said(what).payload);
  BOOST_TEST((got->view.priority == lane::express));
  BOOST_TEST((got->view.created_at == ten(2)));
  BOOST_TEST(got->deliveries.empty());
}

BOOST_AUTO_TEST_CASE(a_message_in_the_inbox_is_its_senders_and_the_members_of_now) {
  auto in = make_conversation();
  add_member(in, bruno);
  add_member(in, carla, {0, 0});
  auto what = a_send(in, ana);
  add_to_inbox(what);
  const auto& id = said(what).message;
  BOOST_TEST(message(id, ana).has_value());
  BOOST_TEST(message(id, bruno).has_value());
  BOOST_TEST(message(id, carla).error().code == ec::message_not_found);
  BOOST_TEST(message(id, dora).error().code == ec::message_not_found);
  client = client_id::make();
  BOOST_TEST(message(id).error().code == ec::message_not_found);
}

BOOST_AUTO_TEST_CASE(who_will_be_in_an_implicit_conversation_sees_its_first_message) {
  auto what = a_send(conversation_id::make(), {});
  std::get<send_message>(what.body).implicit_members = {bruno};
  add_to_inbox(what);
  BOOST_TEST(message(said(what).message, bruno).has_value());
  BOOST_TEST(message(said(what).message, ana).error().code == ec::message_not_found);
}

BOOST_AUTO_TEST_CASE(a_committed_message_goes_before_a_copy_in_the_inbox) {
  auto in = make_conversation(conversation_type::group, 1);
  add_member(in, ana);
  auto id = add_message(in, 1, ana, ten());
  auto what = a_send(in, ana);
  std::get<send_message>(what.body).message = id;
  add_to_inbox(what);
  BOOST_TEST(message(id)->view.seq == 1);
}

BOOST_AUTO_TEST_CASE(a_message_set_aside_is_dead_and_its_senders) {
  auto in = make_conversation();
  add_member(in, bruno);
  auto what = a_send(in, ana, ten(3));
  add_to_dead_letters(what, "poison", encode(what), ten(9));
  const auto& id = said(what).message;
  auto got = message(id, ana);
  BOOST_REQUIRE(got);
  BOOST_TEST(got->state == status::dead);
  BOOST_TEST(got->failure == "poison");
  BOOST_TEST(got->view.payload == said(what).payload);
  BOOST_TEST((got->view.created_at == ten(3)));
  BOOST_TEST(message(id).has_value());
  BOOST_TEST(message(id, bruno).error().code == ec::message_not_found);
}

BOOST_AUTO_TEST_CASE(a_dead_letter_of_unreadable_bytes_is_still_found) {
  auto in = make_conversation();
  auto what = a_send(in, ana);
  add_to_dead_letters(what, "poison", "\xff not msgpack", ten(9));
  auto got = message(said(what).message);
  BOOST_REQUIRE(got);
  BOOST_TEST(got->state == status::dead);
  BOOST_TEST((got->view.id == said(what).message));
  BOOST_TEST((got->view.conversation == in));
  BOOST_TEST((got->view.created_at == ten(9)));
  BOOST_TEST(got->view.payload == "{}");
  BOOST_TEST(message(said(what).message, ana).error().code == ec::message_not_found);
}

BOOST_AUTO_TEST_CASE(unreadable_bytes_in_the_inbox_are_an_internal_error) {
  auto what = a_send(make_conversation(), ana);
  add_to_inbox(what);
  db.exec(fmt::format("update inbox set envelope = '\\xff' where client_id = '{}'", client.str()));
  BOOST_TEST(message(said(what).message).error().code == ec::internal);
}

BOOST_AUTO_TEST_CASE(the_trace_of_one_in_the_inbox_tells_what_is_known) {
  auto in = make_conversation();
  auto what = a_send(in, ana, ten(3));
  what.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  add_to_inbox(what);
  auto id = said(what).message;
  auto got =
    value_of<trace_record>([&](auto done) { history->trace(client, id, everybody, done); });
  BOOST_TEST((got.came_by == path::inbox));
  BOOST_TEST(got.trace_id == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(*got.partition == 1);
  BOOST_TEST((*got.received_at == ten(3)));
  BOOST_TEST(got.seq == 0);
  BOOST_TEST(!got.node);
  BOOST_TEST(!got.epoch);
  BOOST_TEST(!got.sequenced_at);
  BOOST_TEST(!got.wire_ms);
  BOOST_TEST(got.deliveries.empty());
}

BOOST_AUTO_TEST_CASE(the_trace_of_one_that_was_set_aside_names_no_way_that_it_did_not_come) {
  auto what = a_send(make_conversation(), ana, ten(3));
  add_to_dead_letters(what, "poison", encode(what), ten(9));
  auto id = said(what).message;
  auto got =
    value_of<trace_record>([&](auto done) { history->trace(client, id, everybody, done); });
  BOOST_TEST(!got.came_by);
  BOOST_TEST((*got.received_at == ten(3)));
}

BOOST_AUTO_TEST_CASE(the_trace_of_a_refused_one_says_who_refused_it) {
  auto in = make_conversation();
  auto id = add_message(in, std::nullopt, ana, ten(1), "not_a_member");
  auto got =
    value_of<trace_record>([&](auto done) { history->trace(client, id, everybody, done); });
  BOOST_TEST(*got.node == "n1");
  BOOST_TEST(got.seq == 0);
  BOOST_TEST(got.deliveries.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
