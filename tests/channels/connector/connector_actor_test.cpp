#include "channels/connector/connector_messages.hpp"
#include "tests/channels/deliveries.hpp"
#include "tests/worlds/virtual_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>

namespace recado::channels::test {

using std::chrono::seconds;

/// Ports that note what they are asked, and a provider that answers with the next status.
struct ports_world : worlds::virtual_clock {
  connector_ports ports() {
    connector_ports out;
    out.accounts = [this](account_key key, auto done) {
      ++accounts_asked;
      if (!stored) return done(stored_error);
      auto record = *stored;
      record.key = std::move(key);
      done(record);
    };
    out.ledger.begin = [this](open_delivery_ptr what, std::int32_t attempt, auto done) {
      if (std::exchange(begin_throws, false)) throw std::runtime_error{"a defect"};
      begun.emplace_back(what->seq, attempt);
      done(true);
    };
    out.ledger.settle = [this](open_delivery_ptr, attempt_outcome outcome, auto done) {
      settled.push_back(std::move(outcome));
      done(true);
    };
    out.ledger.more = [this](account_key key) {
      ++more_asked;
      window answer;
      answer.account = std::move(key);
      answer.rows = std::exchange(database, {});
      answer.complete = {1, 2, 3, 4};
      answer.as_of = now();
      caf::anon_send(all, std::move(answer));
    };
    out.carry = [this](transport_request request, auto done) {
      requests.push_back(std::get<http::outgoing_request>(request));
      if (silent) return unanswered.push_back(done);
      http::incoming_response answer;
      answer.status = statuses.empty() ? 200 : statuses.front();
      if (!statuses.empty()) statuses.pop_front();
      done(answer);
    };
    out.now = [this] {
      return noon + std::chrono::floor<std::chrono::microseconds>(now() - start);
    };
    return out;
  }
  ports_world() {
    all = spawn_connectors(system, ports());
    run();
  }
  ~ports_world() {
    caf::anon_send_exit(all, caf::exit_reason::user_shutdown);
    all = nullptr;
    run();
  }
  void offer_one(draft what) {
    caf::anon_send(all, offer{{what}});
    run();
  }

  static account_record record() {
    account_record out;
    out.key = shop;
    out.settings = R"({"url":"http://127.0.0.1:9/"})";
    out.credentials = R"({"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})";
    return out;
  }

  caf::actor_clock::time_point start = now();
  std::optional<account_record> stored = record();
  result<account_record> stored_error = fail(ec::not_found, "none");
  std::vector<open_delivery_ptr> database;
  std::deque<int> statuses;
  connectors_actor all;
  bool begin_throws = false;
  bool silent = false; ///< the provider answers when the test does it
  std::vector<std::function<void(transport_answer)>> unanswered;
  int accounts_asked = 0, more_asked = 0;
  std::vector<std::pair<std::int64_t, std::int32_t>> begun;
  std::vector<attempt_outcome> settled;
  std::vector<http::outgoing_request> requests;
};

BOOST_FIXTURE_TEST_SUITE(connectors, ports_world)

BOOST_AUTO_TEST_CASE(the_first_delivery_of_an_account_starts_its_connector_which_reads_it) {
  database = {draft{.seq = 1}};
  offer_one(draft{.seq = 1});
  BOOST_TEST(accounts_asked == 1);
  BOOST_TEST(more_asked == 1);
  BOOST_REQUIRE(settled.size() == 1);
  BOOST_TEST((settled[0].what == outcome_class::sent));
  BOOST_TEST(!settled[0].provider_id.empty());
  offer_one(draft{.seq = 2});
  BOOST_TEST(settled.size() == 2u);
  BOOST_TEST(more_asked == 1);
}

BOOST_AUTO_TEST_CASE(a_retry_is_a_timer_of_the_actor) {
  statuses = {500, 500, 200};
  database = {draft{.seq = 1}};
  offer_one(draft{.seq = 1});
  BOOST_TEST(requests.size() == 1u);
  advance(seconds{10});
  BOOST_TEST(requests.size() == 3u);
  BOOST_REQUIRE(settled.size() == 3);
  BOOST_TEST(settled[2].attempt == 3);
  for (const auto& each : requests)
    BOOST_TEST(each.headers[1].second == requests[0].headers[1].second); // webhook-id
}

