#include "actors/directory/directory.hpp"
#include "tests/actors/domain_database.hpp"

#include <fmt/format.h>

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
  /// Written past the service, so that no purge of its own is under way.
  template <class... Keys>
  void keep_expired(Keys... keys) {
    (db.exec(fmt::format("insert into idempotency (client_id, route, key, hash, status, body, at) "
                         "values ('{}', 'POST /v1/x', '{}', '\\x01', 201, 'old', "
                         "now() - interval '25 hours')",
                         client.str(), keys)),
     ...);
  }
  int expired() {
    return static_cast<int>(db.count("idempotency where at < now() - interval '24 hours'"));
  }
  bool expired_becomes(int wanted) {
    auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (expired() != wanted && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    return expired() == wanted;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(idempotency, idempotency_world)

// Stands first: a purge runs beside the answer that found it due, and one of an earlier case could
// still come in here.
BOOST_AUTO_TEST_CASE(expired_answers_are_removed_when_a_purge_is_due) {
  keep_expired("a", "b");
  BOOST_TEST(keep("one", "c"));
  BOOST_TEST(expired_becomes(0));
  BOOST_TEST(db.count("idempotency") == 1);
  keep_expired("a", "b");
  BOOST_TEST(keep("two", "d")); // the next purge is due in ten minutes
  BOOST_TEST(expired() == 2);
  answers = make_idempotency(db.pool());
  BOOST_TEST(keep("three", "e"));
  BOOST_TEST(expired_becomes(0));
  BOOST_TEST(db.count("idempotency") == 3);
}

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

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
