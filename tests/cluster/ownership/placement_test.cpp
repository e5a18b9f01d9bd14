#include "cluster/ownership/placement.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace recado;
using namespace recado::cluster;

namespace {

using owners = std::map<partition_id, std::string>;

owners nobody(partition_id count) {
  owners out;
  for (partition_id i = 0; i < count; ++i)
    out[i] = "";
  return out;
}

std::map<std::string, std::size_t> loads(const owners& of) {
  std::map<std::string, std::size_t> out;
  for (const auto& [_, node] : of)
    ++out[node];
  return out;
}

std::size_t moves(const owners& before, const owners& after) {
  std::size_t n = 0;
  for (const auto& [part, node] : before)
    n += after.at(part) == node ? 0 : 1;
  return n;
}

void check_balance(const std::set<std::string>& nodes, const owners& placed) {
  auto load = loads(placed);
  BOOST_TEST(load.size() == std::min(nodes.size(), placed.size()));
  for (const auto& [node, count] : load) {
    BOOST_TEST(nodes.contains(node));
    BOOST_TEST(count >= placed.size() / nodes.size());
    BOOST_TEST(count <= placed.size() / nodes.size() + 1);
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(without_nodes_nothing_is_placed) {
  BOOST_TEST(place({}, nobody(64)).empty());
}

BOOST_AUTO_TEST_CASE(one_node_gets_everything) {
  auto placed = place({"n1"}, nobody(64));
  BOOST_TEST(placed.size() == 64u);
  check_balance({"n1"}, placed);
}

BOOST_AUTO_TEST_CASE(what_is_balanced_stays_where_it_is) {
  auto placed = place({"n1", "n2", "n3"}, nobody(64));
  check_balance({"n1", "n2", "n3"}, placed);
  BOOST_TEST(moves(placed, place({"n1", "n2", "n3"}, placed)) == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_comes_gets_its_share_and_no_other_partition_moves) {
  for (std::size_t n = 1; n < 12; ++n) {
    std::set<std::string> nodes;
    for (std::size_t i = 0; i < n; ++i)
      nodes.insert("n" + std::to_string(i));
    auto before = place(nodes, nobody(64));
    nodes.insert("new");
    auto after = place(nodes, before);
    check_balance(nodes, after);
    BOOST_TEST(moves(before, after) <= 64 / nodes.size() + 1);
    for (const auto& [part, node] : after)
      BOOST_TEST((node == before.at(part) || node == "new"));
  }
}

BOOST_AUTO_TEST_CASE(of_a_node_that_goes_only_its_own_partitions_move) {
  auto before = place({"n1", "n2", "n3", "n4"}, nobody(64));
  auto after = place({"n1", "n2", "n4"}, before);
  check_balance({"n1", "n2", "n4"}, after);
  for (const auto& [part, node] : before)
    if (node != "n3") BOOST_TEST(after.at(part) == node);
}

BOOST_AUTO_TEST_CASE(from_any_state_the_fewest_possible_move) {
  std::mt19937 dice{20261122};
  for (int round = 0; round < 500; ++round) {
    std::set<std::string> nodes;
    for (int i = 0; i < 1 + static_cast<int>(dice() % 7); ++i)
      nodes.insert("n" + std::to_string(i));
    owners before;
    const auto count = static_cast<partition_id>(1 + dice() % 200);
    for (partition_id part = 0; part < count; ++part)
      before[part] = "n" + std::to_string(dice() % 9); // some of them are not there
    auto after = place(nodes, before);
    check_balance(nodes, after);
    // What is above its node's quota must move, and what has no living owner.
    std::vector<std::size_t> held;
    std::size_t orphans = before.size();
    auto load = loads(before);
    for (const auto& node : nodes) {
      held.push_back(load[node]);
      orphans -= load[node];
    }
    std::sort(held.rbegin(), held.rend());
    std::size_t least = orphans;
    for (std::size_t i = 0; i < held.size(); ++i) {
      auto quota = before.size() / nodes.size() + (i < before.size() % nodes.size() ? 1 : 0);
      least += held[i] > quota ? held[i] - quota : 0;
    }
    BOOST_TEST(moves(before, after) == least);
  }
}
