/// A message that goes out of the house, decided: who gets what, over which account, and what
/// follows in the same conversation.
#include "actors/conversation/fan_out.hpp"
#include "schemas/deliveries.hpp"
#include "world.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace recado;
using recado::paper::world;

namespace {

struct outside : world {
  outside() {
    one(make(group({"ana", "bruno", "carla"})));
    add_account("email", "main", 10);
    add_account("webhook", "hook", 20);
    know("bruno", "email", "bruno@example.org");
    know("carla", "webhook", "https://example.org/carla");
  }
  void add_account(std::string channel, std::string name, int age, bool preferred = false,
                   bool demo = false) {
    known.accounts[client].push_back({std::move(channel), std::move(name), preferred, demo,
                                      known.now - std::chrono::seconds{age}});
  }
  void know(std::string user, std::string channel, std::string address, std::string account = {}) {
    known.identities[{client, user_id{std::move(user)}}].push_back(
      {std::move(channel), std::move(address), std::move(account)});
  }
  send_message over(std::vector<std::string> channels, message_id id = message_id::make()) {
    auto out = text("ana", "hi", id);
    out.channels = std::move(channels);
    return out;
  }
  /// The first try of this delivery was taken.
  static settle_attempt sent(const message_id& message, const delivery_id& which) {
    settle_attempt out;
    out.message = message;
    out.delivery = which;
    out.owned = 1;
    return out;
  }
  /// What was committed is found by the next pre-read.
  void keep(const effects& out) {
    for (const auto& row : out.deliveries) {
      auto& all = known.deliveries[{client, row.state.message}];
      std::erase_if(all, [&](const auto& old) { return old.id == row.state.id; });
      all.push_back(row.state);
    }
    for (const auto& row : out.messages) {
      known.messages[{client, row.view.id}].inside = row.inside;
      known.messages[{client, row.view.id}].deliveries = row.deliveries;
    }
  }
  effects run(std::vector<command> commands) {
    auto out = batch(std::move(commands));
    keep(out);
    return out;
  }
  /// "recipient channel status code", sorted.
  static std::set<std::string> shown(const effects& out) {
    std::set<std::string> all;
    for (const auto& row : out.deliveries)
      all.insert((row.state.recipient.empty() ? row.state.address : row.state.recipient.value) +
                 ' ' + row.state.channel + ' ' + std::string{to_string(row.state.now)} + ' ' +
                 (row.state.account.empty() ? row.state.provider_code : row.state.account));
    return all;
  }
  static std::size_t status_events(const effects& out) {
    return static_cast<std::size_t>(std::ranges::count_if(
      out.events, [](const auto& e) { return std::holds_alternative<status_event>(e.body); }));
  }
};

using names = std::set<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(deliveries, outside)

BOOST_AUTO_TEST_CASE(in_app_alone_makes_no_delivery) {
  auto out = run({make(text("ana", "hi")), make(over({"in_app"}))});
  BOOST_TEST(out.deliveries.empty());
  BOOST_TEST(out.answers[1].what.recipients_total == 2);
  BOOST_TEST((out.messages[1].inside == in_app::everybody));
}

BOOST_AUTO_TEST_CASE(a_channel_reaches_whoever_has_an_identity_and_fails_the_others) {
  auto out = run({make(over({"email"}))});
  BOOST_TEST((shown(out) == names{"bruno email queued main", "carla email failed no_address"}));
  BOOST_TEST((out.messages[0].inside == in_app::nobody));
  BOOST_TEST(out.messages[0].deliveries == 2);
  const auto& said = out.answers[0].what;
  BOOST_TEST(said.recipients_total == 0);
  BOOST_TEST(said.deliveries_total == 2);
  BOOST_TEST(status_events(out) == 1u); // the failure; the rest is in the answer
  BOOST_TEST(out.delivery_lines.size() == 2u);
}

BOOST_AUTO_TEST_CASE(all_is_every_identity_and_the_application_for_those_without) {
  know("bruno", "webhook", "https://example.org/bruno");
  one(make(add_member{{user_id{"dora"}, member_role::member}}));
  auto out = run({make(over({"all"}))});
  BOOST_TEST((shown(out) == names{"bruno email queued main", "bruno webhook queued hook",
                                  "carla webhook queued hook"}));
  BOOST_TEST((out.messages[0].inside == in_app::others));
  BOOST_TEST((out.answers[0].what.recipients == std::vector{user_id{"dora"}}));
}

BOOST_AUTO_TEST_CASE(an_address_is_reached_beside_the_members_and_once) {
  auto what = over({});
  what.addresses = {{"email", "x@example.org"}, {"email", "x@example.org"}};
  auto out = run({make(what)});
  BOOST_TEST((shown(out) == names{"x@example.org email queued main"}));
  BOOST_TEST(out.answers[0].what.recipients_total == 2); // in the application
}

BOOST_AUTO_TEST_CASE(the_account_is_the_identitys_own_then_the_preferred_then_the_newest) {
  auto chosen = [&](const char* named) {
    const auto* found = account_for(known, client, "email", named);
    return found ? found->account : "none";
  };
  add_account("email", "newer", 5);
  BOOST_TEST(chosen("") == "newer");
  add_account("email", "demo", 1, false, true);
  BOOST_TEST(chosen("") == "newer"); // those of the demonstration come last
  add_account("email", "own", 30, true);
  BOOST_TEST(chosen("") == "own");
  BOOST_TEST(chosen("main") == "main");
  BOOST_TEST(chosen("gone") == "none");
}

BOOST_AUTO_TEST_CASE(without_an_account_it_fails_and_says_so) {
  known.accounts.clear();
  auto out = run({make(over({"email"}))});
  BOOST_TEST(shown(out).contains("bruno email failed no_account"));
}

BOOST_AUTO_TEST_CASE(a_retry_gets_the_first_answer_whatever_has_happened_since) {
  auto id = message_id::make();
  auto what = over({"email"}, id);
  auto first = run({make(what)}).answers[0].what;
  auto delivery = external_delivery(id, "email", user_id{"bruno"}, "");
  run({make(begin_attempt{id, delivery, 1, 1})});
  run({make(sent(id, delivery))});
  auto again = run({make(what)}).answers[0].what;
  BOOST_TEST(again.replayed);
  BOOST_TEST((again.deliveries == first.deliveries));
  BOOST_TEST(again.deliveries_total == first.deliveries_total);
  BOOST_TEST(again.recipients_total == first.recipients_total);
}

BOOST_AUTO_TEST_CASE(every_step_raises_the_revision_by_one_and_is_an_event) {
  auto id = message_id::make();
  run({make(over({"email"}, id))});
  auto delivery = external_delivery(id, "email", user_id{"bruno"}, "");
  auto rev = state.rev;
  auto out = run({make(begin_attempt{id, delivery, 1, 1})});
  BOOST_TEST(out.answers[0].what.ok());
  BOOST_TEST(state.rev == rev + 1);
  BOOST_REQUIRE(status_events(out) == 1u);
  BOOST_TEST(out.events[0].rev == rev + 1);
  const auto& told = std::get<status_event>(out.events[0].body);
  BOOST_TEST((told.state == status::sending));
  BOOST_TEST((told.sender == user_id{"ana"}));
  BOOST_TEST(!out.answers[0].remember);
  out = run({make(begin_attempt{id, delivery, 5, 1})});
  BOOST_TEST(!out.answers[0].what.ok());
  BOOST_TEST(state.rev == rev + 1); // nothing has changed
  BOOST_TEST(!out.answers[0].remember);
}

BOOST_AUTO_TEST_CASE(what_was_counted_is_what_became_of_it) {
  auto id = message_id::make();
  auto out = run({make(over({"email", "in_app"}, id))});
  std::map<std::string, std::int64_t> counts;
  for (const auto& row : out.usage)
    counts[row.channel + ' ' + std::string{to_string(row.state)}] += row.count;
  BOOST_TEST(counts["in_app sent"] == 2);
  BOOST_TEST(counts["email queued"] == 1);
  BOOST_TEST(counts["email failed"] == 1);
}

BOOST_AUTO_TEST_CASE(cancel_stops_what_is_open_and_says_when_all_was_sent) {
  auto id = message_id::make();
  run({make(over({"email"}, id))});
  auto out = run({make(cancel_message{id})});
  BOOST_TEST(out.answers[0].what.ok());
  BOOST_TEST(shown(out).contains("bruno email canceled main"));
  auto other = message_id::make();
  run({make(over({"email"}, other))});
  auto delivery = external_delivery(other, "email", user_id{"bruno"}, "");
  run({make(begin_attempt{other, delivery, 1, 1})});
  run({make(sent(other, delivery))});
  BOOST_TEST((one(make(cancel_message{other})).code == ec::already_sent));
}

BOOST_AUTO_TEST_CASE(a_message_and_its_cancellation_may_come_in_one_batch) {
  auto id = message_id::make();
  auto out = run({make(over({"email"}, id)), make(cancel_message{id})});
  BOOST_TEST(out.answers[1].what.ok());
  BOOST_TEST(shown(out).contains("bruno email canceled main"));
  BOOST_TEST(out.deliveries.size() == 2u); // each row once, as it is in the end
  BOOST_TEST(out.delivery_lines.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
