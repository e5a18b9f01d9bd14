/// Accounts in a real table.
#include "actors/accounts/accounts.hpp"
#include "tests/actors/domain_database.hpp"

using namespace recado;
using namespace recado::test;

namespace {

struct accounts_world {
  domain_database& db = domain_database::shared();
  std::shared_ptr<account_service> accounts =
    make_accounts(db.pool(), sealer{std::string(32, 'k')});
  client_id client = client_id::make();

  stored_account account(std::string name, std::string settings = R"({"url":"https://a.b/"})") {
    stored_account out;
    out.record.key = {client, "webhook", std::move(name)};
    out.record.settings = std::move(settings);
    out.record.credentials = R"({"secret":"whsec_hidden"})";
    out.record.retry.attempts = 3;
    out.record.pace.per_second = 2.5;
    return out;
  }
  result<stored_account> create(const stored_account& what) {
    return answer_of<stored_account>([&](auto done) { accounts->create(what, done); });
  }
  result<stored_account> get(const account_key& key) {
    return answer_of<stored_account>([&](auto done) { accounts->get(key, done); });
  }
  result<stored_account> replace(const stored_account& what) {
    return answer_of<stored_account>([&](auto done) { accounts->replace(what, done); });
  }
  result<std::int64_t> remove(const account_key& key) {
    return answer_of<std::int64_t>([&](auto done) { accounts->remove(key, done); });
  }
  account_service::changes changes(wall_time since) {
    return value_of<account_service::changes>(
      [&](auto done) { accounts->changes_since(since, done); });
  }
};

ec code_of(const auto& got) {
  return got ? ec::none : got.error().code;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(accounts_in_postgresql, accounts_world)

BOOST_AUTO_TEST_CASE(an_account_comes_back_as_it_was_made) {
  auto made = create(account("main"));
  BOOST_REQUIRE(made);
  auto got = get(made->record.key);
  BOOST_REQUIRE(got);
  BOOST_TEST(got->record.settings == R"({"url":"https://a.b/"})");
  BOOST_TEST(got->record.credentials == R"({"secret":"whsec_hidden"})");
  BOOST_TEST((got->record.pace == made->record.pace));
  BOOST_TEST(got->record.pace.per_second == 2.5);
  BOOST_TEST(got->record.retry.attempts == 3u);
  BOOST_TEST((got->record.retry.max == std::chrono::minutes{15}));
  BOOST_TEST(got->record.version == made->record.version);
}

BOOST_AUTO_TEST_CASE(its_secret_is_not_to_be_read_in_the_table) {
  BOOST_REQUIRE(create(account("sealed")));
  BOOST_TEST(db.count("account where client_id = '" + client.str() +
                      "' and position('hidden'::bytea in credentials) > 0") == 0);
}

BOOST_AUTO_TEST_CASE(a_name_is_taken_until_it_is_deleted) {
  auto made = create(account("main"));
  BOOST_TEST((code_of(create(account("main"))) == ec::account_exists));
  BOOST_REQUIRE(remove(made->record.key));
  BOOST_TEST((code_of(get(made->record.key)) == ec::account_not_found));
  BOOST_TEST((code_of(remove(made->record.key)) == ec::account_not_found));
  auto again = create(account("main"));
  BOOST_REQUIRE(again);
  BOOST_TEST(again->record.version > made->record.version);
}

BOOST_AUTO_TEST_CASE(another_client_has_its_own) {
  auto made = create(account("main"));
  auto other = made->record.key;
  other.client = client_id::make();
  BOOST_TEST((code_of(get(other)) == ec::account_not_found));
}

BOOST_AUTO_TEST_CASE(only_the_version_that_was_read_can_be_replaced) {
  auto first = create(account("main"));
  auto mine = *first, theirs = *first;
  mine.record.paused = true;
  auto changed = replace(mine);
  BOOST_REQUIRE(changed);
  BOOST_TEST(changed->record.paused);
  BOOST_TEST((code_of(replace(theirs)) == ec::precondition_failed));
}

BOOST_AUTO_TEST_CASE(a_list_goes_on_where_it_ended) {
  for (const char* name : {"c", "a", "b"})
    BOOST_REQUIRE(create(account(name)));
  std::string seen, after;
  do {
    auto page = value_of<recado::page<stored_account>>(
      [&](auto done) { accounts->list(client, after, 2, done); });
    for (const auto& one : page.items)
      seen += one.record.key.account;
    after = page.next;
  } while (!after.empty());
  BOOST_TEST(seen == "abc");
}

BOOST_AUTO_TEST_CASE(other_nodes_hear_of_every_change) {
  auto begin = changes({}).up_to;
  auto made = create(account("main"));
  auto has = [&](const auto& all, auto of) {
    return std::ranges::any_of(all, [&](const auto& one) { return of(one) == made->record.key; });
  };
  auto of_made = [](const stored_account& one) { return one.record.key; };
  auto of_removed = [](const account_key& key) { return key; };
  auto found = changes(begin);
  BOOST_TEST(has(found.made, of_made));
  BOOST_TEST((found.up_to >= begin));
  BOOST_REQUIRE(remove(made->record.key));
  found = changes(found.up_to);
  BOOST_TEST(!has(found.made, of_made));
  BOOST_TEST(has(found.removed, of_removed));
}

BOOST_AUTO_TEST_SUITE_END()
