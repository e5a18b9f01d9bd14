#pragma once
/// Forward-only migrations: NNNN_name.sql, each in its own transaction, under an advisory lock,
/// recorded with its checksum in schema_migration.
#include "cmake/embedded_file.hpp"
#include "runtime/store/connection.hpp"

#include <functional>
#include <span>
#include <string>
#include <tl/expected.hpp>

namespace recado::store {

struct migration_error {
  enum class reason : std::uint8_t {
    bad_list,       ///< a name is not NNNN_name.sql, or the numbers are not 1,2,3…
    changed,        ///< an applied migration has another checksum or name in this binary
    newer_database, ///< the database has migrations this binary does not know
    failed,         ///< the server refused: see cause
  } why;
  int version = 0;
  std::string text; ///< one sentence for people
  store_error cause;
};

struct migration_step {
  int version;
  std::string_view name;
  std::chrono::milliseconds took;
};

struct migration_result {
  int version = 0; ///< of the database now
  int applied = 0; ///< by this call
};

/// Brings the database up to the last file. Opens its own connection, without statement_timeout,
/// and waits for another process that is migrating; `timeout` bounds the lock and each file.
tl::expected<migration_result, migration_error>
migrate(connection_config connect, std::span<const embedded_file> files,
        const std::function<void(const migration_step&)>& progress = {},
        milliseconds timeout = std::chrono::minutes{10});

/// The version of the database: 0 for an empty one.
tl::expected<int, store_error> schema_version(connection& db);

} // namespace recado::store
