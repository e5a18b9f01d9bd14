#include "gateway/admission/quota_desk.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>

using namespace recado;
using namespace recado::admission;
using namespace std::chrono_literals;

namespace {

using question = quota_service::question;
using portion = quota_service::portion;

/// Answers when the test says so.
struct manual_store final : quota_service {
  void take(question what, on_result<portion> done) override {
    asked.emplace_back(std::move(what), std::move(done));
  }
  void give_back(const client_id&, std::chrono::sys_days, std::int64_t messages) override {
    returned += messages;
  }
  void say(result<portion> what) {
    auto done = std::move(asked.front().second);
    asked.pop_front();
    done(std::move(what));
  }
  std::deque<std::pair<question, on_result<portion>>> asked;
  std::int64_t returned = 0;
};

/// Keeps what it is given, in order.
struct manual_commands final : command_service {
  void submit(command what, const uuid&, on_reply done) override {
    came.push_back(std::get<send_message>(what.body).payload);
    waiting.emplace_back(std::move(what), std::move(done));
  }
  void end_session(const uuid&) override {}
  void say(ec code, bool replayed = false) {
    auto [what, done] = std::move(waiting.front());
    waiting.pop_front();
    reply said;
    said.command = what.id;
    said.code = code;
    said.replayed = replayed;
    done(std::move(said));
  }
  std::vector<std::string> came;
  std::deque<submission> waiting;
};

struct scene {
  std::shared_ptr<manual_store> store = std::make_shared<manual_store>();
  std::shared_ptr<manual_commands> owners = std::make_shared<manual_commands>();
  observe::metrics metrics;
  wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 23h;
  client_id client = client_id::make(), free = client_id::make();
  std::shared_ptr<quota_desk> uut = make_quota_desk(
    config(), store, owners, [this] { return now; }, metrics);
  std::map<std::string, ec> said;

  /// What is unanswered holds the desk, as it does in the product, where everything is answered.
  ~scene() {
    owners->waiting.clear();
    store->asked.clear();
  }
  rates_config config() const {
    rates_config out;
    out.everybody.per_day = 100;
    out.of_client[free] = {};
    return out;
  }
  submission message(const std::string& name, message_id id = message_id::make()) {
    command what;
    what.id = command_id::make();
    what.client = client;
    send_message body;
    body.message = id;
    body.payload = name;
    what.body = std::move(body);
    return {std::move(what), [this, name](const reply& got) { said.emplace(name, got.code); }};
  }
  void send(const std::string& name, message_id id = message_id::make()) {
    auto [what, done] = message(name, id);
    uut->submit(std::move(what), {}, std::move(done));
  }
  void send_all(const std::vector<std::string>& names) {
    std::vector<submission> all;
    all.reserve(names.size());
    for (const auto& each : names)
      all.push_back(message(each));
    uut->submit_all(std::move(all), uuid::v7());
  }
};

using names = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(the_quota_desk, scene)

BOOST_AUTO_TEST_CASE(asks_once_per_portion_and_not_for_clients_without_a_quota) {
  send("a");
  BOOST_TEST(owners->came.empty());
  store->say(portion{3, 3, {}});
  send("b");
  send("c");
  BOOST_TEST((owners->came == names{"a", "b", "c"}));
  BOOST_TEST(store->asked.empty());
  client = free;
  send("d");
  BOOST_TEST(owners->came.size() == 4U);
  BOOST_TEST(store->asked.empty());
  BOOST_TEST(!uut->look(free).has_value());
}

BOOST_AUTO_TEST_CASE(keeps_the_order_of_what_waits) {
  send("a");
  send_all({"b", "c"});
  send("d");
  BOOST_REQUIRE(store->asked.size() == 1U);
  BOOST_TEST(store->asked.front().first.wanted == 1);
  store->say(portion{1, 1, {}});
  BOOST_TEST((owners->came == names{"a"}));
  BOOST_REQUIRE(store->asked.size() == 1U); // for those that came meanwhile
  BOOST_TEST(store->asked.front().first.wanted == 3);
  store->say(portion{3, 4, {}});
  BOOST_TEST((owners->came == names{"a", "b", "c", "d"}));
}

BOOST_AUTO_TEST_CASE(counts_every_message_of_a_bulk_and_refuses_the_rest) {
  send_all({"a", "b", "c", "d"});
  BOOST_TEST(store->asked.front().first.wanted == 4);
  BOOST_TEST(store->asked.front().first.quota == 100);
  store->say(portion{2, 100, {}});
  BOOST_TEST((owners->came == names{"a", "b"}));
  BOOST_TEST((said.at("c") == ec::rate_limited));
  BOOST_TEST((said.at("d") == ec::rate_limited));
  auto left = uut->look(client).value();
  BOOST_TEST(left.used_up());
  BOOST_TEST((left.resets == 1h));
}

BOOST_AUTO_TEST_CASE(lets_the_retry_of_an_accepted_message_pass_when_the_day_is_used) {
  auto known = message_id::make();
  send("fresh");
  send("retry", known);
  store->say(portion{0, 100, {}});
  BOOST_TEST((said.at("fresh") == ec::rate_limited));
  BOOST_REQUIRE(store->asked.size() == 1U);
  BOOST_TEST((store->asked.front().first.messages == std::vector{known}));
  store->say(portion{0, 100, {known}});
  BOOST_TEST((owners->came == names{"retry"}));
  owners->say(ec::none, true);
  BOOST_TEST((said.at("retry") == ec::none));
  send("another"); // that answer gave nothing back
  store->say(portion{0, 100, {}});
  BOOST_TEST((said.at("another") == ec::rate_limited));
}

BOOST_AUTO_TEST_CASE(gives_a_refused_message_to_the_next_one) {
  send("a");
  store->say(portion{1, 100, {}});
  owners->say(ec::conversation_not_found);
  send("b");
  BOOST_TEST((owners->came == names{"a", "b"}));
  BOOST_TEST(store->asked.empty());
}

BOOST_AUTO_TEST_CASE(answers_as_the_store_does_when_that_is_away_and_asks_again) {
  send_all({"a", "b"});
  store->say(fail(ec::store_unavailable));
  BOOST_TEST((said.at("a") == ec::store_unavailable));
  BOOST_TEST((said.at("b") == ec::store_unavailable));
  send("c");
  store->say(portion{1, 1, {}});
  BOOST_TEST((owners->came == names{"c"}));
}

BOOST_AUTO_TEST_CASE(asks_again_when_the_day_has_changed_meanwhile) {
  send("a");
  now += 2h;
  store->say(portion{0, 100, {}}); // of yesterday
  BOOST_REQUIRE(store->asked.size() == 1U);
  BOOST_TEST((store->asked.front().first.day == day_of(now)));
  store->say(portion{6, 6, {}});
  BOOST_TEST((owners->came == names{"a"}));
  BOOST_TEST(uut->look(client)->remaining.value() == 99);
}

BOOST_AUTO_TEST_CASE(gives_unused_portions_back) {
  send("a");
  store->say(portion{6, 6, {}});
  uut->return_idle(steady_time{});
  BOOST_TEST(store->returned == 0);
  uut->stop();
  BOOST_TEST(store->returned == 5);
  uut->stop();
  BOOST_TEST(store->returned == 5);
}

BOOST_AUTO_TEST_SUITE_END()
