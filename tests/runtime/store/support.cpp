#include "tests/runtime/store/support.hpp"

namespace recado::test {

postgres_server& server() {
  static postgres_server one{{{}, true}};
  return one;
}

item_world::item_world() : db(server().config(database)) {
  server().exec("create table item (id int8 primary key, note text not null)", database);
}

std::int64_t item_world::count() const {
  return server().query("select count(*) from item", database).get_int(0, 0);
}

store::statement insert_item(std::int64_t id, std::string_view note) {
  store::params values;
  values.add_int8(id).add_text(note);
  return {"insert_item", "insert into item values ($1, $2)", std::move(values),
          store::expect::none};
}

store::statement say(std::string_view sql) {
  return {"", sql, {}};
}

store::store_error error_of(const store::outcome& result) {
  return result ? store::store_error{} : result.error();
}

} // namespace recado::test
