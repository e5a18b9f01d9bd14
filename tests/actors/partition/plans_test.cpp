/// The plans of the writer's statements. They are prepared when the tables may still be empty, so
/// they must be right then too: whatever two indexes have in common must not make them look alike.
#include "actors/journal/commit.hpp"
#include "actors/journal/preread.hpp"
#include "tests/actors/partition/owner_world.hpp"

namespace recado::test {
namespace {

undecided_ptr some_send(const client_id& client, const conversation_id& in) {
  undecided item;
  item.what.id = command_id::make();
  item.what.client = client;
  item.what.conversation = in;
  send_message send;
  send.message = message_id::make();
  send.implicit_members = {user_id{"ana"}, user_id{"bruno"}};
  item.what.body = std::move(send);
  return std::make_shared<const undecided>(std::move(item));
}

std::string plan_of(store::connection& link, const store::statement& of) {
  auto sql = "explain (costs off) " + std::string{of.sql};
  auto got = link.run_one({"", sql, of.values, store::expect::rows});
  BOOST_REQUIRE_MESSAGE(got, of.name);
  std::string out;
  for (std::size_t i = 0; i < got->size(); ++i)
    out += std::string{got->get_text(i, 0)} + "\n";
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(
  what_the_writer_looks_up_is_found_by_its_key_even_when_planned_on_empty_tables) {
  owner_database db;
  store::connection link{db.config()};
  auto client = client_id::make();
  auto in = conversation_id::make();
  undecided_list items{some_send(client, in)};
  auto statements = journal::preread({items, {{client, in}}, {partition_id{1}}});
  BOOST_REQUIRE(statements.size() == 6u);
  for (const auto& one : statements) {
    auto plan = plan_of(link, one);
    BOOST_TEST(plan.find("Seq Scan") == plan.npos, one.name << ":\n" << plan);
    // The client alone would find all of its rows; a second condition is printed in parentheses.
    BOOST_TEST(plan.find("Index Cond: (client_id =") == plan.npos, one.name << ":\n" << plan);
    if (one.name == "preread_deleted")
      BOOST_TEST(plan.find("using app_user_deleted") != plan.npos, plan);
  }
}

BOOST_AUTO_TEST_CASE(what_nobody_can_have_said_before_is_not_looked_for) {
  auto item = *some_send(client_id::make(), conversation_id::make());
  item.only_copy = true;
  std::get<send_message>(item.what.body).message_made = true;
  auto asked = [](const undecided& one) {
    undecided_list items{std::make_shared<const undecided>(one)};
    journal::preread_request request{items, {}, {partition_id{1}}};
    std::set<std::string> names;
    for (const auto& statement : journal::preread(request))
      names.emplace(statement.name);
    BOOST_TEST(journal::wants_snapshot(request) == names.size() > 2);
    return names;
  };
  const std::set<std::string> little{"inbox_peek", "preread_deleted"};
  const std::set<std::string> all{"inbox_peek", "preread_message", "preread_applied",
                                  "preread_deleted"};
  BOOST_TEST((asked(item) == little));
  auto copy = item;
  copy.only_copy = false;
  BOOST_TEST((asked(copy) == all));
  auto named = item;
  std::get<send_message>(named.what.body).message_made = false;
  BOOST_TEST((asked(named).contains("preread_message")));
  BOOST_TEST(!asked(named).contains("preread_applied"));
  auto following = item;
  following.what.after = predecessor{command_id::make(), message_id::make()};
  following.follows_known = false;
  BOOST_TEST((asked(following) == all));
}

} // namespace recado::test
