#pragma once
/// The services over the shared tables. Each is thread-safe; the pool must outlive it.
#include "actors/service/services.hpp"
#include "runtime/store/pool.hpp"

#include <memory>

namespace recado {

struct directory_config {
  store::milliseconds query_ms_max{5'000}; ///< of one question, waiting for a connection included
  store::milliseconds quota_ms_max{2'000}; ///< likewise, for a portion of a client's day
  std::int64_t quota_share_max = 1'000;    ///< messages that a node takes without need
  std::chrono::seconds purge_s_every{10 * 60}; ///< expired answers are removed at most this often
  std::size_t list_max = 1'000;                ///< of one page, or of identities or clients

  /// A sentence about the first bad field; empty: none.
  std::string validate() const;
};

std::shared_ptr<client_service> make_clients(store::pool& db, directory_config config = {});
std::shared_ptr<directory_service> make_directory(store::pool& db, directory_config config = {});
std::shared_ptr<idempotency_service> make_idempotency(store::pool& db,
                                                      directory_config config = {});
std::shared_ptr<quota_service> make_quotas(store::pool& db, directory_config config = {});

} // namespace recado
