#include "actors/presence/seen_queries.hpp"

#include "tests/actors/domain_database.hpp"
#include "tests/actors/presence/presence_values.hpp"

#include <fmt/format.h>

namespace recado::presence::test {
namespace {

struct seen_world {
  recado::test::domain_database& db = recado::test::domain_database::shared();
  client_id client = client_id::make();

  void make_user(const char* name, bool deleted = false) {
    db.exec(fmt::format("insert into app_user (client_id, user_id, created_at, updated_at, "
                        "deleted_at) values ('{}', '{}', now(), now(), {})",
                        client.str(), name, deleted ? "now()" : "null"));
  }
  void keep(const char* name, int second) {
    db.run(keep_seen({{person{client, user_id{name}}, at(second)}}));
  }
  void join(const conversation_id& where, const char* name, bool left = false) {
    db.exec(fmt::format("insert into member values ('{}', '{}', '{}', 0, now(), 0, {}, 0, 0, 1)",
                        client.str(), where.str(), name, left ? "1" : "null"));
  }
  /// "ana:7 bruno:- "
  std::string known(std::vector<std::string> names, std::string viewer = {}) {
    std::vector<user_id> users;
    users.reserve(names.size());
    for (auto& each : names)
      users.emplace_back(std::move(each));
    auto rows = db.run(known_users(client, user_id{std::move(viewer)}, users));
    std::map<std::string, std::string> found;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto one = known_user_of(rows, i);
      found[one.user.value] =
        one.last_seen ? std::to_string((*one.last_seen - at(0)) / std::chrono::seconds{1}) : "-";
    }
    std::string out;
    for (const auto& [name, seen] : found)
      out += fmt::format("{}:{} ", name, seen);
    return out;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(seen, seen_world)

BOOST_AUTO_TEST_CASE(the_latest_time_stays) {
  make_user("ana");
  make_user("bruno");
  BOOST_TEST(known({"ana", "bruno", "nobody"}) == "ana:- bruno:- ");
  keep("ana", 7);
  keep("ana", 5); // another node's word, late
  BOOST_TEST(known({"ana"}) == "ana:7 ");
  keep("ana", 9);
  BOOST_TEST(known({"ana", "bruno"}) == "ana:9 bruno:- ");
}

BOOST_AUTO_TEST_CASE(whoever_was_deleted_is_unknown) {
  make_user("ana", true);
  keep("ana", 7);
  BOOST_TEST(known({"ana"}).empty());
}

BOOST_AUTO_TEST_CASE(another_client_s_are_not_seen) {
  make_user("ana");
  keep("ana", 7);
  client = client_id::make();
  BOOST_TEST(known({"ana"}).empty());
  make_user("ana");
  BOOST_TEST(known({"ana"}) == "ana:- ");
}

BOOST_AUTO_TEST_CASE(a_viewer_knows_itself_and_those_it_shares_a_conversation_with) {
  for (auto name : {"ana", "bruno", "carla", "dora"})
    make_user(name);
  auto where = conversation_id::make(), before = conversation_id::make();
  join(where, "ana");
  join(where, "bruno");
  join(before, "ana");
  join(before, "carla", true);
  BOOST_TEST(known({"ana", "bruno", "carla", "dora"}, "ana") == "ana:- bruno:- ");
  BOOST_TEST(known({"ana", "bruno", "carla", "dora"}, "dora") == "dora:- ");
  BOOST_TEST(known({"ana", "bruno"}, "carla").empty()); // she has left
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::presence::test
