#include "tests/cluster/router/core_fixture.hpp"

using namespace recado;
using namespace recado::cluster;
using recado::cluster::test::core_fixture;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(router_paths)

BOOST_FIXTURE_TEST_CASE(with_a_beating_owner_a_command_goes_over_the_stream, core_fixture) {
  stream();
  send();
  auto sent = only<act::publish>();
  BOOST_TEST(sent.part == part());
  BOOST_TEST(sent.what->reply_to == "c1.reply.n1.1");
  BOOST_TEST(!sent.what->after);
  reply_to(sent);
  BOOST_TEST(only<act::answer>().what.ok());
  BOOST_TEST(core->counters().outstanding == 0u);
  BOOST_TEST(core->counters().bytes == 0u);
}

BOOST_FIXTURE_TEST_CASE(only_wire_auto_hands_over_on_this_node, core_fixture) {
  stream();
  own();
  send();
  BOOST_TEST(all<act::publish>().size() == 1u);
  config.how = wire::automatic;
  make();
  own(); // no link is needed
  send();
  reply_to(only<act::offer>());
  answered(ec::none);
}

BOOST_FIXTURE_TEST_CASE(without_a_link_sends_are_stored_and_all_else_is_unavailable, core_fixture) {
  receipt();
  answered(ec::owner_unavailable);
  send();
  auto item = only<act::store>().items.at(0);
  last = core->on_stored(item.to, item.attempt, {}, now);
  auto answer = only<act::answer>().what;
  BOOST_TEST(answer.stored);
  BOOST_TEST((answer.code == ec::none));
  BOOST_TEST((answer.message == std::get<send_message>(item.what->body).message));
}

