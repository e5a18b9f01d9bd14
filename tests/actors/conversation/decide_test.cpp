#include "world.hpp"

using namespace recado;
using recado::paper::world;

BOOST_FIXTURE_TEST_SUITE(conversation, world)

BOOST_AUTO_TEST_CASE(messages_are_numbered_one_two_three_across_batches) {
  one(make(group({"ana", "bruno"})));
  for (std::int64_t batch_no = 0; batch_no < 3; ++batch_no) {
    auto out = batch({make(text("ana", "a")), make(text("bruno", "b"))});
    BOOST_TEST(out.answers[0].what.seq == batch_no * 2 + 1);
    BOOST_TEST(out.answers[1].what.seq == batch_no * 2 + 2);
  }
  BOOST_TEST(state.last_seq == 6);
}

BOOST_AUTO_TEST_CASE(an_aborted_batch_leaves_no_gap) {
  one(make(group({"ana", "bruno"})));
  auto rev = state.rev;
  batch({make(text("ana", "lost"))}, path::direct, false);
  BOOST_TEST(state.last_seq == 0);
  BOOST_TEST(state.rev == rev);
  BOOST_TEST(one(make(text("ana", "kept"))).seq == 1);
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_message_gets_the_first_answer) {
  one(make(group({"ana", "bruno", "carla"})));
  auto id = message_id::make();
  auto first = one(make(text("ana", "hi", id)));
  known.now += std::chrono::seconds{9};
  auto again = one(make(text("ana", "hi", id)));
  BOOST_TEST(again.ok());
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.seq == first.seq);
  BOOST_TEST((again.at == first.at));
  BOOST_TEST((again.recipients == first.recipients));
  BOOST_TEST(state.last_seq == 1);
}

