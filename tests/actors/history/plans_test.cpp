/// What stays fast when there is much: a large group, and the plans of the hot queries.
#include "actors/history/conversation_queries.hpp"
#include "actors/history/message_queries.hpp"
#include "actors/history/range_queries.hpp"
#include "actors/history/search_queries.hpp"
#include "actors/history/trail_queries.hpp"
#include "tests/actors/history/history_world.hpp"

namespace recado::test {
namespace {

struct large_world : history_world {
  /// `people` members u0001…, of whom the first half has read everything, and `messages` of u0001.
  conversation_id make_large(int people, int messages) {
    auto in = make_conversation(conversation_type::group, messages);
    db.exec(fmt::format("insert into member select '{}', '{}', 'u' || to_char(i, 'FM0000'), 0, {}, "
                        "0, null, case when i <= {} then {} else 0 end, "
                        "case when i <= {} then {} else 0 end, 1 from generate_series(1, {}) i",
                        client.str(), in.str(), sql(ten()), people / 2, messages, people / 2,
                        messages, people));
    db.exec(fmt::format("insert into receipt select '{}', '{}', 'u' || to_char(i, 'FM0000'), k, 0, "
                        "{}, {} from generate_series(1, {}) i, generate_series(0, 1) k",
                        client.str(), in.str(), messages, sql(ten(100)), people / 2));
    add_many(in, messages);
    return in;
  }
  void add_many(const conversation_id& in, int messages) {
    db.exec(fmt::format(
      "insert into message select '{}', '{}', i, gen_random_uuid(), gen_random_uuid(), 'u0001', "
      "'{{}}', '{{}}', 1, {} + i * interval '1 millisecond', null, '\\x00', null, 1, 1, 'n1', 0, "
      "'t', now(), now(), 0, 0 from generate_series(1, {}) i",
      client.str(), in.str(), sql(ten()), messages));
  }
  /// As the server runs it: a prepared one by its generic plan, which has to do for any values.
  std::string plan(const store::statement& of) {
    auto got = of.name.empty()
                 ? db.run({"", keep("explain (costs off) " + std::string{of.sql}), of.values})
                 : generic_plan(of);
    std::string out;
    for (std::size_t i = 0; i < got.size(); ++i)
      out += std::string{got.get_text(i, 0)} + "\n";
    return out;
  }

private:
  store::rows generic_plan(const store::statement& of) {
    std::string types, nulls;
    for (const auto& slot : of.values.slots()) {
      auto type = db.run({"", "select format_type($1::int4, null)",
                          store::params{}.add_int4(static_cast<std::int32_t>(slot.oid))});
      types += (types.empty() ? "" : ", ") + std::string{type.get_text(0, 0)};
      nulls += nulls.empty() ? "null" : ", null";
    }
    db.exec(
      fmt::format("deallocate all; set plan_cache_mode = force_generic_plan; prepare {} ({}) as {}",
                  "planned_" + std::string{of.name}, types, of.sql));
    return db.run(
      {"", keep(fmt::format("explain (costs off) execute planned_{} ({})", of.name, nulls)), {}});
  }
  std::string_view keep(std::string sql) { return kept_ = std::move(sql); }

