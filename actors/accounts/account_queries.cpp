#include "actors/accounts/account_queries.hpp"

#include "channels/catalog.hpp"

#include <nlohmann/json.hpp>

namespace recado::accounts {
namespace {

using nlohmann::json;

#define RECADO_ACCOUNT_COLUMNS                                                                     \
  "client_id, channel, account, settings, credentials, pacing, retry, demo, paused, version, "     \
  "created_at, updated_at, deleted_at"

// The name of a tombstone may be used again.
constexpr std::string_view create_sql =
  "insert into account as a (client_id, channel, account, settings, credentials, pacing, retry, "
  "preferred, demo, paused, version, created_at, updated_at) "
  "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nextval('account_version'), now(), now()) "
  "on conflict (client_id, channel, account) do update set settings = excluded.settings, "
  "credentials = excluded.credentials, pacing = excluded.pacing, retry = excluded.retry, "
  "preferred = excluded.preferred, demo = excluded.demo, paused = excluded.paused, "
  "version = excluded.version, created_at = now(), updated_at = now(), deleted_at = null "
  "where a.deleted_at is not null "
  "returning " RECADO_ACCOUNT_COLUMNS;

constexpr std::string_view get_sql =
  "select " RECADO_ACCOUNT_COLUMNS " from account "
  "where client_id = $1 and channel = $2 and account = $3 and deleted_at is null";

constexpr std::string_view replace_sql =
  "update account set settings = $4, credentials = $5, pacing = $6, retry = $7, preferred = $8, "
  "demo = $9, paused = $10, version = nextval('account_version'), updated_at = now() "
  "where client_id = $1 and channel = $2 and account = $3 and version = $11 "
  "and deleted_at is null returning " RECADO_ACCOUNT_COLUMNS;

constexpr std::string_view remove_sql =
  "update account set credentials = '', version = nextval('account_version'), "
  "updated_at = now(), deleted_at = now() "
  "where client_id = $1 and channel = $2 and account = $3 and deleted_at is null "
  "returning version";

constexpr std::string_view list_sql =
  "select " RECADO_ACCOUNT_COLUMNS " from account "
  "where client_id = $1 and (channel, account) > ($2, $3) and deleted_at is null "
  "order by channel, account limit $4";

constexpr std::string_view changed_sql =
  "select " RECADO_ACCOUNT_COLUMNS ", now() from account where updated_at >= $1 "
  "union all "
  "select null, null, null, null, null, null, null, null, null, null, null, null, null, now()";

store::params key(const account_key& of) {
  return store::params{}.add_uuid(of.client).add_text(of.channel).add_text(of.account);
}

/// A secret is sealed for its row.
std::string context_of(const account_key& of) {
  return of.client.str() + '\n' + of.channel + '\n' + of.account;
}

std::string text_of(const channels::pacing& from) {
  return json{
    {"per_second", from.per_second}, {"burst", from.burst}, {"max_in_flight", from.max_in_flight}}
    .dump();
}

std::string text_of(const policy::retry_config& from) {
  return json{{"first_ns", from.first.count()},
              {"factor", from.factor},
              {"max_ns", from.max.count()},
              {"attempts", from.attempts},
              {"max_age_ns", from.max_age.count()}}
    .dump();
}

channels::pacing pacing_of(std::string_view text) {
  auto from = json::parse(text);
  return {from.at("per_second"), from.at("burst"), from.at("max_in_flight")};
}

policy::retry_config retry_of(std::string_view text) {
  auto from = json::parse(text);
  auto ns = [&](const char* name) { return policy::duration{from.at(name).get<std::int64_t>()}; };
  return {ns("first_ns"), from.at("factor"), ns("max_ns"), from.at("attempts"), ns("max_age_ns")};
}

store::params whole(const stored_account& what, const sealer& seal) {
  const auto& record = what.record;
  return key(record.key)
    .add_text(record.settings)
    .add_bytes(seal.seal(record.credentials, context_of(record.key)))
    .add_text(text_of(record.pace))
    .add_text(text_of(record.retry))
    .add_bool(channels::is_default(record.settings))
    .add_bool(what.demo)
    .add_bool(record.paused);
}

} // namespace

store::statement create(const stored_account& what, const sealer& seal) {
  return {"account_create", create_sql, whole(what, seal)};
}

store::statement get(const account_key& of) {
  return {"account_get", get_sql, key(of)};
}

store::statement replace(const stored_account& what, const sealer& seal) {
  return {"account_replace", replace_sql, whole(what, seal).add_int8(what.record.version)};
}

store::statement remove(const account_key& of) {
  return {"account_remove", remove_sql, key(of)};
}

store::statement list(const client_id& client, const std::string& channel,
                      const std::string& account, std::size_t limit) {
  return {"account_list", list_sql,
          key({client, channel, account}).add_int8(static_cast<std::int64_t>(limit))};
}

store::statement changed(wall_time since) {
  return {"account_changed", changed_sql, store::params{}.add_time(since)};
}

account_key key_of(const store::rows& rows, std::size_t row) {
  return {client_id{rows.get_uuid(row, 0)}, std::string{rows.get_text(row, 1)},
          std::string{rows.get_text(row, 2)}};
}

bool is_tombstone(const store::rows& rows, std::size_t row) {
  return !rows.is_null(row, 12);
}

stored_account account_of(const store::rows& rows, std::size_t row, const sealer& seal) {
  stored_account out;
  auto& record = out.record;
  record.key = key_of(rows, row);
  record.settings = rows.get_text(row, 3);
  auto secret = seal.open(rows.get_bytes(row, 4), context_of(record.key));
  if (!secret) throw store::bad_value("account.credentials: " + secret.error().detail);
  record.credentials = std::move(*secret);
  record.pace = pacing_of(rows.get_text(row, 5));
  record.retry = retry_of(rows.get_text(row, 6));
  out.demo = rows.get_bool(row, 7);
  record.paused = rows.get_bool(row, 8);
  record.version = rows.get_int(row, 9);
  out.created_at = rows.get_time(row, 10);
  out.updated_at = rows.get_time(row, 11);
  return out;
}

} // namespace recado::accounts
