/// What a gateway that may have lost status events reads again.
#include "actors/history/status_queries.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

namespace recado::test {
namespace {

struct statuses_world : delivery_world {
  conversation_id where = make_conversation();
  message_id message = make_message(where);

  /// A commit at this revision that moved one delivery, by these lines.
  void move(std::int64_t rev, delivery_state& state, std::vector<status> through) {
    bool fresh = state.lines == 0;
    auto out = effects_of(where, {}, fresh);
    out.head.rev = rev;
    for (auto each : through) {
      state.now = each;
      out.delivery_lines.push_back(
        {state.id, state.message, ++state.lines, now, each, state.attempts, "c", {}});
    }
    out.deliveries.push_back({state, fresh});
    commit(out);
  }
  std::vector<status_record> read(std::int64_t since, std::int64_t up_to, std::size_t limit = 50) {
    return value_of<std::vector<status_record>>([&](auto done) {
      history->statuses(client, where, {since, up_to, limit}, done);
    });
  }
  static std::string told(const std::vector<status_record>& got) {
    std::string out;
    for (const auto& each : got)
      out += fmt::format("{}:{}:{} ", each.rev, each.what.address, to_string(each.what.state));
    return out;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(statuses, statuses_world)

BOOST_AUTO_TEST_CASE(what_moved_since_a_revision_is_read_in_order) {
  auto a = make_delivery(message, "a@b.c"), z = make_delivery(message, "z@b.c");
  move(8, a, {status::queued});
  move(9, z, {status::queued});
  move(10, a, {status::sending});
  move(11, z, {status::sending});
  move(12, a, {status::retrying});
  move(13, z, {status::sent});
  BOOST_TEST(told(read(0, 13)) == "10:a@b.c:sending 11:z@b.c:sending 12:a@b.c:retrying "
                                  "13:z@b.c:sent ");
  BOOST_TEST(told(read(10, 12)) == "11:z@b.c:sending 12:a@b.c:retrying ");
  BOOST_TEST(told(read(13, 13)).empty());
}

BOOST_AUTO_TEST_CASE(a_status_says_what_its_event_said) {
  auto a = make_delivery(message, "a@b.c");
  a.attempts = 2;
  move(8, a, {status::queued, status::sending, status::sent});
  auto got = read(7, 8);
  BOOST_REQUIRE_EQUAL(got.size(), 2u); // queued is no event
  const auto& one = got.back().what;
  BOOST_TEST((one.message == message));
  BOOST_TEST(one.seq == last_seq);
  BOOST_TEST(one.sender.value == "ana");
  BOOST_TEST(one.recipient.value == "");
  BOOST_TEST(one.address == "a@b.c");
  BOOST_TEST(one.channel == "email");
  BOOST_TEST(one.attempt == 2);
  BOOST_TEST(one.provider_code == "c");
  BOOST_TEST((one.at == now));
}

BOOST_AUTO_TEST_CASE(a_revision_is_never_cut) {
  auto a = make_delivery(message, "a@b.c");
  move(8, a, {status::queued, status::sending, status::retrying, status::sending});
  move(9, a, {status::retrying});
  auto all = std::string{"8:a@b.c:sending 8:a@b.c:retrying 8:a@b.c:sending "};
  BOOST_TEST(told(read(0, 9, 1)) == all);
  BOOST_TEST(told(read(0, 9, 3)) == all);
  BOOST_TEST(told(read(8, 9, 1)) == "9:a@b.c:retrying ");
  BOOST_TEST(told(read(0, 9, 4)) == all + "9:a@b.c:retrying ");
}

BOOST_AUTO_TEST_CASE(neither_another_conversation_nor_another_client_is_read) {
  auto a = make_delivery(message, "a@b.c");
  move(8, a, {status::queued, status::sending});
  auto elsewhere = make_conversation();
  BOOST_TEST(value_of<std::vector<status_record>>([&](auto done) {
               history->statuses(client, elsewhere, {0, 9, 9}, done);
             }).empty());
  BOOST_TEST(value_of<std::vector<status_record>>([&](auto done) {
               history->statuses(client_id::make(), where, {0, 9, 9}, done);
             }).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
