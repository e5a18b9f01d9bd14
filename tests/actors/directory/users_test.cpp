#include "actors/directory/directory.hpp"
#include "tests/actors/domain_database.hpp"

#include <fmt/format.h>

namespace recado::test {
namespace {

using user_put = directory_service::upserted<user_record>;
using identity_put = directory_service::upserted<identity_record>;

struct directory_world {
  domain_database& db = domain_database::shared();
  std::shared_ptr<directory_service> directory = make_directory(db.pool());
  client_id client = client_id::make();
  user_id ana{"ana"}, bruno{"bruno"};

  directory_world() { db.exec("delete from app_user; delete from identity; delete from member"); }
  result<user_put> put(const user_id& user, user_fields fields = {}) {
    return answer_of<user_put>([&](auto done) { directory->put_user(client, user, fields, done); });
  }
  result<user_record> get(const user_id& user) {
    return answer_of<user_record>([&](auto done) { directory->get_user(client, user, done); });
  }
  ec remove(const user_id& user) {
    return error_of<bool>([&](auto done) { directory->delete_user(client, user, done); });
  }
  bool deleted(const user_id& user) {
    return value_of<bool>([&](auto done) { directory->is_deleted(client, user, done); });
  }
  page<user_record> list(std::string after, std::size_t limit) {
    return value_of<page<user_record>>(
      [&](auto done) { directory->list_users(client, after, limit, done); });
  }
  result<identity_put> identify(const user_id& user, std::string channel, std::string address) {
    return answer_of<identity_put>([&](auto done) {
      directory->put_identity(client, user, {channel, address, std::nullopt, false}, done);
    });
  }
  result<std::vector<identity_record>> identities(const user_id& user) {
    return answer_of<std::vector<identity_record>>(
      [&](auto done) { directory->list_identities(client, user, done); });
  }
  ec forget(const user_id& user, std::string channel) {
    return error_of<bool>(
      [&](auto done) { directory->delete_identity(client, user, channel, done); });
  }
};

std::string names(const page<user_record>& got) {
  std::string out;
  for (const auto& user : got.items)
    out += user.id.value + " ";
  return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(users, directory_world)

BOOST_AUTO_TEST_CASE(a_put_creates_and_a_second_one_replaces) {
  auto first = put(ana, {"Ana", "pt-BR", "America/Sao_Paulo", R"({"vip":true})"});
  BOOST_REQUIRE(first);
  BOOST_TEST(first->created);
  BOOST_TEST((first->value.created_at == first->value.updated_at));
  auto second = put(ana, {"Ana Lima", std::nullopt, std::nullopt, "{}"});
  BOOST_REQUIRE(second);
  BOOST_TEST(!second->created);
  auto now = get(ana);
  BOOST_REQUIRE(now);
  BOOST_TEST(*now->fields.name == "Ana Lima");
  BOOST_TEST(!now->fields.locale);
  BOOST_TEST(!now->fields.time_zone);
  BOOST_TEST(now->fields.metadata == "{}");
  BOOST_TEST((now->created_at == first->value.created_at));
  BOOST_TEST((now->updated_at > first->value.updated_at));
}

BOOST_AUTO_TEST_CASE(users_of_another_client_are_not_there) {
  put(ana, {"Ana", {}, {}, "{}"});
  identify(ana, "email", "a@b.c");
  client = client_id::make();
  BOOST_TEST(get(ana).error().code == ec::user_not_found);
  BOOST_TEST(identities(ana).error().code == ec::user_not_found);
  BOOST_TEST(remove(ana) == ec::user_not_found);
  BOOST_TEST(list("", 10).items.empty());
  BOOST_TEST(put(ana)->created);
  BOOST_TEST(identify(ana, "email", "a@b.c").has_value());
}

BOOST_AUTO_TEST_CASE(a_deleted_user_is_a_tombstone_and_never_used_again) {
  put(ana, {"Ana", "pt", "UTC", R"({"x":1})"});
  identify(ana, "email", "a@b.c");
  BOOST_TEST(!deleted(ana));
  BOOST_TEST(!deleted(user_id{"nobody"}));
  BOOST_TEST(remove(ana) == ec::none);
  BOOST_TEST(deleted(ana));
  BOOST_TEST(get(ana).error().code == ec::user_not_found);
  BOOST_TEST(remove(ana) == ec::user_not_found);
  BOOST_TEST(put(ana).error().code == ec::user_deleted);
  BOOST_TEST(identify(ana, "email", "a@b.c").error().code == ec::user_deleted);
  BOOST_TEST(identities(ana).error().code == ec::user_not_found);
  BOOST_TEST(list("", 10).items.empty());
  BOOST_TEST(db.count("app_user where name is null and metadata = '{}'") == 1);
  BOOST_TEST(db.count("identity") == 0);
}

BOOST_AUTO_TEST_CASE(deleting_a_user_leaves_its_memberships) {
  put(ana);
  db.exec(fmt::format("insert into member values ('{}', gen_random_uuid(), 'ana', 0, now(), 0, "
                      "null, 0, 0, 1)",
                      client.str()));
  BOOST_TEST(remove(ana) == ec::none);
  BOOST_TEST(db.count("member where user_id = 'ana' and left_seq is null") == 1);
}

BOOST_AUTO_TEST_CASE(an_address_of_a_deleted_user_is_free_again) {
  identify(ana, "email", "a@b.c");
  remove(ana);
  BOOST_TEST(identify(bruno, "email", "a@b.c").has_value());
}

BOOST_AUTO_TEST_CASE(pages_of_users_stay_in_place_while_users_come) {
  for (auto name : {"b", "d", "f", "h"})
    put(user_id{name});
  auto first = list("", 2);
  BOOST_TEST(names(first) == "b d ");
  BOOST_REQUIRE(!first.next.empty());
  put(user_id{"a"});
  put(user_id{"e"});
  auto second = list(first.next, 2);
  BOOST_TEST(names(second) == "e f ");
  auto third = list(second.next, 2);
  BOOST_TEST(names(third) == "h ");
  BOOST_TEST(third.next.empty());
}

BOOST_AUTO_TEST_CASE(a_page_that_holds_all_has_no_next) {
  put(ana);
  put(bruno);
  BOOST_TEST(list("", 2).next.empty());
  BOOST_TEST(list("", 1).next == "ana");
}

BOOST_AUTO_TEST_CASE(a_bad_position_is_an_invalid_cursor) {
  BOOST_TEST(error_of<page<user_record>>([&](auto done) {
               directory->list_users(client, "no user", 10, done);
             }) == ec::invalid_cursor);
}

BOOST_AUTO_TEST_CASE(an_identity_makes_its_user_if_there_is_none) {
  auto first = identify(ana, "email", "a@b.c");
  BOOST_REQUIRE(first);
  BOOST_TEST(first->created);
  auto user = get(ana);
  BOOST_REQUIRE(user);
  BOOST_TEST(!user->fields.name);
  auto again = put(ana, {"Ana", {}, {}, "{}"});
  BOOST_TEST(!again->created);
}

BOOST_AUTO_TEST_CASE(an_identity_is_replaced_and_does_not_touch_its_user) {
  auto user = put(ana, {"Ana", {}, {}, "{}"});
  auto first = identify(ana, "email", "a@b.c");
  auto second = answer_of<identity_put>([&](auto done) {
    directory->put_identity(client, ana, {"email", "new@b.c", "bar", true}, done);
  });
  BOOST_REQUIRE(second);
  BOOST_TEST(!second->created);
  auto all = identities(ana);
  BOOST_REQUIRE(all && all->size() == 1);
  BOOST_TEST(all->front().fields.address == "new@b.c");
  BOOST_TEST(*all->front().fields.account == "bar");
  BOOST_TEST(all->front().fields.verified);
  BOOST_TEST((all->front().created_at == first->value.created_at));
  BOOST_TEST((get(ana)->updated_at == user->value.updated_at));
}

BOOST_AUTO_TEST_CASE(an_address_of_another_user_is_taken) {
  identify(ana, "email", "a@b.c");
  BOOST_TEST(identify(bruno, "email", "a@b.c").error().code == ec::identity_taken);
  BOOST_TEST(get(bruno).error().code == ec::user_not_found); // a refused request creates no user
  BOOST_TEST(identify(bruno, "sms", "a@b.c").has_value());
  identify(bruno, "email", "b@b.c");
  BOOST_TEST(identify(bruno, "email", "a@b.c").error().code == ec::identity_taken);
  BOOST_TEST(identities(bruno)->front().fields.address == "b@b.c");
  BOOST_TEST(identify(ana, "email", "a@b.c").has_value()); // its own
}

BOOST_AUTO_TEST_CASE(identities_are_listed_by_channel_and_removed) {
  BOOST_TEST(identities(ana).error().code == ec::user_not_found);
  put(ana);
  BOOST_TEST(identities(ana)->empty());
  identify(ana, "telegram", "1");
  identify(ana, "email", "a@b.c");
  auto all = identities(ana);
  BOOST_REQUIRE(all && all->size() == 2);
  BOOST_TEST(all->front().fields.channel == "email");
  BOOST_TEST(forget(ana, "email") == ec::none);
  BOOST_TEST(forget(ana, "email") == ec::identity_not_found);
  BOOST_TEST(forget(bruno, "email") == ec::user_not_found);
  BOOST_TEST(identities(ana)->size() == 1u);
}

BOOST_AUTO_TEST_CASE(no_identity_outlives_a_user_that_goes_while_it_comes) {
  for (int round = 0; round < 20; ++round) {
    user_id user{fmt::format("u{}", round)};
    put(user);
    auto going = std::async(std::launch::async, [&] { return remove(user); });
    auto coming =
      std::async(std::launch::async, [&] { return identify(user, "email", user.value + "@b.c"); });
    BOOST_TEST(going.get() == ec::none);
    auto came = coming.get();
    BOOST_TEST((came || came.error().code == ec::user_deleted));
  }
  BOOST_TEST(db.count("identity") == 0);
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_answer_is_store_unavailable) {
  auto config = db.config();
  config.url = "host=/nonexistent user=recado dbname=none";
  store::pool nowhere{"nowhere", config, {}};
  auto blind = make_directory(nowhere);
  BOOST_TEST(error_of<user_record>([&](auto done) { blind->get_user(client, ana, done); }) ==
             ec::store_unavailable);
  nowhere.stop();
  BOOST_TEST(error_of<user_record>([&](auto done) { blind->get_user(client, ana, done); }) ==
             ec::shutting_down);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
