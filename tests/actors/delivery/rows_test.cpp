/// Rows of deliveries: written by a commit, read by the pre-read and by the history; and the status
/// of a message in SQL, held against the rule in C++.
#include "tests/actors/delivery/delivery_world.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

struct rows_world : delivery_world {
  facts read_back(const command_body& body, const conversation_id& in) {
    undecided item;
    item.what.client = client;
    item.what.conversation = in;
    item.what.body = body;
    std::vector<undecided_ptr> items{std::make_shared<const undecided>(std::move(item))};
    journal::delivery_facts ask{items};
    std::vector<store::rows> found;
    for (const auto& one : ask.statements())
      found.push_back(db.run(one));
    facts out;
    ask.read(found, out);
    return out;
  }
  message_record message(const message_id& id) {
    return value_of<message_record>([&](auto done) { history->message(client, id, {}, done); });
  }
  void add_member(const conversation_id& in, const std::string& user, std::int64_t delivered,
                  std::int64_t read) {
    db.exec(
      fmt::format("insert into member values ('{}', '{}', '{}', 0, now(), 0, null, {}, {}, 1)",
                  client.str(), in.str(), user, delivered, read));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(delivery_rows, rows_world)

BOOST_AUTO_TEST_CASE(what_was_committed_is_read_back) {
  auto where = make_conversation();
  auto id = make_message(where);
  auto state = make_delivery(id, "a@b.c");
  state.recipient = user_id{"bruno"};
  state.expires_at = now + 1h;
  add(where, {state});
  state.now = status::retrying;
  state.reached = status::retrying;
  state.attempts = 3;
  state.lines = 7;
  state.first_try_at = now + 1s;
  state.due = now + 2s;
  state.owned = 42;
  state.provider_id = "p";
  state.provider_code = "451";
  state.detail = "später";
  state.cancel_asked = true;
  state.updated_at = now + 3s;
  commit(effects_of(where, {state}, false));
  auto known = read_back(begin_attempt{id, state.id, 4, 42}, where);
  const auto& all = known.deliveries[{client, id}];
  BOOST_REQUIRE_EQUAL(all.size(), 1u);
  const auto& got = all[0];
  BOOST_TEST((got.id == state.id && got.message == id && got.seq == state.seq));
  BOOST_TEST((got.recipient == state.recipient && got.sender == state.sender));
  BOOST_TEST((got.now == status::retrying && got.reached == status::retrying));
  BOOST_TEST((got.attempts == 3 && got.lines == 7 && got.owned == 42 && got.cancel_asked));
  BOOST_TEST((got.first_try_at == state.first_try_at && got.due == state.due));
  BOOST_TEST((got.provider_id == "p" && got.provider_code == "451" && got.detail == "später"));
  BOOST_TEST((got.expires_at == state.expires_at && got.updated_at == state.updated_at));
  BOOST_TEST(read_back(cancel_message{id}, where).deliveries.size() == 1u);
  BOOST_TEST(read_back(begin_attempt{id, delivery_id::make(), 4, 42}, where).deliveries.empty());
}

BOOST_AUTO_TEST_CASE(identities_of_members_and_accounts_of_the_client_are_found) {
  auto where = make_conversation();
  for (const char* user : {"bruno", "carla"}) {
    add_member(where, user, 0, 0);
    db.exec(fmt::format("insert into identity values ('{}', '{}', 'email', '{}@{}', 'main', true, "
                        "now())",
                        client.str(), user, user, client.str()));
  }
  db.exec(fmt::format("insert into account (client_id, channel, account, settings, credentials, "
                      "pacing, retry, preferred, version, created_at, updated_at, deleted_at) "
                      "values ('{0}', 'email', 'main', '{{}}', '', '', '', true, 1, now(), now(), "
                      "null), ('{0}', 'email', 'gone', '{{}}', '', '', '', true, 1, now(), now(), "
                      "now())",
                      client.str()));
  send_message what;
  what.message = message_id::make();
  what.channels = {"email"};
  what.implicit_members = {user_id{"nobody"}};
  auto known = read_back(what, where);
  BOOST_TEST(known.identities.size() == 2u);
  const auto& bruno = known.identities[{client, user_id{"bruno"}}];
  BOOST_REQUIRE_EQUAL(bruno.size(), 1u);
  BOOST_TEST(bruno[0].address == "bruno@" + client.str());
  BOOST_TEST(bruno[0].account == "main");
  BOOST_REQUIRE_EQUAL(known.accounts[client].size(), 1u); // without the tombstone
  BOOST_TEST(known.accounts[client][0].preferred);
}

BOOST_AUTO_TEST_CASE(messages_in_the_application_ask_nothing) {
  send_message what;
  what.message = message_id::make();
  undecided item;
  item.what.body = what;
  std::vector<undecided_ptr> items{std::make_shared<const undecided>(std::move(item))};
  BOOST_TEST(journal::delivery_facts{items}.statements().empty());
  BOOST_TEST(journal::delivery_facts{items}.count() == 0u);
}

BOOST_AUTO_TEST_CASE(the_history_tells_of_both_worlds_in_their_order_page_by_page) {
  auto where = make_conversation();
  add_member(where, "bruno", 0, 0);
  auto id = make_message(where, 1);
  auto state = make_delivery(id, "a@b.c");
  auto out = effects_of(where, {state}, true);
  for (int i = 0; i < 5; ++i)
    out.delivery_lines.push_back(
      {state.id, id, i + 1, now + i * 1s, i == 4 ? status::sent : status::sending, i, "c", "d"});
  commit(out);
  std::string seen, after;
  do {
    auto page = value_of<recado::page<history_record>>(
      [&](auto done) { history->message_history(client, id, {}, after, 2, done); });
    for (const auto& one : page.items)
      seen += (one.address.empty() ? one.recipient.value : one.address) + ' ' +
              std::string{to_string(one.state)} + std::to_string(one.attempt) + ", ";
    after = page.next;
  } while (!after.empty());
  auto ours = seen.find("bruno sent1, ");
  BOOST_REQUIRE(ours != seen.npos);
  seen.erase(ours, 13);
  BOOST_TEST(seen ==
             "a@b.c sending0, a@b.c sending1, a@b.c sending2, a@b.c sending3, a@b.c sent4, ");
  BOOST_TEST(message(id).deliveries_total == 2);
}

/// Random messages: the SQL and the rule must agree on every one.
BOOST_AUTO_TEST_CASE(the_status_of_a_message_in_sql_is_the_one_of_the_rule) {
  std::mt19937 random{7};
  auto pick = [&](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
  for (int round = 0; round < 150; ++round) {
    auto where = make_conversation();
    int in_app = pick(3), members = pick(3), count = pick(5);
    auto id = make_message(where, in_app, count);
    std::map<std::string, most_advanced> recipients;
    std::set<std::string> outside;
    std::vector<delivery_state> states;
    for (int i = 0; i < count; ++i) {
      auto state = make_delivery(id, fmt::format("a{}@b.c", i));
      auto who = pick(4);
      if (who < 2) state.recipient = user_id{fmt::format("u{}", who)};
      state.now = static_cast<status>(1 + pick(static_cast<int>(statuses) - 1));
      state.reached = final(state.now) ? static_cast<status>(1 + pick(4)) : state.now;
      auto key = state.recipient.empty() ? state.address : state.recipient.value;
      recipients[key].add(state.now, state.reached);
      if (!state.recipient.empty()) outside.insert(key);
      states.push_back(state);
    }
    add(where, states);
    for (int i = 0; i < members; ++i) {
      auto user = fmt::format("u{}", i);
      std::int64_t delivered = pick(2) * last_seq, read = pick(2) * delivered;
      add_member(where, user, delivered, read);
      auto state = read > 0 ? status::read : delivered > 0 ? status::delivered : status::sent;
      if (in_app == 1 || (in_app == 2 && !outside.contains(user)))
        recipients[user].add(state, state);
    }
    least_advanced whole;
    for (const auto& [_, one] : recipients)
      whole.add(*one.value());
    auto expected = whole.value().value_or(status::sent);
    auto got = message(id);
    BOOST_REQUIRE_MESSAGE(got.state == expected, "round " << round << ": " << to_string(got.state)
                                                          << " is not " << to_string(expected));
    auto listed = value_of<page<message_record>>(
      [&](auto done) { history->messages(client, where, {}, {}, done); });
    BOOST_REQUIRE(listed.items.at(0).state == expected);
    history_service::message_filter filter;
    filter.conversation = where;
    filter.state = expected;
    auto found = value_of<page<message_record>>(
      [&](auto done) { history->search(client, {}, filter, {}, 10, done); });
    BOOST_REQUIRE_EQUAL(found.items.size(), 1u);
    filter.state = expected == status::read ? status::sent : status::read;
    found = value_of<page<message_record>>(
      [&](auto done) { history->search(client, {}, filter, {}, 10, done); });
    BOOST_REQUIRE(found.items.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
