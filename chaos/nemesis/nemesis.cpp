#include "chaos/nemesis/nemesis.hpp"

#include <vector>

namespace recado::chaos {

namespace {

std::vector<std::size_t> running(world& on) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < on.size(); ++i)
    if (on.node(i).wanted) out.push_back(i);
  return out;
}

} // namespace

std::size_t chosen_node(world& on, const planned_fault& what) {
  auto all = running(on);
  return all.at(what.target % all.size());
}

std::size_t another_node(world& on, std::size_t index) {
  for (auto other : running(on))
    if (other != index) return other;
  return index;
}

void strike(world& on, const planned_fault& what, chronicle& book) {
  if (what.what <= fault::pause || what.what == fault::clock_ahead ||
      what.what == fault::clock_behind)
    strike_node(on, what, book);
  else if (what.what <= fault::lost_commit)
    strike_links(on, what, book);
  else if (what.what <= fault::nats_leader)
    strike_nats(on, what, book);
  else if (what.what <= fault::full_disk)
    strike_postgres(on, what, book);
  else
    strike_membership(on, what, book);
}

} // namespace recado::chaos
