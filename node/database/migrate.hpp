#pragma once
/// The schema that this binary needs: the files of schemas/sql, inside it.
#include "runtime/store/migrations.hpp"
#include "schemas/problem.hpp"

#include <functional>
#include <string>
#include <tl/expected.hpp>

namespace recado::database {

/// How the command line and `up` connect.
store::connection_config setup_connection(const std::string& url);

/// Creates the database if the server has none of this name; `server_url` leads to another one of
/// it.
tl::expected<bool, std::string> create(const std::string& server_url, const std::string& name);

/// The last migration that this binary knows.
int known_version();
/// This binary's statements name tables and columns of its own migrations: an error, a sentence for
/// people, as long as one of them is missing. A newer database is fine.
result<void> check_schema(store::connection& db);

/// Brings the database at this URL up to date; an error is a sentence for people.
tl::expected<store::migration_result, std::string>
migrate(const std::string& url,
        const std::function<void(const store::migration_step&)>& progress = {});

} // namespace recado::database
