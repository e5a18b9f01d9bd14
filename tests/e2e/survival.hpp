#pragma once
/// What the survival suites do alike: send under faults, then check every promise.
#include "tests/e2e/ledger.hpp"
#include "tests/e2e/load.hpp"
#include "tests/e2e/world.hpp"

#include <functional>
#include <map>
#include <vector>

namespace recado::e2e {

/// Something done to the world once so many messages were answered.
struct fault {
  std::size_t after_answers;
  std::function<void()> strike;
};

struct siege_report {
  std::size_t done = 0;                 ///< messages answered with a seq
  std::map<int, std::size_t> answers{}; ///< by status; 0 = no answer
  std::size_t faults = 0;               ///< that struck
};

/// Sends the whole ledger, `connections` at a time, each message until it has its seq, and strikes
/// on the way.
siege_report besiege(world& one, ledger& book, unsigned connections, std::vector<fault> faults);

/// Checks the promises, then sends `again` of the messages once more with their first bodies: each
/// must be answered as before, as a replay, and add nothing.
void check_promises(world& one, ledger& book, std::size_t again);

} // namespace recado::e2e
