#include "actors/directory/directory.hpp"
#include "tests/actors/domain_database.hpp"

namespace recado::test {
namespace {

struct clients_world {
  domain_database& db = domain_database::shared();
  std::shared_ptr<client_service> clients = make_clients(db.pool());

  clients_world() { db.exec("delete from client; delete from signing_key"); }
  client_record record(std::string name) {
    client_record out;
    out.id = client_id::make();
    out.name = std::move(name);
    out.scopes = "messages:read messages:write";
    out.secret_sha256 = std::string(31, '\xfe') + '\0';
    return out;
  }
  client_record create(const client_record& what) {
    return value_of<client_record>([&](auto done) { clients->create(what, done); });
  }
};

std::vector<signing_key> keys(client_service& clients, std::string kid) {
  return value_of<std::vector<signing_key>>([&](auto done) {
    clients.signing_keys({std::move(kid), "-----BEGIN PRIVATE KEY-----", {}}, done);
  });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(clients, clients_world)

BOOST_AUTO_TEST_CASE(a_client_that_was_created_is_found_with_all_its_bytes) {
  auto made = create(record("bar"));
  BOOST_TEST((made.created_at > wall_time{}));
  auto found = value_of<client_record>([&](auto done) { clients->find(made.id, done); });
  BOOST_TEST((found.id == made.id));
  BOOST_TEST(found.name == "bar");
  BOOST_TEST(found.scopes == "messages:read messages:write");
  BOOST_TEST((found.secret_sha256 == made.secret_sha256));
  BOOST_TEST((found.created_at == made.created_at));
}

BOOST_AUTO_TEST_CASE(an_unknown_client_is_invalid) {
  auto nobody = client_id::make();
  BOOST_TEST(error_of<client_record>([&](auto done) { clients->find(nobody, done); }) ==
             ec::invalid_client);
  BOOST_TEST(error_of<client_record>([&](auto done) { clients->rotate(nobody, "x", done); }) ==
             ec::invalid_client);
}

BOOST_AUTO_TEST_CASE(an_id_is_given_once) {
  auto made = create(record("first"));
  BOOST_TEST(error_of<client_record>([&](auto done) { clients->create(made, done); }) ==
             ec::conflict);
}

BOOST_AUTO_TEST_CASE(rotating_replaces_the_secret_and_nothing_else) {
  auto made = create(record("bar"));
  auto other = create(record("baz"));
  auto secret = std::string(32, '\x01');
  auto rotated =
    value_of<client_record>([&](auto done) { clients->rotate(made.id, secret, done); });
  BOOST_TEST((rotated.secret_sha256 == secret));
  BOOST_TEST(rotated.name == "bar");
  auto untouched = value_of<client_record>([&](auto done) { clients->find(other.id, done); });
  BOOST_TEST((untouched.secret_sha256 == other.secret_sha256));
}

BOOST_AUTO_TEST_CASE(clients_are_listed_as_they_were_created) {
  create(record("a"));
  create(record("b"));
  auto all = value_of<std::vector<client_record>>([&](auto done) { clients->list(done); });
  BOOST_REQUIRE_EQUAL(all.size(), 2u);
  BOOST_TEST(all[0].name == "a");
  BOOST_TEST(all[1].name == "b");
}

BOOST_AUTO_TEST_CASE(the_first_signing_key_is_made_once_and_kept) {
  auto first = keys(*clients, "k1");
  BOOST_REQUIRE_EQUAL(first.size(), 1u);
  BOOST_TEST(first[0].kid == "k1");
  BOOST_TEST(first[0].private_pem == "-----BEGIN PRIVATE KEY-----");
  auto again = keys(*clients, "k2");
  BOOST_REQUIRE_EQUAL(again.size(), 1u);
  BOOST_TEST(again[0].kid == "k1");
}

BOOST_AUTO_TEST_CASE(nodes_that_start_at_once_agree_on_one_key) {
  std::vector<std::future<std::string>> nodes;
  nodes.reserve(8);
  for (int i = 0; i < 8; ++i)
    nodes.push_back(std::async(std::launch::async, [this, i] {
      auto got = answer_of<std::vector<signing_key>>([&](auto done) {
        clients->signing_keys({"node" + std::to_string(i), "pem", {}}, done);
      });
      return got && got->size() == 1 ? got->front().kid : "another";
    }));
  std::vector<std::string> seen;
  seen.reserve(nodes.size());
  for (auto& node : nodes)
    seen.push_back(node.get());
  for (const auto& kid : seen)
    BOOST_TEST(kid == seen[0]);
  BOOST_TEST(db.count("signing_key") == 1);
}

BOOST_AUTO_TEST_CASE(keys_come_newest_first) {
  keys(*clients, "old");
  db.exec("insert into signing_key values ('new', 'pem', now() + interval '1 second')");
  auto all = keys(*clients, "unused");
  BOOST_REQUIRE_EQUAL(all.size(), 2u);
  BOOST_TEST(all[0].kid == "new");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
