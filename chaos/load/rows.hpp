#pragma once
/// Conversations and messages written into the database, where the API would take hours: the rows
/// are those that the API would have left.
#include "chaos/load/stage.hpp"
#include "schemas/uuid.hpp"

#include <functional>

namespace recado::load {

struct rows_wanted {
  unsigned conversations = 0;
  unsigned members = 2;
  std::uint64_t history = 0; ///< messages, shared evenly
  unsigned text_bytes = 300;
};

/// The conversations, with authors and without tokens. `told`: how far it is. Throws
/// std::runtime_error.
std::vector<stage::room> write_rows(const std::string& dsn, const client_id& client,
                                    const rows_wanted& what,
                                    const std::function<void(const std::string&)>& told);

} // namespace recado::load
