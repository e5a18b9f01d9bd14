#pragma once
/// Which node should own which partition. Pure and the same on every node: what can stay stays, the
/// fewest move that make the numbers equal (to within one), and rendezvous hashing decides among
/// equals.
#include "schemas/partition.hpp"

#include <map>
#include <set>
#include <string>

namespace recado::cluster {

/// `owners`: every partition with the node that has it now; a node that is not among `nodes` (or
/// the empty name) counts as none. Empty when there are no nodes.
std::map<partition_id, std::string> place(const std::set<std::string>& nodes,
                                          const std::map<partition_id, std::string>& owners);

} // namespace recado::cluster
