#pragma once
/// A steady load of clients as the documentation wants them, while something is done to the
/// cluster: they repeat what was not answered with the same message_id, at another node if need be.
#include "tests/e2e/ledger.hpp"
#include "tests/e2e/load.hpp"
#include "tests/e2e/world.hpp"

#include <map>

namespace recado::e2e {

struct cluster_node {
  std::string id, url;
  pid_t pid = 0;
};
/// As the info file has them now.
std::vector<cluster_node> nodes_of(const world& one);

struct steady_report {
  std::map<int, std::size_t> answers; ///< by status; 0 and never_sent as in load.hpp
  std::size_t done = 0;               ///< calls that ended with 201 or 202
  std::size_t failed = 0;             ///< calls that did not, for all their repetitions
  milliseconds worst{0};              ///< from the first request of a call to its 2xx
  std::string worst_is;               ///< the same, with its message

  std::size_t other_than(std::initializer_list<int> statuses) const;
};

/// Runs the load on this thread until `strikes`, on another one, has returned. Tells the figures.
steady_report steady_load(const world& one, ledger& book, unsigned connections,
                          const std::function<void()>& strikes);

} // namespace recado::e2e