BOOST_AUTO_TEST_CASE(a_connector_that_dies_is_started_again_and_reads_what_is_open) {
  database = {draft{.seq = 1}};
  offer_one(draft{.seq = 1});
  auto before = more_asked;
  begin_throws = true; // stands for any defect
  database = {draft{.seq = 2}};
  offer_one(draft{.seq = 2});
  advance(seconds{1});
  BOOST_TEST(more_asked == before + 1);
  BOOST_TEST(accounts_asked == 2);
  BOOST_TEST(settled.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_away_is_asked_again) {
  stored.reset();
  stored_error = fail(ec::store_unavailable, "away");
  database = {draft{.seq = 1}};
  offer_one(draft{.seq = 1});
  BOOST_TEST(requests.empty());
  stored = record();
  advance(seconds{2});
  BOOST_TEST(requests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(deliveries_of_an_account_that_does_not_exist_fail) {
  stored.reset();
  database = {draft{.seq = 1}};
  offer_one(draft{.seq = 1});
  BOOST_TEST(begun.empty());
  BOOST_REQUIRE(settled.size() == 1);
  BOOST_TEST((settled[0].what == outcome_class::config));
  BOOST_TEST(!settled[0].next_at.has_value());
  auto again = record();
  caf::anon_send(all, account_changed{again}); // made anew under the same name
  run();
  offer_one(draft{.seq = 2});
  BOOST_TEST(requests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_connector_is_shown_paused_and_resumed) {
  caf::anon_send(all, account_changed{record()});
  run();
  auto shown = ask<std::vector<connector_snapshot>>(all, connectors_of{shop.client});
  BOOST_REQUIRE(shown);
  BOOST_REQUIRE(shown->size() == 1);
  BOOST_TEST(shown->front().account.account == "shop");
  BOOST_TEST(ask<std::vector<connector_snapshot>>(all, connectors_of{client_id::make()})->empty());
  auto paused = ask<connector_snapshot>(all, steer_connector{shop, connector_verb::pause});
  BOOST_REQUIRE(paused);
  BOOST_TEST(paused->paused);
  offer_one(draft{.seq = 1});
  BOOST_TEST(requests.empty());
  BOOST_TEST(bool{ask<connector_snapshot>(all, steer_connector{shop, connector_verb::resume})});
  database = {};
  BOOST_TEST(requests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_check_asks_the_provider_and_tells_what_it_said) {
  auto good = ask<check_result>(all, check_connector{shop});
  BOOST_REQUIRE(good);
  BOOST_TEST(good->ok);
  statuses = {401};
  auto bad = ask<check_result>(all, check_connector{shop});
  BOOST_REQUIRE(bad);
  BOOST_TEST(!bad->ok);
  BOOST_TEST(bad->provider_code == "401");
  BOOST_TEST(begun.empty());
  auto none = ask<check_result>(all, check_connector{{shop.client, "pigeon", "x"}});
  BOOST_TEST(!bool{none});
}

BOOST_AUTO_TEST_CASE(a_changed_account_counts_from_the_next_try_on) {
  database = {draft{.seq = 1}};
  statuses = {500};
  offer_one(draft{.seq = 1});
  auto changed = record();
  changed.settings = R"({"url":"http://127.0.0.1:10/"})";
  changed.version = 1;
  caf::anon_send(all, account_changed{changed});
  auto stale = record();
  caf::anon_send(all, account_changed{stale});
  advance(seconds{3});
  BOOST_REQUIRE(requests.size() == 2);
  BOOST_TEST(requests[1].url == "http://127.0.0.1:10/");
}

BOOST_AUTO_TEST_CASE(a_corrected_account_closes_the_breaker) {
  statuses = {401, 401, 401, 401, 401, 401, 401, 401, 401, 401};
  for (int i = 1; i <= 20; ++i)
    database.push_back(draft{.seq = i, .address = std::to_string(i)});
  offer_one(draft{.seq = 99});
  auto shown = ask<std::vector<connector_snapshot>>(all, connectors_of{shop.client});
  BOOST_TEST((shown->front().breaker == policy::circuit_breaker::state::open));
  auto before = requests.size();
  auto corrected = record();
  corrected.version = 1;
  statuses.clear();
  caf::anon_send(all, account_changed{corrected});
  run();
  BOOST_TEST(requests.size() > before);
  shown = ask<std::vector<connector_snapshot>>(all, connectors_of{shop.client});
  BOOST_TEST((shown->front().breaker == policy::circuit_breaker::state::closed));
}

/// A handle that says when its last holder has let go.
std::shared_ptr<const void> last_word(bool& said) {
  return {nullptr, [&said](const void*) { said = true; }};
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_partitions_tries_hears_when_the_last_one_is_settled) {
  silent = true;
  database = {draft{.seq = 1}, draft{.seq = 2, .address = "bruno"},
              draft{.part = 4, .seq = 3, .address = "carla"}};
  offer_one(draft{.seq = 1});
  BOOST_TEST(unanswered.size() == 3u);
  bool over = false, others_over = false;
  caf::anon_send(all, part_with_partition{3, last_word(over)});
  caf::anon_send(all, part_with_partition{2, last_word(others_over)});
  run();
  BOOST_TEST(others_over); // none of its tries is under way
  http::incoming_response good;
  good.status = 200;
  unanswered[0](good);
  run();
  BOOST_TEST(!over);
  unanswered[1](good);
  run();
  BOOST_TEST(over);
  BOOST_TEST(settled.size() == 2u);
}

BOOST_AUTO_TEST_CASE(who_waits_for_tries_of_a_connector_that_dies_waits_no_longer) {
  silent = true;
  database = {draft{.seq = 1}};
  offer_one(draft{.seq = 1});
  bool over = false;
  caf::anon_send(all, part_with_partition{3, last_word(over)});
  run();
  BOOST_TEST(!over);
  begin_throws = true;
  offer_one(draft{.part = 4, .seq = 2, .address = "bruno"});
  BOOST_TEST(over);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_long_is_never_tried) {
  database = {draft{.payload = R"({"type":"text","text":")" + std::string(2 << 20, 'x') + "\"}"}};
  offer_one(draft{});
  BOOST_TEST(requests.empty());
  BOOST_REQUIRE(settled.size() == 1);
  BOOST_TEST((settled[0].what == outcome_class::permanent_message));
}

BOOST_AUTO_TEST_CASE(a_stored_pause_holds_everything) {
  stored->paused = true;
  database = {draft{.seq = 1}};
  offer_one(draft{.seq = 1});
  advance(seconds{60});
  BOOST_TEST(requests.empty());
  caf::anon_send(all, account_changed{record()});
  run();
  BOOST_TEST(requests.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
