#pragma once
/// INTERNAL: what all statements of a commit are made with.
#include "runtime/store/statement.hpp"
#include "schemas/command.hpp"

namespace recado::journal {

/// A statement whose rows nobody reads.
inline store::statement write(std::string_view name, std::string_view sql, store::params values) {
  return {name, sql, std::move(values), store::expect::none};
}

std::int16_t small(auto value) {
  return static_cast<std::int16_t>(value);
}

inline store::bytea hash_bytes(const request_hash& hash) {
  return {{reinterpret_cast<const char*>(hash.data()), hash.size()}};
}

} // namespace recado::journal
