#include "node/database/migrate.hpp"

#include "embedded/sql.hpp"
#include "runtime/store/connection.hpp"

#include <fmt/format.h>

namespace recado::database {

namespace {

std::string explain(const store::migration_error& why) {
  using reason = store::migration_error::reason;
  if (why.why == reason::newer_database || why.why == reason::changed)
    return why.text + ": another version of Recado has used this database; use that version, or "
                      "another database";
  if (why.cause.kind == store::error_kind::connection)
    return "cannot reach the database: " + why.cause.message;
  return why.text;
}

} // namespace

store::connection_config setup_connection(const std::string& url) {
  store::connection_config config;
  config.url = url;
  config.application_name = "recado-setup";
  return config;
}

int known_version() {
  return static_cast<int>(embedded::sql().size());
}

result<void> check_schema(store::connection& db) {
  auto version = store::schema_version(db);
  if (!version) return fail(ec::store_unavailable, store::describe(version.error()));
  if (*version >= known_version()) return {};
  return fail(ec::store_unavailable,
              fmt::format("the database is at migration {}, this program needs {}", *version,
                          known_version()));
}

tl::expected<bool, std::string> create(const std::string& server_url, const std::string& name) {
  store::connection db{setup_connection(server_url)};
  auto found = db.run_one({.name = {},
                           .sql = "select 1 from pg_database where datname = $1",
                           .values = store::params{}.add_text(name)});
  if (!found) return tl::unexpected(store::describe(found.error()));
  if (!found->empty()) return false;
  // Not a parameter, and not in a transaction: names come from our own code.
  auto sql = fmt::format("create database \"{}\"", name);
  if (auto made = db.script(sql); !made) return tl::unexpected(store::describe(made.error()));
  return true;
}

tl::expected<store::migration_result, std::string>
migrate(const std::string& url, const std::function<void(const store::migration_step&)>& progress) {
  auto done = store::migrate(setup_connection(url), embedded::sql(), progress);
  if (!done) return tl::unexpected(explain(done.error()));
  return *done;
}

} // namespace recado::database
