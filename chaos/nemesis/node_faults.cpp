/// Faults of single nodes: death, pauses, a clock that is wrong.
#include "chaos/nemesis/nemesis.hpp"
#include "node/database/migrate.hpp"

#include <fmt/format.h>

namespace recado::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto others_take_over = 20s;

/// The partitions of a node, so that the figures can tell who was none of its business.
std::vector<unsigned> owned_by(world& on, const std::string& node) {
  store::connection db{database::setup_connection(on.dsn())};
  auto rows = db.run_one({{},
                          "select id from partition where owner_node = $1",
                          store::params{}.add_text(node),
                          store::expect::rows});
  std::vector<unsigned> out;
  for (std::size_t i = 0; rows && i < rows->size(); ++i)
    out.push_back(static_cast<unsigned>(rows->get_int(i, 0)));
  return out;
}

void kill(world& on, const planned_fault& what, chronicle& book) {
  auto& node = on.node(chosen_node(on, what));
  book.begin(what.what, node.id(), {}, owned_by(on, node.id()));
  node.kill();
  rest(what.lasts);
  node.start();
  if (what.what == fault::kill_twice) {
    rest(milliseconds{what.dice % 1'000});
    node.kill();
    rest(what.lasts);
    node.start();
  }
  book.end();
}

void kill_all(world& on, const planned_fault& what, chronicle& book) {
  book.begin(what.what, "nodes");
  for (std::size_t i = 0; i < on.size(); ++i)
    on.node(i).kill();
  rest(what.lasts);
  on.mend();
  book.end();
}

void kill_joining(world& on, const planned_fault& what, chronicle& book) {
  auto& node = on.node(chosen_node(on, what));
  book.begin(what.what, node.id());
  node.kill();
  rest(what.lasts);
  node.start();
  if (!wait_until([&] { return node.partitions_owned() > 0; }, others_take_over))
    book.complain(fmt::format("{} came back and was given nothing", node.id()));
  node.kill();
  rest(what.lasts);
  node.start();
  book.end();
}

void kill_draining(world& on, const planned_fault& what, chronicle& book) {
  auto& node = on.node(chosen_node(on, what));
  auto head_start = milliseconds{what.dice % 600};
  book.begin(what.what, node.id(), fmt::format("{} ms after SIGTERM", head_start.count()));
  node.ask_to_end();
  rest(head_start);
  node.kill();
  rest(what.lasts);
  node.start();
  book.end();
}

void kill_receiver(world& on, const planned_fault& what, chronicle& book) {
  auto giver = chosen_node(on, what);
  auto taker = another_node(on, giver);
  auto head_start = milliseconds{what.dice % 400};
  book.begin(
    what.what, on.node(taker).id(),
    fmt::format("{} ms after {} began to hand over", head_start.count(), on.node(giver).id()));
  auto admin = on.admin(giver);
  auto path = fmt::format("/v1/cluster/nodes/{}/", on.node(giver).id());
  (void)admin.ask({.method = "POST", .target = path + "drain"});
  rest(head_start);
  on.node(taker).kill();
  rest(what.lasts);
  on.node(taker).start();
  // The kept connection may have ended meanwhile; a node may be busy with its new partitions.
  auto taken_back = [&] {
    auto got = admin.ask({.method = "POST", .target = path + "undrain"});
    return got && got->status == 200;
  };
  if (!wait_until(taken_back, others_take_over))
    book.complain(fmt::format("{} cannot be taken back", on.node(giver).id()));
  book.end();
}

void pause(world& on, const planned_fault& what, chronicle& book) {
  auto& node = on.node(chosen_node(on, what));
  book.begin(what.what, node.id(), fmt::format("{} ms", what.lasts.count()));
  node.pause();
  rest(what.lasts);
  node.resume();
  book.end();
}

void jump_clock(world& on, const planned_fault& what, chronicle& book) {
  auto& node = on.node(chosen_node(on, what));
  auto by = what.what == fault::clock_ahead ? 3'600s : -3'600s;
  book.begin(what.what, node.id());
  node.jump_clock(by);
  rest(what.lasts);
  node.jump_clock(0s);
  book.end();
}

} // namespace

void strike_node(world& on, const planned_fault& what, chronicle& book) {
  switch (what.what) {
  case fault::kill_all:
    return kill_all(on, what, book);
  case fault::kill_joining:
    return kill_joining(on, what, book);
  case fault::kill_draining:
    return kill_draining(on, what, book);
  case fault::kill_receiver:
    return kill_receiver(on, what, book);
  case fault::pause:
    return pause(on, what, book);
  case fault::clock_ahead:
  case fault::clock_behind:
    return jump_clock(on, what, book);
  default:
    return kill(on, what, book);
  }
}

} // namespace recado::chaos
