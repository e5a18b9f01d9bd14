/// What a message's trace tells, from rows as commits write them.
#include "actors/history/trace_queries.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

namespace recado::test {
namespace {

using namespace std::chrono_literals;

struct trace_world : delivery_world {
  conversation_id where = make_conversation();
  message_id message = make_message(where, 1);

  void line(delivery_state& state, status to, std::chrono::seconds after, std::string code = {}) {
    state.now = to;
    auto out = effects_of(where, {}, false);
    out.delivery_lines.push_back({state.id,
                                  state.message,
                                  ++state.lines,
                                  now + after,
                                  to,
                                  state.attempts,
                                  std::move(code),
                                  {}});
    out.deliveries.push_back({state, state.lines == 1});
    commit(out);
  }
  trace_record trace(const user_id& viewer = {}) {
    return value_of<trace_record>(
      [&](auto done) { history->trace(client, message, viewer, done); });
  }
  void add_member(const char* name) {
    db.exec(fmt::format("insert into member values ('{}', '{}', '{}', 0, now(), 0, null, 0, 0, 1)",
                        client.str(), where.str(), name));
  }
  /// "1:retrying:451:+30s 2:sent:-:- "
  std::string told(const trace_record::delivery& of) {
    std::string out;
    for (const auto& each : of.attempts)
      out += fmt::format("{}:{}:{}:{} ", each.number, to_string(each.state),
                         each.provider_code.value_or("-"),
                         each.next_at ? fmt::format("+{}", (*each.next_at - now) / 1s) : "-");
    return out;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(traces, trace_world)

BOOST_AUTO_TEST_CASE(the_message_s_own_row_is_told) {
  db.exec(fmt::format("update message set part = 17, epoch = 42, node = 'n2', path = 1, "
                      "trace_id = '0af7651916cd43dd8448eb211c80319c', received_at = '{}', "
                      "sequenced_at = '{}', wire_us = 400, mailbox_us = 100 "
                      "where message_id = '{}'",
                      to_rfc3339(now), to_rfc3339(now + 1s), message.str()));
  auto got = trace();
  BOOST_TEST((got.message == message && got.conversation == where));
  BOOST_TEST(got.seq == 1);
  BOOST_TEST(*got.partition == 17);
  BOOST_TEST(*got.epoch == 42);
  BOOST_TEST(*got.node == "n2");
  BOOST_TEST((got.came_by == path::direct));
  BOOST_TEST(got.trace_id == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST((*got.received_at == now && *got.sequenced_at == now + 1s));
  BOOST_TEST(*got.wire_ms == 0.4);
  BOOST_TEST(*got.mailbox_ms == 0.1);
  BOOST_TEST(got.deliveries.empty());
  BOOST_REQUIRE(got.committed_at); // this server keeps commit timestamps
  BOOST_TEST(*got.commit_ms >= 0);
}

BOOST_AUTO_TEST_CASE(each_try_is_told_once_by_its_end) {
  auto mail = make_delivery(message, "a@b.c");
  line(mail, status::queued, 0s);
  BOOST_REQUIRE_EQUAL(trace().deliveries.size(), 1U);
  BOOST_TEST(told(trace().deliveries[0]).empty()); // no try yet
  mail.attempts = 1;
  line(mail, status::sending, 1s);
  BOOST_TEST(told(trace().deliveries[0]) == "1:sending:-:- ");
  mail.due = now + 30s;
  line(mail, status::retrying, 2s, "451");
  BOOST_TEST(told(trace().deliveries[0]) == "1:retrying:451:+30 ");
  mail.attempts = 2;
  line(mail, status::sending, 31s);
  line(mail, status::sent, 32s, "250");
  auto got = trace();
  BOOST_TEST(told(got.deliveries[0]) == "1:retrying:451:+31 2:sent:250:- ");
  BOOST_TEST((got.deliveries[0].id == mail.id));
  BOOST_TEST((got.deliveries[0].attempts[1].at == now + 32s));
}

BOOST_AUTO_TEST_CASE(what_ends_a_delivery_between_tries_is_no_try) {
  auto mail = make_delivery(message, "a@b.c");
  line(mail, status::queued, 0s);
  mail.attempts = 1;
  line(mail, status::sending, 1s);
  line(mail, status::retrying, 2s, "451");
  line(mail, status::canceled, 3s, "canceled");
  BOOST_TEST(told(trace().deliveries[0]) == "1:retrying:451:- ");
}

BOOST_AUTO_TEST_CASE(in_the_application_it_is_sent_as_soon_as_it_is_committed) {
  add_member("ana"); // the sender
  add_member("bruno");
  add_member("carla");
  auto got = trace(user_id{"bruno"});
  BOOST_REQUIRE_EQUAL(got.deliveries.size(), 2U);
  BOOST_TEST((got.deliveries[0].id == in_app_delivery(message, user_id{"bruno"})));
  BOOST_TEST(told(got.deliveries[0]) == "1:sent:-:- ");
  BOOST_TEST((error_of<trace_record>([&](auto done) {
                history->trace(client, message, user_id{"dora"}, done);
              }) == ec::message_not_found));
  BOOST_TEST((error_of<trace_record>([&](auto done) {
                history->trace(client_id::make(), message, {}, done);
              }) == ec::message_not_found));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
