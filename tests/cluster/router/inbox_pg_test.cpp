#include "cluster/router/inbox_writer.hpp"
#include "embedded/inbox_test_schema.hpp"
#include "runtime/store/migrations.hpp"
#include "runtime/store/worker.hpp"
#include "schemas/wire.hpp"
#include "tests/worlds/postgres_server.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <future>
#include <set>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

test::postgres_server& server() {
  static test::postgres_server one;
  return one;
}

struct inbox_world {
  std::string database = server().clean_database();
  std::shared_ptr<store::worker> db;
  std::optional<inbox_writer> uut;

  explicit inbox_world(inbox_config config = {}) {
    BOOST_REQUIRE(store::migrate(server().config(database), embedded::inbox_test_schema()));
    db = std::make_shared<store::worker>("inbox", server().config(database));
    uut.emplace(db, config);
  }

  static inbox_item item(partition_id part, const std::string& payload = "{}") {
    command what;
    what.id = command_id::make();
    what.client = client_id::make();
    what.conversation = conversation_id::make();
    what.priority = lane::bulk;
    what.received_at = from_micros(1'790'000'000'000'000);
    what.reply_to = "c1.reply.n1.1";
    what.origin = uuid::v7();
    what.after = predecessor{command_id::make(), message_id::make()};
    send_message send;
    send.message = message_id::make();
    send.payload = payload;
    send.metadata = "{}";
    what.body = std::move(send);
    return {part, std::make_shared<const command>(std::move(what))};
  }
  /// The same message in another command.
  static inbox_item retry_of(const inbox_item& first, std::uint8_t hash = 0,
                             std::optional<conversation_id> where = {}) {
    auto what = *first.what;
    what.id = command_id::make();
    what.conversation = where.value_or(what.conversation);
    std::get<send_message>(what.body).hash[0] = hash;
    return {first.part, std::make_shared<const command>(std::move(what))};
  }
  /// As an owner commits it: from ana, to bruno and carla; davi came later. Without a seq: refused.
  void number(const inbox_item& one, std::int64_t seq, const std::string& failure = {}) const {
    const auto& what = *one.what;
    auto key = fmt::format("'{}', '{}'", what.client.str(), what.conversation.str());
    auto nullable = [](const std::string& text) { return text.empty() ? "null" : text; };
    server().exec(
      fmt::format("insert into message values ({}, {}, '{}', '{}', 'ana', '{{}}', '{{}}', 1, '{}', "
                  "null, '\\x00000000000000000000000000000000', {}, 7, 1, 'n1', 2, '', now(), "
                  "now(), 0, 0)",
                  key, nullable(seq > 0 ? std::to_string(seq) : ""),
                  std::get<send_message>(what.body).message.str(), what.id.str(),
                  to_rfc3339(what.received_at),
                  nullable(failure.empty() ? "" : "'" + failure + "'")),
      database);
    for (auto [user, joined] : {std::pair{"carla", 0}, {"ana", 0}, {"bruno", 4}, {"davi", 5}})
      server().exec(fmt::format("insert into member values ({}, '{}', 0, now(), {}, null, 0, 0, 1)",
                                key, user, joined),
                    database);
  }
  using answer = std::vector<inbox_answer>;
  std::future<answer> begin(std::vector<inbox_item> items) {
    auto told = std::make_shared<std::promise<answer>>();
    uut->store(std::move(items), [told](answer how) { told->set_value(std::move(how)); });
    return told->get_future();
  }
  answer store(std::vector<inbox_item> items) { return begin(std::move(items)).get(); }
  store::rows query(std::string_view sql) const { return server().query(sql, database); }
  std::int64_t count() const { return query("select count(*) from inbox").get_int(0, 0); }
};
struct small_inbox : inbox_world {
  small_inbox()
    : inbox_world([] {
        inbox_config config;
        config.rows_max = 3;
        config.batch_commands_max = 2;
        config.queue_max = 10;
        return config;
      }()) {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(inbox_on_postgres)

BOOST_FIXTURE_TEST_CASE(a_stored_command_is_a_row_without_sender_and_predecessor, inbox_world) {
  auto one = item(7, R"({"type":"text"})");
  BOOST_TEST(store({one}).at(0).has_value());
  auto rows =
    query("select part, command_id, client_id, message_id, lane, received_at, envelope from inbox");
  BOOST_REQUIRE_EQUAL(rows.size(), 1u);
  BOOST_TEST(rows.get_int(0, 0) == 7);
  BOOST_TEST((rows.get_uuid(0, 1) == one.what->id.value));
  BOOST_TEST((rows.get_uuid(0, 2) == one.what->client.value));
  BOOST_TEST(rows.get_int(0, 4) == 2);
  BOOST_TEST((rows.get_time(0, 5) == one.what->received_at));
  auto read = decode_command(rows.get_bytes(0, 6)).value();
  BOOST_TEST((read.id == one.what->id));
  BOOST_TEST(read.origin.nil());
  BOOST_TEST(read.reply_to.empty());
  BOOST_TEST(!read.after);
  BOOST_TEST(std::get<send_message>(read.body).payload == R"({"type":"text"})");
}

BOOST_FIXTURE_TEST_CASE(the_same_command_twice_is_one_row, inbox_world) {
  auto one = item(7);
  BOOST_TEST(store({one}).at(0).has_value());
  auto how = store({one, item(7)});
  BOOST_TEST(!how.at(0)->has_value()); // stored by an earlier try: that is no replay
  BOOST_TEST(count() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_repeated_message_is_told_that_it_is_there, inbox_world) {
  auto one = item(7), again = retry_of(one);
  auto first = store({one}).at(0);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(!first->has_value()); // newly stored
  auto second = store({again}).at(0);
  BOOST_REQUIRE((second.has_value() && second->has_value()));
  BOOST_TEST((*second)->stored);
  BOOST_TEST((*second)->replayed);
  BOOST_TEST(((*second)->command == again.what->id));
  BOOST_TEST(count() == 1);
}

BOOST_FIXTURE_TEST_CASE(the_same_message_twice_in_one_call_is_one_row, small_inbox) {
  auto one = item(7), again = retry_of(one);
  auto how = store({one, again});
  BOOST_TEST(!how.at(0)->has_value());
  BOOST_TEST((*how.at(1))->replayed);
  BOOST_TEST(count() == 1);
  // Not even a full inbox refuses what is there already.
  BOOST_TEST(store({item(7), item(7)}).at(1).has_value());
  BOOST_TEST(!store({item(7)}).at(0).has_value());
  BOOST_TEST((*store({retry_of(one)}).at(0))->replayed);
}

BOOST_FIXTURE_TEST_CASE(a_message_id_with_another_body_is_refused_alone, inbox_world) {
  auto one = item(7);
  store({one});
  auto changed = retry_of(one, 9);
  auto how = store({changed, item(7)});
  BOOST_REQUIRE((how.at(0).has_value() && how.at(0)->has_value()));
  BOOST_TEST(((*how.at(0))->code == ec::idempotency_mismatch));
  BOOST_TEST((*how.at(0))->pointer == "/message_id");
  BOOST_TEST(!how.at(1)->has_value());
  auto elsewhere = retry_of(one, 0, conversation_id::make());
  BOOST_TEST(((*store({elsewhere}).at(0))->code == ec::idempotency_mismatch));
  BOOST_TEST(count() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_numbered_message_is_told_its_number, inbox_world) {
  auto one = item(7);
  number(one, 5);
  auto said = store({retry_of(one)}).at(0);
  BOOST_REQUIRE((said.has_value() && said->has_value()));
  const auto& reply = **said;
  BOOST_TEST(reply.ok());
  BOOST_TEST(!reply.stored);
  BOOST_TEST(reply.replayed);
  BOOST_TEST(reply.seq == 5);
  BOOST_TEST((reply.at == from_micros(1'790'000'000'000'000)));
  BOOST_TEST((reply.conversation == one.what->conversation));
  BOOST_TEST(reply.recipients_total == 2);
  std::vector<user_id> recipients{user_id{"bruno"}, user_id{"carla"}};
  BOOST_TEST((reply.recipients == recipients)); // neither the sender nor who came later
  BOOST_TEST(((*store({retry_of(one, 9)}).at(0))->code == ec::idempotency_mismatch));
  BOOST_TEST(!(*store({one}).at(0))->replayed); // the command itself, come back by another way
  BOOST_TEST(count() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_message_that_was_refused_after_its_202_is_told_why, inbox_world) {
  auto one = item(7);
  number(one, 0, "not_a_member");
  auto said = *store({retry_of(one)}).at(0);
  BOOST_REQUIRE(said.has_value());
  BOOST_TEST((said->code == ec::not_a_member));
  BOOST_TEST(said->replayed);
}

BOOST_FIXTURE_TEST_CASE(ids_follow_the_order_of_the_calls, inbox_world) {
  std::vector<std::future<answer>> waiting;
  std::vector<uuid> sent;
  for (int i = 0; i < 300; ++i) {
    std::vector<inbox_item> items;
    for (int j = 0; j < 1 + i % 40; ++j) {
      items.push_back(item(5));
      sent.push_back(items.back().what->id.value);
    }
    waiting.push_back(begin(std::move(items)));
  }
  for (auto& one : waiting)
    for (const auto& how : one.get())
      BOOST_REQUIRE(how.has_value());
  auto rows = query("select command_id from inbox where part = 5 order by id");
  BOOST_REQUIRE_EQUAL(rows.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i)
    BOOST_REQUIRE((rows.get_uuid(i, 0) == sent[i]));
  // Far fewer INSERTs than calls: they gather while one is in flight.
  BOOST_TEST(db->counters().runs < 200u);
}

BOOST_FIXTURE_TEST_CASE(a_full_partition_refuses_and_others_do_not, small_inbox) {
  BOOST_TEST(store({item(1), item(1)}).at(1).has_value());
  auto how = store({item(1), item(1), item(1)});
  BOOST_TEST(how.at(0).has_value());
  BOOST_TEST((how.at(1).error().code == ec::overloaded));
  BOOST_TEST((how.at(2).error().code == ec::overloaded));
  BOOST_TEST(store({item(2)}).at(0).has_value());
  BOOST_TEST(count() == 4);
}

BOOST_FIXTURE_TEST_CASE(too_much_at_once_is_overload, small_inbox) {
  std::vector<inbox_item> many(11, item(1));
  auto how = store(many);
  BOOST_TEST(how.size() == 11u);
  BOOST_TEST((how.at(10).error().code == ec::overloaded));
  BOOST_TEST(count() == 0);
}

BOOST_FIXTURE_TEST_CASE(without_postgres_the_store_is_unavailable, inbox_world) {
  server().kill9();
  BOOST_TEST((store({item(1)}).at(0).error().code == ec::store_unavailable));
  server().start();
  while (!store({item(1)}).at(0))
    std::this_thread::sleep_for(20ms);
  BOOST_TEST(count() >= 1);
}

BOOST_FIXTURE_TEST_CASE(what_was_answered_stored_survives_a_kill_of_postgres, inbox_world) {
  std::set<uuid> stored;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::pair<inbox_item, std::future<answer>>> waiting;
    for (int i = 0; i < 200; ++i) {
      auto one = item(static_cast<partition_id>(i % 4));
      waiting.emplace_back(one, begin({one}));
      if (i == 100) server().kill9();
    }
    for (auto& [one, how] : waiting)
      if (how.get().at(0)) stored.insert(one.what->id.value);
    server().start();
  }
  auto rows = query("select command_id from inbox");
  std::set<uuid> found;
  for (std::size_t i = 0; i < rows.size(); ++i)
    found.insert(rows.get_uuid(i, 0));
  for (const auto& id : stored)
    BOOST_REQUIRE(found.contains(id));
}

BOOST_FIXTURE_TEST_CASE(a_destroyed_writer_answers_what_waits, inbox_world) {
  server().pause();
  auto first = begin({item(1)});
  auto second = begin({item(1)});
  uut.reset();
  BOOST_TEST((second.get().at(0).error().code == ec::store_unavailable));
  server().resume();
  (void)first.get();
}

BOOST_FIXTURE_TEST_CASE(the_last_owner_of_the_worker_may_go_while_it_works, inbox_world) {
  std::vector<std::future<answer>> waiting;
  waiting.reserve(50);
  for (int i = 0; i < 50; ++i)
    waiting.push_back(begin({item(1)}));
  db.reset();
  uut.reset();
  for (auto& one : waiting)
    BOOST_TEST(one.get().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_stopped_worker_is_an_unavailable_store, inbox_world) {
  db->stop();
  BOOST_TEST((store({item(1)}).at(0).error().code == ec::store_unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
