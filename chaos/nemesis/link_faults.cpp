/// Faults of the links between one node and its servers.
#include "chaos/nemesis/nemesis.hpp"

#include <fmt/format.h>

namespace recado::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto flap_up_or_down = 300ms;
constexpr auto slow = 50ms;
constexpr unsigned commits_lost = 2;

struct storm {
  links::weather weather = links::cut;
  bool nats = true;
  bool postgres = true;
};

storm storm_of(fault what) {
  constexpr links::weather deaf{.to_server = true, .to_client = false};
  constexpr links::weather dumb{.to_server = false, .to_client = true};
  switch (what) {
  case fault::cut_nats:
    return {.postgres = false};
  case fault::cut_postgres:
    return {.nats = false};
  case fault::deaf_to_nats:
    return {.weather = deaf, .postgres = false};
  case fault::dumb_to_nats:
    return {.weather = dumb, .postgres = false};
  case fault::deaf_to_postgres:
    return {.weather = deaf, .nats = false};
  case fault::slow_links:
    return {.weather = {.delay = slow}};
  default:
    return {};
  }
}

void set(world& on, std::size_t node, const storm& what, const links::weather& now) {
  if (what.nats) on.set_links(node, reach::nats, now);
  if (what.postgres) on.set_links(node, reach::postgres, now);
}

void cut(world& on, const planned_fault& what, chronicle& book) {
  auto node = chosen_node(on, what);
  auto how = storm_of(what.what);
  book.begin(what.what, on.node(node).id(), fmt::format("{} ms", what.lasts.count()));
  set(on, node, how, how.weather);
  rest(what.lasts);
  set(on, node, how, links::fair);
  book.end();
}

void flap(world& on, const planned_fault& what, chronicle& book) {
  auto node = chosen_node(on, what);
  book.begin(what.what, on.node(node).id(), fmt::format("{} ms", what.lasts.count()));
  for (auto left = what.lasts; left > 0ms; left -= 2 * flap_up_or_down) {
    set(on, node, {}, links::cut);
    rest(flap_up_or_down);
    set(on, node, {}, links::fair);
    rest(flap_up_or_down);
  }
  book.end();
}

void reset(world& on, const planned_fault& what, chronicle& book) {
  auto node = chosen_node(on, what);
  book.begin(what.what, on.node(node).id());
  on.reset_links(node, reach::nats);
  rest(what.lasts);
  on.reset_links(node, reach::postgres);
  book.end();
}

void lose_commits(world& on, const planned_fault& what, chronicle& book) {
  auto trapped = [&] {
    unsigned sum = 0;
    for (std::size_t i = 0; i < on.size(); ++i)
      sum += on.trapped(i, reach::postgres);
    return sum;
  };
  book.begin(what.what, "nodes");
  auto before = trapped();
  for (std::size_t i = 0; i < on.size(); ++i)
    on.trap_links(i, reach::postgres, "recado_commit", commits_lost);
  rest(what.lasts);
  for (std::size_t i = 0; i < on.size(); ++i)
    on.disarm_links(i, reach::postgres);
  book.end(fmt::format("{} connections lost the answer to their COMMIT", trapped() - before));
}

} // namespace

void strike_links(world& on, const planned_fault& what, chronicle& book) {
  if (what.what == fault::flap) return flap(on, what, book);
  if (what.what == fault::reset) return reset(on, what, book);
  if (what.what == fault::lost_commit) return lose_commits(on, what, book);
  cut(on, what, book);
}

} // namespace recado::chaos
