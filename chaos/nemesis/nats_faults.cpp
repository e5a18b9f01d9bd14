/// Faults of NATS.
#include "chaos/nemesis/nemesis.hpp"

#include <fmt/format.h>

namespace recado::chaos {

namespace {

/// The one that leads the stream of commands, or the only one.
broker& chosen_broker(world& on, const planned_fault& what) {
  auto& all = on.brokers();
  if (what.what != fault::nats_leader) return *all.at(what.dice % all.size());
  auto leader = all.front()->leader_of_commands();
  for (auto& one : all)
    if (one->name() == leader) return *one;
  return *all.front();
}

void pause(broker& one, const planned_fault& what, chronicle& book) {
  book.begin(what.what, one.name(), fmt::format("{} ms", what.lasts.count()));
  one.pause();
  rest(what.lasts);
  one.resume();
  book.end();
}

} // namespace

void strike_nats(world& on, const planned_fault& what, chronicle& book) {
  auto& one = chosen_broker(on, what);
  if (what.what == fault::nats_pause) return pause(one, what, book);
  book.begin(what.what, one.name());
  one.kill();
  std::string detail;
  if (what.what == fault::nats_delete) one.delete_store();
  if (what.what == fault::nats_truncate)
    detail = one.truncate_store() ? "half of its biggest file" : "it had no file";
  rest(what.lasts);
  one.start();
  book.end(detail);
}

} // namespace recado::chaos