  std::string kept_;
};

bool scans(const std::string& plan, std::string_view table) {
  return plan.find(fmt::format("Seq Scan on {}", table)) != plan.npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(plans, large_world)

BOOST_AUTO_TEST_CASE(a_group_of_a_thousand_is_read_in_pages_and_shows_twenty_deliveries) {
  auto in = make_large(1'000, 1'000);
  auto all = range(in, {std::nullopt, std::nullopt, 1'000});
  BOOST_REQUIRE(all && all->items.size() == 1'000u);
  for (const auto& item : all->items)
    BOOST_REQUIRE(item.state == status::sent);
  auto one = message(all->items[500].view.id, user_id{"u0999"});
  BOOST_REQUIRE(one);
  BOOST_TEST(one->deliveries_total == 999);
  BOOST_REQUIRE_EQUAL(one->deliveries.size(), reply_recipients);
  BOOST_TEST(one->deliveries.front().recipient.value == "u0002"); // u0001 is the sender
  BOOST_TEST(one->deliveries.front().state == status::read);
  BOOST_TEST(one->deliveries.back().recipient.value == "u0021");
  db.exec(fmt::format("update member set delivered_seq = 700, read_seq = greatest(read_seq, 300) "
                      "where client_id = '{}'",
                      client.str()));
  all = range(in, {std::nullopt, std::nullopt, 1'000});
  BOOST_TEST(all->items[299].state == status::read);
  BOOST_TEST(all->items[300].state == status::delivered);
  BOOST_TEST(all->items[700].state == status::sent);
  std::size_t lines = 0;
  std::string after;
  do {
    auto got = value_of<page<history_record>>([&](auto done) {
      history->message_history(client, all->items[500].view.id, {}, after, 1'000, done);
    });
    lines += got.items.size();
    after = got.next;
  } while (!after.empty());
  BOOST_TEST(lines == 999u + 2 * 499u); // sent to all; delivered and read by half of them
  auto people = value_of<conversation_record>(
    [&](auto done) { history->conversation(client, in, user_id{"u0500"}, done); });
  BOOST_TEST(people.members.size() == 1'000u);
}

BOOST_AUTO_TEST_CASE(the_hot_queries_use_indexes) {
  auto in = make_large(100, 15'000);
  auto other = make_conversation(conversation_type::group, 5'000);
  add_member(other, ana);
  add_many(other, 5'000);
  make_large(5'000, 1); // so that neither members nor receipts are few
  db.exec(fmt::format("insert into conversation select client_id, gen_random_uuid(), 1, 1, null, "
                      "'{{}}', 0, 1, created_at, created_at, '\\x00' from conversation, "
                      "generate_series(1, 1000) where client_id = '{}'",
                      client.str()));
  db.exec("analyze");
  auto id = range(in, {})->items.at(0).view.id;
  user_id u{"u0002"};
  std::vector<std::pair<std::string, store::statement>> hot{
    {"message", history::message_by_id(client, id, {})},
    {"message of a viewer", history::message_by_id(client, id, u)},
    {"deliveries", history::deliveries_of(client, id, 20)},
    {"trail", history::trail_of(client, id, {}, 51)},
    {"range up", history::messages_in(client, in, u, {0, std::nullopt, 50})},
    {"range down", history::messages_in(client, in, {}, {std::nullopt, 900, 50})},
    {"conversation", history::conversation_by_id(client, in, u)},
    {"conversations", history::conversations_of(client, {}, std::nullopt, {}, 51)},
    {"conversations of a member", history::conversations_of(client, u, std::nullopt, {}, 51)},
    {"memberships", history::memberships_of(client, ana, 1'000)},
    {"receipts", history::receipts_above(client, in, 5)},
    {"search", history::found_messages(client, {}, {}, {}, 51)},
    {"search in time",
     history::found_messages(client, {}, where{}.since(ten(1)).until(ten(2)), {}, 51)},
    {"search in one", history::found_messages(client, {}, where{}.in(in), {}, 51)},
    {"search of a viewer", history::found_messages(client, ana, {}, {}, 51)},
    {"search of a user", history::found_messages(client, {}, where{}.of(ana), {}, 51)},
    {"search by status", history::found_messages(client, {}, where{}.is(status::read), {}, 51)},
    {"search by status in one",
     history::found_messages(client, {}, where{}.in(in).is(status::read), {}, 51)},
    {"search by status of a user",
     history::found_messages(client, {}, where{}.of(ana).is(status::sent), {}, 51)},
    {"search of a user in one", history::found_messages(client, {}, where{}.in(in).of(u), {}, 51)},
  };
  for (const auto& [what, statement] : hot) {
    auto shown = plan(statement);
    for (auto table : {"message", "conversation", "member", "receipt"})
      BOOST_TEST(!scans(shown, table), what << " scans " << table << ":\n" << shown);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::test
