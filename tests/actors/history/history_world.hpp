#pragma once
/// Rows as an owner's commits leave them, made by hand, and the history over them.
#include "actors/history/history.hpp"
#include "schemas/wire.hpp"
#include "tests/actors/domain_database.hpp"

#include <fmt/format.h>

namespace recado::test {

/// Seconds after ten o'clock.
inline wall_time ten(double seconds = 0) {
  return *parse_rfc3339("2026-11-22T10:00:00Z") +
         std::chrono::microseconds{static_cast<std::int64_t>(seconds * 1e6)};
}
inline std::string sql(wall_time at) {
  return fmt::format("'{}'::timestamptz", to_rfc3339(at));
}
inline std::string sql(std::optional<std::int64_t> n) {
  return n ? std::to_string(*n) : "null";
}

struct member_row {
  std::int64_t joined_seq = 0;
  std::optional<std::int64_t> left_seq = std::nullopt;
  std::int64_t delivered_seq = 0;
  std::int64_t read_seq = 0;
  std::int64_t rev = 1;
};

/// A filter in words.
struct where : history_service::message_filter {
  where& in(const conversation_id& id) { return conversation = id, *this; }
  where& of(const user_id& id) { return user = id, *this; }
  where& is(status value) { return state = value, *this; }
  where& over(std::string name) { return channel = std::move(name), *this; }
  where& since(wall_time at) { return from = at, *this; }
  where& until(wall_time at) { return to = at, *this; }
};

struct history_world {
  domain_database& db = domain_database::shared();
  std::shared_ptr<history_service> history = make_history(db.pool());
  client_id client = client_id::make();
  user_id everybody{}, ana{"ana"}, bruno{"bruno"}, carla{"carla"}, dora{"dora"};

  conversation_id make_conversation(conversation_type type = conversation_type::group,
                                    std::int64_t last_seq = 0, wall_time created = ten()) {
    auto id = conversation_id::make();
    db.exec(fmt::format("insert into conversation values ('{}', '{}', 1, {}, 'Bar', "
                        "'{{\"k\":1}}', {}, 7, {}, {}, '\\x00')",
                        client.str(), id.str(), static_cast<int>(type), last_seq, sql(created),
                        sql(created)));
    return id;
  }
  void add_member(const conversation_id& in, const user_id& user, const member_row& row = {},
                  wall_time joined = ten(), member_role role = member_role::member) {
    db.exec(fmt::format("insert into member values ('{}', '{}', '{}', {}, {}, {}, {}, {}, {}, {})",
                        client.str(), in.str(), user.value, static_cast<int>(role), sql(joined),
                        row.joined_seq, sql(row.left_seq), row.delivered_seq, row.read_seq,
                        row.rev));
  }
  /// `seq` nullopt: refused after a 202 with this code.
  message_id add_message(const conversation_id& in, std::optional<std::int64_t> seq,
                         const user_id& from, wall_time at,
                         std::optional<std::string> failure = std::nullopt) {
    auto id = message_id::make();
    db.exec(fmt::format(
      "insert into message values ('{}', '{}', {}, '{}', gen_random_uuid(), '{}', "
      "'{{\"type\":\"text\"}}', '{{}}', 1, {}, null, '\\x00', {}, 1, 1, 'n1', 0, 't', now(), "
      "now(), 0, 0)",
      client.str(), in.str(), sql(seq), id.str(), from.value, sql(at),
      failure ? "'" + *failure + "'" : "null"));
    return id;
  }
  void add_receipt(const conversation_id& in, const user_id& user, receipt_kind kind,
                   std::int64_t from_seq, std::int64_t up_to_seq, wall_time at) {
    db.exec(fmt::format("insert into receipt values ('{}', '{}', '{}', {}, {}, {}, {})",
                        client.str(), in.str(), user.value, static_cast<int>(kind), from_seq,
                        up_to_seq, sql(at)));
  }
  command a_send(const conversation_id& in, const user_id& from, wall_time at = ten()) {
    command out;
    out.id = command_id::make();
    out.client = client;
    out.conversation = in;
    out.received_at = at;
    send_message said;
    said.message = message_id::make();
    said.from = from;
    said.payload = R"({"type":"text","text":"waiting"})";
    said.metadata = "{}";
    out.body = said;
    return out;
  }
  static const send_message& said(const command& what) { return std::get<send_message>(what.body); }
  void add_to_inbox(const command& what) {
    db.run(
      {"",
       "insert into inbox (part, command_id, client_id, message_id, lane, received_at, envelope) "
       "values (1, $1, $2, $3, 1, $4, $5)",
       store::params{}
         .add_uuid(what.id)
         .add_uuid(what.client)
         .add_uuid(said(what).message)
         .add_time(what.received_at)
         .add_bytes(encode(what))});
  }
  void add_to_dead_letters(const command& what, std::string_view code, std::string_view envelope,
                           wall_time at) {
    db.run(
      {"",
       "insert into dead_letter values (gen_random_uuid(), 1, $1, $2, $3, $4, $5, '', 3, $6, $7)",
       store::params{}
         .add_uuid(what.client)
         .add_uuid(what.conversation)
         .add_uuid(said(what).message)
         .add_uuid(what.id)
         .add_text(code)
         .add_bytes(envelope)
         .add_time(at)});
  }

  result<message_record> message(const message_id& id, const user_id& viewer = {}) {
    return answer_of<message_record>(
      [&](auto done) { history->message(client, id, viewer, done); });
  }
  status status_of(const message_id& id) {
    auto got = message(id);
    BOOST_REQUIRE(got);
    return got->state;
  }
  result<page<message_record>> range(const conversation_id& id, history_service::range which,
                                     const user_id& viewer = {}) {
    return answer_of<page<message_record>>(
      [&](auto done) { history->messages(client, id, viewer, which, done); });
  }
  page<message_record> search(history_service::message_filter filter, const user_id& viewer = {},
                              std::string after = {}, std::size_t limit = 50) {
    return value_of<page<message_record>>(
      [&](auto done) { history->search(client, viewer, filter, after, limit, done); });
  }
};

inline std::string seqs(const page<message_record>& got) {
  std::string out;
  for (const auto& item : got.items)
    out += std::to_string(item.view.seq) + " ";
  return out;
}

} // namespace recado::test

namespace recado {
inline std::ostream& boost_test_print_type(std::ostream& out, status value) {
  return out << to_string(value);
}
} // namespace recado
