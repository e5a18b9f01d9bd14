/// What operators do to a running system, and what they find in it.
#include "chaos/nemesis/nemesis.hpp"
#include "cluster/reader/stream_names.hpp"
#include "node/database/migrate.hpp"

#include <fmt/format.h>

namespace recado::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto orderly_end = 20s; ///< stop_ms_max of the nodes is 10 s
constexpr auto back_again = 40s;

void end_orderly(chaos_node& node, chronicle& book) {
  node.wanted = false;
  node.ask_to_end();
  if (!node.wait_for_end(orderly_end)) {
    book.complain(fmt::format("{} did not end within {} s", node.id(), orderly_end / 1s));
    node.kill();
  } else if (node.how_it_ended() != "exit code 0") {
    book.complain(fmt::format("{} was asked to end: {}", node.id(), node.how_it_ended()));
  }
}

void restart_one(chaos_node& node, const planned_fault& what, chronicle& book) {
  end_orderly(node, book);
  rest(what.lasts);
  node.start();
}

void restart(world& on, const planned_fault& what, chronicle& book) {
  auto& node = on.node(chosen_node(on, what));
  book.begin(what.what, node.id());
  restart_one(node, what, book);
  book.end();
}

/// As an operator would: the next one when this one has its share again.
void rolling(world& on, const planned_fault& what, chronicle& book) {
  book.begin(what.what, "nodes");
  for (std::size_t i = 0; i < on.size(); ++i) {
    auto& node = on.node(i);
    if (!node.wanted) continue;
    if (what.what == fault::upgrade) node.use_program(on.options().recado);
    restart_one(node, what, book);
    if (!wait_until([&] { return on.settled(); }, back_again))
      book.complain(fmt::format("after the restart of {}: {}", node.id(), on.what_is_missing()));
  }
  book.end();
}

void upgrade(world& on, const planned_fault& what, chronicle& book) {
  auto migrated = database::migrate(on.dsn());
  if (!migrated) return book.complain("the migration: " + migrated.error());
  rolling(on, what, book);
}

void drain(world& on, const planned_fault& what, chronicle& book) {
  auto index = chosen_node(on, what);
  auto& node = on.node(index);
  auto admin = on.admin(another_node(on, index));
  auto path = fmt::format("/v1/cluster/nodes/{}/", node.id());
  book.begin(what.what, node.id());
  auto asked = admin.ask({.method = "POST", .target = path + "drain"});
  if (!asked || asked->status != 202)
    book.complain(fmt::format("drain was answered {}", asked ? asked->status : 0));
  if (!wait_until([&] { return node.partitions_owned() == 0; }, back_again))
    book.complain(fmt::format("{} owns partitions though it is drained", node.id()));
  rest(what.lasts);
  auto back = admin.ask({.method = "POST", .target = path + "undrain"});
  if (!back || back->status != 200)
    book.complain(fmt::format("undrain was answered {}", back ? back->status : 0));
  book.end();
}

/// To another number of nodes than now; 1 → 3 → 2 and so on.
void scale(world& on, const planned_fault& what, chronicle& book) {
  std::size_t now = 0;
  for (std::size_t i = 0; i < on.size(); ++i)
    now += on.node(i).wanted ? 1 : 0;
  auto wanted = (now + 1 + what.dice % (on.size() - 1)) % on.size();
  if (wanted == 0) wanted = on.size();
  if (wanted == now) wanted = now == 1 ? on.size() : 1;
  book.begin(what.what, "nodes", fmt::format("from {} to {}", now, wanted));
  for (std::size_t i = 0; i < on.size(); ++i) {
    auto& node = on.node(i);
    if (i < wanted) node.start();
    if (i >= wanted && node.wanted) end_orderly(node, book);
  }
  rest(what.lasts);
  book.end();
}

store::connection database(world& on) {
  return store::connection{database::setup_connection(on.dsn())};
}

/// The first value that this query finds; 0 if it finds none.
std::int64_t number_in(store::connection& db, const std::string& sql) {
  store::statement ask{"", sql, {}, store::expect::rows};
  auto got = db.run_one(ask);
  return got && !got->empty() ? got->get_int(0, 0) : 0;
}

/// A row of the inbox and a message of the stream that no node can read. The conversations of their
/// partition must go on.
void poison(world& on, const planned_fault& what, chronicle& book) {
  auto part = static_cast<partition_id>(what.dice % 64);
  book.begin(what.what, fmt::format("partition {}", part));
  auto db = database(on);
  auto parked = [&] { return number_in(db, "select count(*) from dead_letter"); };
  auto before = parked();
  auto put = db.script(
    fmt::format("insert into inbox (part, command_id, client_id, message_id, lane, received_at, "
                "envelope) values "
                "({}, gen_random_uuid(), '{}', gen_random_uuid(), 1, now(), 'not a command')",
                part, on.secrets().client_id));
  if (!put) book.complain("the inbox took no poison: " + store::describe(put.error()));
  auto generation = number_in(db, "select generation::int8 from stream");
  auto subject = cluster::command_subject(
    "recado", static_cast<cluster::stream_generation>(generation), lane::standard, part);
  if (!publish_raw(on.brokers().front()->port(), subject, "not a command"))
    book.complain("NATS took no poison");
  rest(what.lasts);
  if (!wait_until([&] { return parked() > before; }, back_again))
    book.complain("what nobody can read was not set aside");
  book.end();
}

} // namespace

void strike_membership(world& on, const planned_fault& what, chronicle& book) {
  switch (what.what) {
  case fault::scale:
    return scale(on, what, book);
  case fault::restart:
    return restart(on, what, book);
  case fault::drain:
    return drain(on, what, book);
  case fault::poison:
    return poison(on, what, book);
  case fault::upgrade:
    return upgrade(on, what, book);
  default:
    return rolling(on, what, book);
  }
}

} // namespace recado::chaos
