#include "chaos/check/database.hpp"

#include "chaos/check/database_queries.hpp"
#include "runtime/store/connection.hpp"

#include <stdexcept>

namespace recado::chaos {
namespace {

using store::params;
using store::rows;

class reader {
public:
  reader(const std::string& dsn, const client_id& client)
    : link_({.url = dsn,
             .application_name = "recado-chaos",
             .run_timeout = std::chrono::minutes{2},
             .statement_timeout = std::chrono::minutes{2},
             .on_open_sql = {}}),
      client_(client) {}

  rows ask(std::string_view name, std::string_view sql, const conversation_id* where = nullptr) {
    params values;
    values.add_uuid(client_);
    if (where) values.add_uuid(*where);
    auto got = link_.run_one({name, sql, std::move(values)}, store::tx::read);
    if (!got) throw std::runtime_error("the database: " + store::describe(got.error()));
    return std::move(*got);
  }

private:
  store::connection link_;
  client_id client_;
};

stored_message message_of(const rows& in, std::size_t row, const conversation_id& where) {
  stored_message out;
  out.message = message_id{in.get_uuid(row, 0)};
  out.conversation = where;
  out.seq = in.maybe_int(row, 1);
  out.command = in.get_uuid(row, 2);
  out.text_hash = hash_of(in.get_text(row, 3));
  out.failure = in.get_text(row, 4);
  out.node = in.get_text(row, 5);
  out.part = static_cast<int>(in.get_int(row, 6));
  out.epoch = in.get_int(row, 7);
  out.created_at = in.get_int(row, 8);
  return out;
}

} // namespace

database read_database(const std::string& dsn, const client_id& client,
                       const std::vector<conversation_id>& conversations) {
  reader from{dsn, client};
  database out;
  for (const auto& where : conversations) {
    auto all = from.ask("chaos_messages", sql::messages, &where);
    for (std::size_t row = 0; row < all.size(); ++row)
      out.messages.push_back(message_of(all, row, where));
    auto last = from.ask("chaos_last_seq", sql::last_seq, &where);
    if (!last.empty()) out.last_seq[where] = last.get_int(0, 0);
    auto people = from.ask("chaos_members", sql::members, &where);
    for (std::size_t row = 0; row < people.size(); ++row)
      out.positions.push_back({where, std::string{people.get_text(row, 0)}, people.get_int(row, 1),
                               people.get_int(row, 2)});
  }
  auto waiting = from.ask("chaos_inbox", sql::inbox);
  for (std::size_t row = 0; row < waiting.size(); ++row)
    out.inbox.emplace_back(waiting.get_uuid(row, 0));
  auto parked = from.ask("chaos_dead_letters", sql::dead_letters);
  for (std::size_t row = 0; row < parked.size(); ++row)
    out.dead_letters.emplace(message_id{parked.get_uuid(row, 0)}, parked.get_text(row, 1));
  return out;
}

} // namespace recado::chaos