BOOST_AUTO_TEST_CASE(a_retry_in_the_same_batch_counts_once) {
  one(make(group({"ana", "bruno"})));
  auto id = message_id::make();
  auto out = batch({make(text("ana", "hi", id)), make(text("ana", "hi", id))});
  BOOST_TEST(!out.answers[0].what.replayed);
  BOOST_TEST(out.answers[1].what.replayed);
  BOOST_TEST(out.messages.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_same_command_by_two_paths_is_no_replay) {
  one(make(group({"ana", "bruno"})));
  auto cmd = make(text("ana", "hi"));
  one(cmd);
  auto again = one(cmd);
  BOOST_TEST(again.seq == 1);
  BOOST_TEST(!again.replayed);
}

BOOST_AUTO_TEST_CASE(a_message_id_used_for_something_else_is_refused) {
  one(make(group({"ana", "bruno"})));
  auto id = message_id::make();
  one(make(text("ana", "hi", id)));
  BOOST_TEST((one(make(text("ana", "other body", id))).code == ec::idempotency_mismatch));
  auto elsewhere = make(text("ana", "hi", id));
  known.messages[{client, id}].conversation = conversation_id::make();
  BOOST_TEST((one(elsewhere).code == ec::idempotency_mismatch));
  BOOST_TEST(state.last_seq == 1);
}

BOOST_AUTO_TEST_CASE(a_stranger_may_not_speak_and_a_users_token_sees_no_foreign_conversation) {
  one(make(group({"ana", "bruno"})));
  BOOST_TEST((one(make(text("mallory", "hi"))).code == ec::not_a_member));
  BOOST_TEST(
    (one(make(text("mallory", "hi"), user_id{"mallory"})).code == ec::conversation_not_found));
  BOOST_TEST(one(make(text("ana", "hi"), user_id{"ana"})).ok());
  BOOST_TEST(one(make(text("", "the client speaks"))).ok());
}

BOOST_AUTO_TEST_CASE(a_message_to_nowhere_is_404_and_is_remembered) {
  auto out = batch({make(text("ana", "hi"))});
  BOOST_TEST((out.answers[0].what.code == ec::conversation_not_found));
  BOOST_TEST(out.answers[0].remember);
  BOOST_TEST(!out.changed);
}

BOOST_AUTO_TEST_CASE(a_remembered_refusal_is_repeated_even_if_it_would_succeed_now) {
  auto cmd = make(text("ana", "hi"));
  one(cmd);
  one(make(group({"ana", "bruno"})));
  BOOST_TEST((one(cmd).code == ec::conversation_not_found));
}

BOOST_AUTO_TEST_CASE(a_202_that_is_refused_later_can_be_read_as_failed_without_a_seq) {
  one(make(group({"ana", "bruno"})));
  auto cmd = make(text("mallory", "hi"));
  auto out = batch({cmd}, path::inbox);
  BOOST_REQUIRE(out.messages.size() == 1u);
  BOOST_TEST(out.messages[0].view.seq == 0);
  BOOST_TEST(out.messages[0].failure == "not_a_member");
  BOOST_TEST(!out.answers[0].remember);
  auto again = one(cmd);
  BOOST_TEST((again.code == ec::not_a_member));
  BOOST_TEST(state.last_seq == 0);
}

BOOST_AUTO_TEST_CASE(a_202_that_was_refused_by_a_commit_in_doubt_is_not_stored_again) {
  one(make(group({"ana", "bruno"})));
  auto cmd = make(text("mallory", "hi"));
  batch({cmd}, path::inbox); // it has succeeded, and nobody knows
  auto out = batch({cmd}, path::inbox);
  BOOST_TEST((out.answers[0].what.code == ec::not_a_member));
  BOOST_TEST(out.messages.empty()); // a second row of this id could never be committed
  BOOST_TEST(!out.answers[0].remember);
}

BOOST_AUTO_TEST_CASE(two_tries_of_one_message_in_the_inbox_are_refused_and_stored_once) {
  one(make(group({"ana", "bruno"})));
  auto body = text("mallory", "hi");
  auto out = batch({make(body), make(body)}, path::inbox);
  BOOST_TEST((out.answers[0].what.code == ec::not_a_member));
  BOOST_TEST((out.answers[1].what.code == ec::not_a_member));
  BOOST_TEST(out.answers[1].what.replayed);
  BOOST_TEST(out.messages.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_202_whose_other_copy_was_refused_can_be_read_as_failed) {
  one(make(group({"ana", "bruno"})));
  auto cmd = make(text("mallory", "hi"));
  BOOST_TEST(batch({cmd}, path::stream).answers[0].remember); // nobody heard of it
  auto out = batch({cmd}, path::inbox);
  BOOST_TEST((out.answers[0].what.code == ec::not_a_member));
  BOOST_REQUIRE(out.messages.size() == 1u);
  BOOST_TEST(out.messages[0].failure == "not_a_member");
  BOOST_TEST(!out.answers[0].remember);
  BOOST_TEST(batch({cmd}, path::inbox).messages.empty());
}

BOOST_AUTO_TEST_CASE(the_first_message_makes_the_implicit_conversation) {
  auto body = text("ana", "hi");
  body.implicit_members = {user_id{"ana"}, user_id{"bruno"}};
  auto out = batch({make(body)});
  BOOST_TEST(out.answers[0].what.ok());
  BOOST_TEST((state.type == conversation_type::direct));
  BOOST_TEST(state.members.size() == 2u);
  BOOST_TEST(out.bare_users.size() == 2u);
  BOOST_TEST((out.answers[0].what.recipients == std::vector{user_id{"bruno"}}));
  auto next = text("ana", "again");
  next.implicit_members = body.implicit_members;
  BOOST_TEST(one(make(next)).seq == 2);
}

BOOST_AUTO_TEST_CASE(a_refused_request_makes_no_user_and_no_conversation) {
  known.deleted_users.insert({client, user_id{"bruno"}});
  auto body = text("ana", "hi");
  body.implicit_members = {user_id{"ana"}, user_id{"bruno"}};
  auto out = batch({make(body), make(group({"ana", "bruno"}))});
  BOOST_TEST((out.answers[0].what.code == ec::invalid_request));
  BOOST_TEST((out.answers[1].what.code == ec::invalid_request));
  BOOST_TEST(out.bare_users.empty());
  BOOST_TEST(!state.exists);
}

BOOST_AUTO_TEST_CASE(a_deleted_user_says_nothing_more_but_a_retry_finds_what_it_said) {
  one(make(group({"ana", "bruno"})));
  auto id = message_id::make();
  auto before = one(make(text("bruno", "hi", id), user_id{"bruno"}));
  known.deleted_users.insert({client, user_id{"bruno"}});
  auto by_client = one(make(text("bruno", "more")));
  BOOST_TEST((by_client.code == ec::invalid_request));
  BOOST_TEST(by_client.pointer == "/from");
  BOOST_TEST((one(make(text("bruno", "more"), user_id{"bruno"})).code == ec::invalid_token));
  send_receipt receipt;
  receipt.user = user_id{"bruno"};
  receipt.up_to_seq = 1;
  BOOST_TEST((one(make(receipt, user_id{"bruno"})).code == ec::invalid_token));
  BOOST_TEST(one(make(receipt)).ok()); // the client may settle what was addressed to it
  auto again = one(make(text("bruno", "hi", id), user_id{"bruno"}));
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.seq == before.seq);
  BOOST_TEST(one(make(text("ana", "to the others"))).seq == 2);
}

BOOST_AUTO_TEST_CASE(creating_twice_is_a_replay_with_the_same_fields_and_a_conflict_with_others) {
  auto first = one(make(group({"ana", "bruno"})));
  BOOST_TEST(!first.replayed);
  auto again = one(make(group({"ana", "bruno"})));
  BOOST_TEST(again.replayed);
  BOOST_TEST((again.at == first.at));
  auto other = group({"ana", "carla"});
  other.hash[3] = 7;
  BOOST_TEST((one(make(other)).code == ec::conversation_exists));
}

BOOST_AUTO_TEST_CASE(members_see_and_receive_from_the_moment_they_join_until_they_leave) {
  one(make(group({"ana", "bruno"})));
  one(make(text("ana", "one")));
  auto joined = one(make(add_member{{user_id{"carla"}, member_role::member}}));
  BOOST_TEST(joined.seq == 1);
  BOOST_TEST(one(make(text("ana", "two"))).recipients_total == 2);
  BOOST_TEST(one(make(remove_member{user_id{"carla"}})).seq == 2);
  BOOST_TEST(one(make(text("ana", "three"))).recipients_total == 1);
  BOOST_TEST((one(make(text("carla", "hi"))).code == ec::not_a_member));
  BOOST_TEST(!state.members.at(user_id{"carla"}).had(1));
  BOOST_TEST(state.members.at(user_id{"carla"}).had(2));
  BOOST_TEST(!state.members.at(user_id{"carla"}).had(3));
}

BOOST_AUTO_TEST_CASE(only_admins_manage_a_group_but_everybody_may_leave) {
  one(make(group({"ana", "bruno", "carla"})));
  add_member dora{{user_id{"dora"}, member_role::member}};
  BOOST_TEST((one(make(dora, user_id{"bruno"})).code == ec::forbidden));
  BOOST_TEST(one(make(dora, user_id{"ana"})).ok());
  BOOST_TEST((one(make(remove_member{user_id{"ana"}}, user_id{"bruno"})).code == ec::forbidden));
  BOOST_TEST(one(make(remove_member{user_id{"bruno"}}, user_id{"bruno"})).ok());
  BOOST_TEST((one(make(remove_member{user_id{"bruno"}})).code == ec::member_not_found));
}

BOOST_AUTO_TEST_CASE(a_private_conversation_takes_no_third_member) {
  auto body = group({"ana", "bruno"});
  body.type = conversation_type::private_;
  one(make(body));
  BOOST_TEST(
    (one(make(add_member{{user_id{"carla"}, member_role::member}})).code == ec::invalid_request));
}

BOOST_AUTO_TEST_CASE(a_conversation_is_bounded) {
  limits.members_max = 2;
  one(make(group({"ana", "bruno"})));
  BOOST_TEST(
    (one(make(add_member{{user_id{"carla"}, member_role::member}})).code == ec::invalid_request));
}

BOOST_AUTO_TEST_CASE(receipts_only_advance_and_reading_delivers_first) {
  one(make(group({"ana", "bruno"})));
  for (int i = 0; i < 5; ++i)
    one(make(text("ana", "m")));
  user_id bruno{"bruno"};
  auto out = batch({make(send_receipt{bruno, receipt_kind::delivered, 2}),
                    make(send_receipt{bruno, receipt_kind::read, 4})});
  BOOST_TEST(out.answers[1].what.seq == 4);
  BOOST_REQUIRE(out.receipts.size() == 2u); // merged: delivered (0,4], read (0,4]
  BOOST_TEST(out.receipts[0].up_to_seq == 4);
  BOOST_TEST(out.receipts[0].from_seq == 0);
  BOOST_TEST((out.receipts[1].kind == receipt_kind::read));
  auto lower = batch({make(send_receipt{bruno, receipt_kind::read, 1})});
  BOOST_TEST(lower.answers[0].what.seq == 4);
  BOOST_TEST(!lower.changed);
  BOOST_TEST((one(make(send_receipt{bruno, receipt_kind::read, 6})).code == ec::invalid_request));
  BOOST_TEST(
    (one(make(send_receipt{user_id{"zoe"}, receipt_kind::read, 1})).code == ec::not_a_member));
}

BOOST_AUTO_TEST_CASE(a_command_whose_predecessor_is_unknown_is_out_of_order_and_may_come_again) {
  one(make(group({"ana", "bruno"})));
  auto first = make(text("ana", "first"));
  auto second = make(text("ana", "second"));
  second.after = predecessor{first.id, std::get<send_message>(first.body).message};
  auto early = batch({second}, path::stream, true, false).answers.front();
  BOOST_TEST((early.what.code == ec::out_of_order));
  BOOST_TEST(!early.remember);
  auto both = batch({first, second}, path::stream, true, false);
  BOOST_TEST(both.answers[0].what.seq == 1);
  BOOST_TEST(both.answers[1].what.seq == 2);
}

BOOST_AUTO_TEST_CASE(whoever_follows_one_that_is_out_of_order_is_out_of_order_too) {
  one(make(group({"ana", "bruno"})));
  std::vector<command> line;
  for (int i = 0; i < 3; ++i) {
    line.push_back(make(text("ana", "hello")));
    if (i > 0) {
      const auto& before = line[line.size() - 2];
      line.back().after = predecessor{before.id, std::get<send_message>(before.body).message};
    }
  }
  // The first was lost on its way. Of the third one it is said that its predecessor has come.
  std::vector<undecided_ptr> items;
  for (std::size_t i = 1; i < 3; ++i) {
    undecided item;
    item.what = line[i];
    item.follows_known = i == 2;
    items.push_back(std::make_shared<const undecided>(std::move(item)));
  }
  auto out = decide(state, items, known, limits);
  BOOST_TEST((out.answers[0].what.code == ec::out_of_order));
  BOOST_TEST((out.answers[1].what.code == ec::out_of_order));
  auto again = batch(line, path::stream, true, false);
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(again.answers[i].what.seq == static_cast<std::int64_t>(i) + 1);
}

BOOST_AUTO_TEST_CASE(created_at_never_goes_back) {
  one(make(group({"ana", "bruno"})));
  auto first = one(make(text("ana", "a")));
  known.now -= std::chrono::hours{1};
  auto second = one(make(text("ana", "b")));
  BOOST_TEST((second.at >= first.at));
}

BOOST_AUTO_TEST_CASE(cancelling_what_was_sent_is_a_conflict) {
  one(make(group({"ana", "bruno"})));
  auto id = message_id::make();
  one(make(text("ana", "a", id)));
  BOOST_TEST((one(make(cancel_message{id})).code == ec::already_sent));
  BOOST_TEST((one(make(cancel_message{message_id::make()})).code == ec::message_not_found));
}

BOOST_AUTO_TEST_CASE(every_event_carries_the_revision_of_its_commit) {
  one(make(group({"ana", "bruno"})));
  auto out =
    batch({make(text("ana", "a")), make(send_receipt{user_id{"bruno"}, receipt_kind::read, 1})});
  BOOST_REQUIRE(out.events.size() == 2u);
  for (const auto& event : out.events)
    BOOST_TEST(event.rev == state.rev);
}

BOOST_AUTO_TEST_SUITE_END()
