#pragma once
/// The reads of conversations and messages. Thread-safe; the pool must outlive it.
#include "actors/service/services.hpp"
#include "runtime/store/pool.hpp"

#include <memory>

namespace recado {

struct history_config {
  store::milliseconds query_ms_max{5'000}; ///< of one question, waiting for a connection included
  std::size_t page_max = 1'000;            ///< of any page; a larger limit is cut to it
  std::size_t memberships_max = 100'000;   ///< of one user or client: the newest are given

  /// A sentence about the first bad field; empty: none.
  std::string validate() const;
};

std::shared_ptr<history_service> make_history(store::pool& db, history_config config = {});

} // namespace recado
