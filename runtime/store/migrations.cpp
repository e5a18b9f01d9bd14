#include "runtime/store/migrations.hpp"

#include "runtime/observe/log.hpp"
#include "schemas/digest.hpp"

#include <charconv>
#include <fmt/format.h>

namespace recado::store {
namespace {

using reason = migration_error::reason;

// Any number will do as long as nobody else uses it: "recado" in ASCII.
constexpr std::int64_t migration_lock = 0x72656361646f;

constexpr std::string_view create_table_sql =
  "create table if not exists schema_migration ("
  "version int primary key, name text not null, sha256 text not null,"
  "applied_at timestamptz not null default now())";

struct migration {
  int version;
  std::string_view name;
  std::string_view sql;
  std::string sha256;
};

tl::unexpected<migration_error> failure_of(reason why, int version, std::string text,
                                           store_error cause = {}) {
  return tl::unexpected{migration_error{why, version, std::move(text), std::move(cause)}};
}

tl::unexpected<migration_error> server_refused(int version, std::string_view what,
                                               store_error cause) {
  return failure_of(reason::failed, version, fmt::format("{}: {}", what, describe(cause)), cause);
}

std::string sha256_of(std::string_view text) {
  std::string hex;
  for (unsigned char byte : sha256(text))
    hex += fmt::format("{:02x}", byte);
  return hex;
}

/// The number of "NNNN_name.sql"; 0 if that is not its form.
int version_of(std::string_view name) {
  if (name.size() < 10 || name[4] != '_' || !name.ends_with(".sql")) return 0;
  int version = 0;
  auto [end, bad] = std::from_chars(name.data(), name.data() + 4, version);
  return bad == std::errc{} && end == name.data() + 4 ? version : 0;
}

tl::expected<std::vector<migration>, migration_error>
parse_list(std::span<const embedded_file> files) {
  std::vector<migration> all;
  for (const auto& file : files) {
    int expected = static_cast<int>(all.size()) + 1;
    if (version_of(file.name) != expected)
      return failure_of(reason::bad_list, expected,
                        fmt::format("{} should be {:04}_name.sql", file.name, expected));
    all.push_back({expected, file.name, file.content, sha256_of(file.content)});
  }
  return all;
}

/// Checks what is applied against what we have; answers the database's version.
tl::expected<int, migration_error> check_applied(const rows& applied,
                                                 std::span<const migration> all) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    auto version = static_cast<int>(applied.get_int(i, 0));
    if (version > static_cast<int>(all.size()))
      return failure_of(
        reason::newer_database, version,
        fmt::format("the database has migration {}, this binary knows {}", version, all.size()));
    const auto& ours = all[static_cast<std::size_t>(version) - 1];
    if (version != static_cast<int>(i) + 1 || applied.get_text(i, 1) != ours.name ||
        applied.get_text(i, 2) != ours.sha256)
      return failure_of(reason::changed, version,
                        fmt::format("migration {} was changed after it was applied", ours.name));
  }
  return static_cast<int>(applied.size());
}

statement record(const migration& m) {
  params values;
  values.add_int4(m.version).add_text(m.name).add_text(m.sha256);
  return {"", "insert into schema_migration (version, name, sha256) values ($1, $2, $3)",
          std::move(values), expect::none};
}

tl::expected<void, migration_error> apply(connection& db, const migration& m) {
  auto give_up = [&](store_error cause) {
    // Nothing of it stays: closing the session rolls back even where ROLLBACK cannot be said.
    db.close();
    return server_refused(m.version, m.name, std::move(cause));
  };
  if (auto begun = db.script("begin"); !begun) return give_up(begun.error());
  if (auto applied = db.script(m.sql); !applied) return give_up(applied.error());
  // Fails if the file ended our transaction itself: then it is no longer one step.
  if (auto still = db.script("savepoint recado_migration"); !still) return give_up(still.error());
  if (auto noted = db.run_one(record(m)); !noted) return give_up(noted.error());
  if (auto committed = db.script("commit"); !committed) return give_up(committed.error());
  return {};
}

tl::expected<int, migration_error> prepare(connection& db, std::span<const migration> all) {
  statement lock{"", "select pg_advisory_lock($1)", params{}.add_int8(migration_lock)};
  if (auto locked = db.run_one(lock); !locked)
    return server_refused(0, "waiting for the migration lock", locked.error());
  if (auto made = db.script(create_table_sql); !made)
    return server_refused(0, "schema_migration", made.error());
  statement list{"", "select version, name, sha256 from schema_migration order by version", {}};
  auto applied = db.run_one(list);
  if (!applied) return server_refused(0, "schema_migration", applied.error());
  return check_applied(*applied, all);
}

} // namespace

tl::expected<migration_result, migration_error>
migrate(connection_config connect, std::span<const embedded_file> files,
        const std::function<void(const migration_step&)>& progress, milliseconds timeout) {
  auto all = parse_list(files);
  if (!all) return tl::unexpected{all.error()};
  connect.statement_timeout = connect.lock_timeout = milliseconds{0};
  connect.run_timeout = timeout;
  connection db{std::move(connect)}; // its end releases the advisory lock
  auto version = prepare(db, *all);
  if (!version) return tl::unexpected{version.error()};

  migration_result result{*version, 0};
  for (const auto& next : std::span{*all}.subspan(static_cast<std::size_t>(*version))) {
    auto begun = deadline::clock::now();
    if (auto applied = apply(db, next); !applied) return tl::unexpected{applied.error()};
    auto took = std::chrono::duration_cast<milliseconds>(deadline::clock::now() - begun);
    if (progress)
      progress({next.version, next.name, took});
    else // whoever is told shows it himself
      observe::log_info("migration-applied", "{} in {} ms", next.name, took.count());
    result.version = next.version;
    ++result.applied;
  }
  return result;
}

tl::expected<int, store_error> schema_version(connection& db) {
  statement exists{"", "select to_regclass('schema_migration') is not null", {}};
  auto there = db.run_one(exists, tx::read);
  if (!there) return tl::unexpected{there.error()};
  if (!there->get_bool(0, 0)) return 0;
  statement newest{"", "select coalesce(max(version), 0) from schema_migration", {}};
  return db.run_one(newest, tx::read).map([](const rows& r) {
    return static_cast<int>(r.get_int(0, 0));
  });
}

} // namespace recado::store