BOOST_FIXTURE_TEST_CASE(what_an_owner_left_lying_goes_to_the_inbox_before_the_caller_gives_up,
                        core_fixture) {
  stream();
  pass(1s);
  beat();
  send();
  only<act::publish>();
  pass(1'999ms);
  BOOST_TEST(last.empty());
  pass(1ms); // its beacon has been missing for long
  BOOST_TEST(only<act::store>().items.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_owner_is_doubted_again_when_it_was_alive_at_first, core_fixture) {
  stream();
  pass(1s);
  beat();
  send();
  only<act::publish>();
  pass(1'900ms);
  beat();
  pass(100ms);
  pass(1'999ms);
  BOOST_TEST(last.empty());
  pass(1ms);
  BOOST_TEST(only<act::store>().items.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_a_living_owner_has_not_come_to_is_waited_for, core_fixture) {
  stream();
  pass(1s);
  beat();
  send();
  for (int i = 0; i < 35; ++i) {
    beat();
    pass(100ms);
    BOOST_TEST(last.empty());
  }
}

BOOST_FIXTURE_TEST_CASE(nobody_is_absent_right_after_the_link_came_up, core_fixture) {
  (void)core->on_link(true, now);
  send(uuid{});
  BOOST_TEST(all<act::publish>().size() == 1u);
  now += 600ms;
  send(uuid{});
  BOOST_TEST(all<act::store>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_owner_that_stopped_beating_is_absent, core_fixture) {
  stream();
  now += 1s;
  beat();
  now += 599ms;
  send(uuid{});
  BOOST_TEST(all<act::publish>().size() == 1u);
  now += 1ms;
  send(uuid{});
  BOOST_TEST(all<act::store>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_owner_here_that_cannot_read_its_stream_is_silent_and_gets_the_inbox,
                        core_fixture) {
  (void)core->on_link(true, now);
  now += 1h;
  own();
  send(uuid{}); // just claimed: its first beacon is on the way
  BOOST_TEST(all<act::publish>().size() == 1u);
  pass(599ms);
  own(); // said again, it is no newer
  pass(1ms);
  send(uuid{});
  BOOST_TEST(all<act::store>().size() == 1u);
  beat();
  send(uuid{});
  BOOST_TEST(all<act::publish>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_a_silent_owner_here_left_lying_in_the_stream_goes_to_the_inbox,
                        core_fixture) {
  (void)core->on_link(true, now);
  own();
  send();
  only<act::publish>();
  pass(2s);
  BOOST_TEST(only<act::store>().items.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_owner_here_without_credit_is_overloaded, core_fixture) {
  config.how = wire::automatic;
  make();
  own();
  send();
  auto offer = only<act::offer>();
  last = core->on_offer(offer.to, offer.attempt, offer_result::overloaded, now);
  answered(ec::overloaded);
}

BOOST_FIXTURE_TEST_CASE(who_is_no_owner_any_more_is_passed_by, core_fixture) {
  config.how = wire::automatic;
  make();
  own();
  stream();
  send();
  auto offer = only<act::offer>();
  last = core->on_offer(offer.to, offer.attempt, offer_result::not_owner, now);
  auto again = only<act::publish>();
  BOOST_TEST((again.what->id == offer.what->id));
  reply_to(again);
  answered(ec::none);
}

BOOST_FIXTURE_TEST_CASE(only_the_first_offer_of_an_id_that_was_made_for_it_is_called_the_only_copy,
                        core_fixture) {
  config.how = wire::automatic;
  make();
  own();
  auto fresh = what(send_receipt{});
  fresh.id_made = true;
  last = core->submit(next++, fresh, {}, now);
  auto first = only<act::offer>();
  BOOST_TEST(first.only_copy);
  reply_to(first, ec::out_of_order); // it goes out again, after a while or at once
  for (int i = 0; i < 10 && all<act::offer>().empty(); ++i)
    pass(100ms);
  BOOST_TEST(!only<act::offer>().only_copy);
  auto by_key = what(send_receipt{}); // its id may have been tried before
  last = core->submit(next++, by_key, {}, now);
  BOOST_TEST(!only<act::offer>().only_copy);
}

BOOST_FIXTURE_TEST_CASE(what_was_handed_to_an_owner_that_lost_its_partition_is_sent_again,
                        core_fixture) {
  config.how = wire::automatic;
  make();
  own();
  stream();
  send();
  last = core->set_local({}, now);
  BOOST_TEST(all<act::publish>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_new_stream_gets_what_the_old_one_had, core_fixture) {
  stream();
  send();
  auto first = only<act::publish>();
  last = core->on_new_stream(now);
  BOOST_TEST((only<act::publish>().what->id == first.what->id));
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE(router_chains)

BOOST_FIXTURE_TEST_CASE(a_command_names_the_unanswered_send_before_it, core_fixture) {
  stream();
  send();
  auto first = only<act::publish>();
  receipt();
  auto between = only<act::publish>();
  BOOST_TEST((between.what->after->command == first.what->id));
  send();
  auto second = only<act::publish>();
  BOOST_TEST((second.what->after->command == first.what->id)); // a receipt is nobody's predecessor
  reply_to(first);
  reply_to(second);
  send();
  BOOST_TEST(!only<act::publish>().what->after);
}

BOOST_FIXTURE_TEST_CASE(commands_without_session_name_none, core_fixture) {
  stream();
  send(uuid{});
  send(uuid{});
  BOOST_TEST(!only<act::publish>().what->after);
}

BOOST_FIXTURE_TEST_CASE(out_of_order_sends_the_whole_chain_again_after_a_moment, core_fixture) {
  stream();
  send();
  auto first = only<act::publish>();
  send();
  auto second = only<act::publish>();
  reply_to(second, ec::out_of_order);
  BOOST_TEST(last.empty());
  send(); // must not overtake
  BOOST_TEST(last.empty());
  pass(10ms);
  auto again = all<act::publish>();
  BOOST_REQUIRE_EQUAL(again.size(), 3u);
  BOOST_TEST((again[0].what->id == first.what->id));
  BOOST_TEST((again[1].what->id == second.what->id));
  BOOST_TEST((again[2].what->after->command == second.what->id));
}

BOOST_FIXTURE_TEST_CASE(a_chain_that_is_never_in_order_ends_with_an_unknown_outcome, core_fixture) {
  stream();
  send();
  auto sent = only<act::publish>();
  for (int i = 0; i < 12; ++i) {
    reply_to(sent, ec::out_of_order);
    BOOST_TEST(all<act::answer>().empty());
    beat();
    pass(200ms);
    beat();
    pass(440ms);
  }
  BOOST_TEST(core->counters().outstanding == 0u); // 5 s are over before the resends are
  BOOST_TEST(core->counters().unknown == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_lost_link_takes_the_whole_chain_to_the_inbox_in_order, core_fixture) {
  stream();
  auto first = send();
  receipt();
  auto second = send();
  last = core->on_link(false, now);
  BOOST_TEST((all<act::answer>().at(0).what.code == ec::outcome_unknown)); // the receipt
  auto items = all<act::store>().at(0).items;
  BOOST_REQUIRE_EQUAL(items.size(), 2u);
  BOOST_TEST(items[0].to == first);
  BOOST_TEST(items[1].to == second);
}

BOOST_FIXTURE_TEST_CASE(what_comes_while_the_inbox_stores_waits_and_then_chooses_anew,
                        core_fixture) {
  send();
  auto item = only<act::store>().items.at(0);
  send();
  BOOST_TEST(last.empty());
  stream();
  last = core->on_stored(item.to, item.attempt, {}, now);
  BOOST_TEST(all<act::answer>().size() == 1u);
  BOOST_TEST(all<act::publish>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_failed_store_refuses_all_that_waits_behind_it, core_fixture) {
  send();
  auto item = only<act::store>().items.at(0);
  send();
  last = core->on_stored(item.to, item.attempt, fail(ec::overloaded), now);
  auto answers = all<act::answer>();
  BOOST_REQUIRE_EQUAL(answers.size(), 2u);
  BOOST_TEST((answers[1].what.code == ec::overloaded));
}

BOOST_FIXTURE_TEST_CASE(a_refused_publish_goes_to_the_inbox_and_its_reply_may_still_win,
                        core_fixture) {
  stream();
  send();
  auto sent = only<act::publish>();
  last = core->on_ack(sent.to, sent.attempt, publish_ack::unknown);
  auto item = only<act::store>().items.at(0);
  reply_to(sent);
  BOOST_TEST(!only<act::answer>().what.stored);
  last = core->on_stored(item.to, item.attempt, {}, now);
  BOOST_TEST(last.empty());
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE(router_deadlines)

BOOST_FIXTURE_TEST_CASE(a_slow_owner_leaves_the_outcome_unknown, core_fixture) {
  stream();
  send();
  now += 4999ms;
  beat();
  pass(0ms);
  BOOST_TEST(last.empty());
  pass(1ms);
  answered(ec::outcome_unknown);
}

BOOST_FIXTURE_TEST_CASE(what_follows_an_undecided_command_is_undecided_too, core_fixture) {
  stream();
  send();
  now += 3s;
  send();
  now += 2s;
  beat();
  pass(0ms);
  BOOST_TEST(all<act::answer>().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(with_the_owner_gone_sends_are_stored_at_the_deadline, core_fixture) {
  stream();
  send(uuid{});
  receipt();
  pass(5s);
  BOOST_TEST((all<act::answer>().at(0).what.code == ec::owner_unavailable));
  BOOST_TEST(all<act::store>().at(0).items.size() == 1u);
  pass(1s);
  answered(ec::outcome_unknown); // it was published, after all
}

BOOST_FIXTURE_TEST_CASE(an_inbox_that_never_answers_is_unavailable_after_six_seconds,
                        core_fixture) {
  send();
  pass(5999ms);
  BOOST_TEST(last.empty());
  pass(1ms);
  answered(ec::store_unavailable);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE(router_bounds)

BOOST_FIXTURE_TEST_CASE(too_many_commands_are_overload, core_fixture) {
  config.commands_max = 2;
  make();
  stream();
  send();
  send();
  send();
  answered(ec::overloaded);
}

BOOST_FIXTURE_TEST_CASE(too_many_bytes_are_overload, core_fixture) {
  config.bytes_max = sizeof(command) + 100;
  make();
  stream();
  send();
  send();
  answered(ec::overloaded);
}

BOOST_FIXTURE_TEST_CASE(the_same_command_twice_is_a_conflict, core_fixture) {
  stream();
  send();
  auto sent = only<act::publish>();
  last = core->submit(next++, *sent.what, session, now);
  answered(ec::conflict);
}

BOOST_FIXTURE_TEST_CASE(a_stop_answers_everything, core_fixture) {
  stream();
  send();
  send(uuid{});
  last = core->stop();
  BOOST_TEST(all<act::answer>().size() == 2u);
  BOOST_TEST((all<act::answer>().at(1).what.code == ec::shutting_down));
  send();
  answered(ec::shutting_down);
  BOOST_TEST(!core->next_wake());
}

BOOST_FIXTURE_TEST_CASE(a_late_reply_is_counted_only, core_fixture) {
  last = core->on_reply(refuse(command_id::make(), ec::none), now);
  BOOST_TEST(last.empty());
  BOOST_TEST(core->counters().late_replies == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
