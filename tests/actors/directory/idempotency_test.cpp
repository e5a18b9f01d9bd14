#include "actors/directory/directory.hpp"
#include "tests/actors/domain_database.hpp"

namespace recado::test {
namespace {

using stored = idempotency_service::stored_answer;

struct idempotency_world {
  domain_database& db = domain_database::shared();
  std::shared_ptr<idempotency_service> answers = make_idempotency(db.pool());
  client_id client = client_id::make();
  request_hash hash{1, 2, 3}, other{9};

  idempotency_world() { db.exec("delete from idempotency"); }
  bool keep(std::string body, std::string key = "k", const request_hash* of = nullptr) {
    return value_of<bool>([&](auto done) {
      answers->keep(client, "POST /v1/x", key, of ? *of : hash, {201, std::move(body)}, done);
    });
  }
  result<std::optional<stored>> find(const request_hash& of, std::string route = "POST /v1/x",
                                     std::string key = "k") {
    return answer_of<std::optional<stored>>(
      [&](auto done) { answers->find(client, route, key, of, done); });
  }
  void age(std::string_view by) {
    db.exec("update idempotency set at = at - interval '" + std::string{by} + "'");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(idempotency, idempotency_world)

BOOST_AUTO_TEST_CASE(a_kept_answer_is_given_to_the_same_request) {
  BOOST_TEST(!find(hash)->has_value());
  BOOST_TEST(keep(R"({"a":1})"));
  auto found = find(hash);
  BOOST_REQUIRE(found && *found);
  BOOST_TEST((*found)->status == 201);
  BOOST_TEST((*found)->body == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(another_request_under_the_same_key_is_a_mismatch) {
  keep("{}");
  auto found = find(other);
  BOOST_REQUIRE(!found);
  BOOST_TEST(found.error().code == ec::idempotency_mismatch);
}

BOOST_AUTO_TEST_CASE(keys_belong_to_their_client_and_route) {
  keep("{}");
  BOOST_TEST(!find(hash, "POST /v1/y")->has_value());
  BOOST_TEST(!find(hash, "POST /v1/x", "k2")->has_value());
  client = client_id::make();
  BOOST_TEST(!find(hash)->has_value());
}

BOOST_AUTO_TEST_CASE(the_first_answer_stays) {
  BOOST_TEST(keep("first"));
  BOOST_TEST(!keep("second"));
  BOOST_TEST((*find(hash))->body == "first");
}

BOOST_AUTO_TEST_CASE(after_a_day_a_key_is_new_again) {
  keep("old");
  age("23 hours 59 minutes");
  BOOST_TEST(find(hash)->has_value());
  age("2 minutes");
  BOOST_TEST(!find(hash)->has_value());
  BOOST_TEST(!find(other)->has_value());
  BOOST_TEST(keep("new", "k", &other));
  BOOST_TEST((*find(other))->body == "new");
}

BOOST_AUTO_TEST_CASE(expired_answers_are_removed_now_and_then) {
  keep("one", "a");
  keep("two", "b");
  age("25 hours");
  keep("three", "c"); // this service has purged with its first keep
  BOOST_TEST(db.count("idempotency") == 3);
  auto restarted = make_idempotency(db.pool());
  value_of<bool>([&](auto done) {
    restarted->keep(client, "POST /v1/x", "d", hash, {201, "four"}, done);
  });
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (db.count("idempotency") != 2 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  BOOST_TEST(db.count("idempotency where at < now() - interval '24 hours'") == 0);
  BOOST_TEST(db.count("idempotency") == 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
