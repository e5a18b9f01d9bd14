#pragma once
/// The service over the table account. Thread-safe; the pool must outlive it.
#include "actors/accounts/seal.hpp"
#include "actors/service/services.hpp"
#include "runtime/store/pool.hpp"

namespace recado {

struct accounts_config {
  store::milliseconds query_ms_max{5'000}; ///< of one question, waiting for a connection included
  std::size_t list_max = 1'000;            ///< of one page
  /// How far a look at the changes goes back behind the one before: longer than a transaction.
  std::chrono::seconds overlap{10};
};

std::shared_ptr<account_service> make_accounts(store::pool& db, sealer seal,
                                               accounts_config config = {});

} // namespace recado
