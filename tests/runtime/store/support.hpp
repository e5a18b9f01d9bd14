#pragma once
/// What the suites of store_pg_test share: one server, and short ways to say things.
#include "runtime/store/connection.hpp"
#include "tests/worlds/postgres_server.hpp"

namespace recado::test {

/// Started with the first use; the suites restart, pause and kill it, and leave it running.
postgres_server& server();

/// A connection to the clean database with the table `item(id int8 primary key, note text)`.
struct item_world {
  std::string database = server().clean_database();
  store::connection db;

  item_world();
  store::connection another() const { return store::connection{server().config(database)}; }
  std::int64_t count() const; ///< seen by a session of its own
};

store::statement insert_item(std::int64_t id, std::string_view note = "note");
store::statement say(std::string_view sql);                ///< not prepared, no parameters
store::store_error error_of(const store::outcome& result); ///< kind none for success

} // namespace recado::test
