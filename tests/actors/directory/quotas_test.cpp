#include "actors/directory/directory.hpp"
#include "actors/directory/quota_queries.hpp"
#include "tests/actors/domain_database.hpp"

#include <fmt/format.h>
#include <thread>

namespace recado::test {
namespace {

using portion = quota_service::portion;
using std::chrono::days;

struct quotas_world {
  domain_database& db = domain_database::shared();
  std::shared_ptr<quota_service> node = make_quotas(db.pool());
  client_id client = client_id::make();
  std::chrono::sys_days today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

  quota_service::question asks(std::int64_t quota, std::int64_t wanted = 1,
                               std::vector<message_id> messages = {}) const {
    return {client, today, quota, wanted, std::move(messages)};
  }
  portion take(quota_service::question what) {
    return value_of<portion>([&](auto done) { node->take(std::move(what), done); });
  }
  std::int64_t taken() {
    auto got =
      db.run({"", "select coalesce(sum(taken), 0)::int8 from quota_day where client_id = $1",
              store::params{}.add_uuid(client)});
    return got.get_int(0, 0);
  }
  /// Takes portion after portion, as one of several nodes, until nothing is left.
  std::int64_t take_all(std::int64_t quota) const {
    store::pool own{"node", db.config(), {}};
    auto service = make_quotas(own);
    std::int64_t sum = 0;
    for (;;) {
      auto got = answer_of<portion>([&](auto done) { service->take(asks(quota), done); });
      if (!got || got->granted == 0) return got ? sum : -1;
      sum += got->granted;
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(quotas, quotas_world)

BOOST_AUTO_TEST_CASE(two_nodes_at_once_never_take_more_than_the_quota) {
  constexpr std::int64_t quota = 20'011;
  std::int64_t first = 0, second = 0;
  {
    std::jthread one{[&] { first = take_all(quota); }}, two{[&] { second = take_all(quota); }};
  }
  BOOST_TEST(first > 0);
  BOOST_TEST(second >= 0);
  BOOST_TEST(first + second == quota);
  BOOST_TEST(taken() == quota);
}

BOOST_AUTO_TEST_CASE(portions_shrink_as_the_quota_ends) {
  BOOST_TEST(take(asks(1'000'000)).granted == 1'000);
  BOOST_TEST(take(asks(1'000'000)).taken == 2'000);
  client = client_id::make();
  BOOST_TEST(take(asks(160)).granted == 10);
  BOOST_TEST(take(asks(160, 140)).granted == 140);
  BOOST_TEST(take(asks(160)).granted == 1);
  BOOST_TEST(take(asks(160, 100)).granted == 9);
  BOOST_TEST(take(asks(160)).granted == 0);
  BOOST_TEST(take(asks(160)).taken == 160);
}

BOOST_AUTO_TEST_CASE(days_and_clients_have_portions_of_their_own) {
  BOOST_TEST(take(asks(5, 5)).granted == 5);
  BOOST_TEST(take(asks(5)).granted == 0);
  today += days{1};
  BOOST_TEST(take(asks(5, 5)).granted == 5);
  client = client_id::make();
  BOOST_TEST(take(asks(5, 5)).granted == 5);
}

BOOST_AUTO_TEST_CASE(a_quota_that_changes_counts_at_once) {
  BOOST_TEST(take(asks(5, 5)).granted == 5);
  BOOST_TEST(take(asks(8, 5)).granted == 3);
  auto lowered = take(asks(2));
  BOOST_TEST(lowered.granted == 0);
  BOOST_TEST(lowered.taken == 8);
}

BOOST_AUTO_TEST_CASE(what_is_given_back_can_be_taken_again) {
  take(asks(5, 5));
  node->give_back(client, today, 2);
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (taken() != 3 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  BOOST_TEST(take(asks(5, 5)).granted == 2);
  BOOST_TEST(taken() == 5);
}

BOOST_AUTO_TEST_CASE(who_gets_too_little_hears_which_messages_are_there_already) {
  auto fresh = message_id::make(), decided = message_id::make(), stored = message_id::make();
  auto foreign = message_id::make();
  auto add_message = [&](const client_id& of, const message_id& id) {
    db.exec(fmt::format(
      "insert into message select '{}', gen_random_uuid(), 1, '{}', gen_random_uuid(), 'ana', "
      "'{{}}', '{{}}', 1, now(), null, '\\x00', null, 1, 1, 'n1', 0, 't', now(), now(), 0, 0",
      of.str(), id.str()));
  };
  add_message(client, decided);
  add_message(client_id::make(), foreign);
  db.exec(fmt::format("insert into inbox (part, command_id, client_id, message_id, lane, "
                      "received_at, envelope) values (1, gen_random_uuid(), '{}', '{}', 1, now(), "
                      "'\\x00')",
                      client.str(), stored.str()));
  std::vector all{fresh, decided, stored, foreign};
  BOOST_TEST(take(asks(5, 4, all)).known.empty());
  auto got = take(asks(5, 4, all));
  BOOST_TEST(got.granted == 1);
  std::ranges::sort(got.known);
  std::vector wanted{decided, stored};
  std::ranges::sort(wanted);
  BOOST_TEST((got.known == wanted));
}

BOOST_AUTO_TEST_CASE(messages_are_looked_for_by_their_ids_alone) {
  auto what = recado::quotas::take(asks(5), 1);
  db.exec("set plan_cache_mode = force_generic_plan");
  db.exec(fmt::format("prepare asked (uuid, int4, int8, int8, int8, uuid[]) as {}", what.sql));
  auto got =
    db.run({"", "explain (costs off) execute asked (null, null, null, null, null, null)", {}});
  std::string plan;
  for (std::size_t i = 0; i < got.size(); ++i)
    plan += std::string{got.get_text(i, 0)} + "\n";
  for (auto row : {"message_id = k.id", "message_id = k_1.id"}) // of messages, of the inbox
    BOOST_TEST(plan.find(fmt::format("Index Cond: (({})", row)) != std::string::npos, plan);
}

BOOST_AUTO_TEST_CASE(days_long_gone_are_forgotten) {
  today -= days{32};
  take(asks(5));
  today += days{1};
  take(asks(5));
  BOOST_TEST(taken() == 2);
  today += days{31};
  take(asks(5));
  BOOST_TEST(taken() == 2); // of the 31 days before and of this one
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
