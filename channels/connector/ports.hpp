#pragma once
/// What a connector needs from the rest of the node; the composition root gives it.
#include <functional>

#include "channels/channel.hpp"
#include "runtime/policy/circuit_breaker.hpp"

namespace recado::channels {

/// Carries a request out and brings its answer back, exactly once, on any thread.
using transport = std::function<void(transport_request, std::function<void(transport_answer)>)>;

/// Finds a stored account; `done` is called exactly once, on any thread. not_found: it was deleted.
using account_source =
  std::function<void(account_key, std::function<void(result<account_record>)> done)>;

/// Counters; called from connectors' actors, must not block. Any may be empty.
struct connector_meter {
  std::function<void(const account_key&, outcome_class, std::chrono::nanoseconds took)> attempt;
  std::function<void(const account_key&, policy::circuit_breaker::state)> breaker;
};

struct connector_ports {
  delivery_ledger ledger;
  account_source accounts;
  transport carry;
  std::function<wall_time()> now; ///< the database's clock
  connector_meter meter;
};

} // namespace recado::channels
