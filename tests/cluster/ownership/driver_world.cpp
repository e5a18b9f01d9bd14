#include "tests/cluster/ownership/driver_world.hpp"

#include "cluster/ownership/partition_table.hpp"
#include "embedded/ownership_test_schema.hpp"
#include "runtime/store/migrations.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::cluster::test {

recado::test::postgres_server& server() {
  static recado::test::postgres_server one;
  return one;
}

ownership_database::ownership_database() : name(server().clean_database()) {
  BOOST_REQUIRE(store::migrate(server().config(name), embedded::ownership_test_schema()));
  auto db = another();
  BOOST_REQUIRE(pin_partitions(db).value() == 64);
}

store::connection ownership_database::another(const std::string& session) const {
  auto config = server().config(name);
  config.application_name = session;
  return store::connection{config};
}

void ownership_database::give_all_to(const node_key& who) const {
  auto id = "'" + who.node + "', " + std::to_string(who.incarnation);
  exec("insert into node (node_id, incarnation) values (" + id + ")");
  exec("update partition set epoch = epoch + 1, (owner_node, owner_incarnation) = (" + id + ")");
}

running_node::running_node(const ownership_database& db, node_key who, bool hands_over)
  : driver(
      server().config(db.name),
      [&] {
        ownership_options out;
        out.machine.self = std::move(who);
        return out;
      }(),
      callbacks(hands_over)) {}

ownership_callbacks running_node::callbacks(bool hands_over) {
  auto note = [this](auto change) {
    std::lock_guard lock{mutex};
    change();
    changed.notify_all();
  };
  ownership_callbacks out;
  out.on_own = [=, this](const owned_partition& what) { note([&] { holding[what.id] = what; }); };
  out.on_drop = [=, this](partition_id id) {
    note([&] {
      holding.erase(id);
      dropped.insert(id);
    });
  };
  out.on_hand_over = [=, this](partition_id id) {
    if (!hands_over) return;
    note([&] { holding.erase(id); });
    stream_cursor reached{3, 100 + id, command_id{uuid::v5({}, "c")}};
    driver.release(id, {reached, {}, reached});
  };
  out.on_serving = [=, this](bool yes) { note([&] { serving.push_back(yes); }); };
  out.on_clock = [=, this](wall_time at, steady_time, steady_time) { note([&] { clock = at; }); };
  out.on_superseded = [=, this] { note([&] { superseded = true; }); };
  return out;
}

bool running_node::until(const std::function<bool()>& holds) {
  std::unique_lock lock{mutex};
  return changed.wait_for(lock, 30s, holds);
}

} // namespace recado::cluster::test
