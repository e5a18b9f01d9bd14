#include "actors/directory/user_queries.hpp"

namespace recado::users {
namespace {

constexpr std::string_view put_sql = R"(
insert into app_user as u
  (client_id, user_id, name, locale, time_zone, metadata, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, now(), now())
on conflict (client_id, user_id) do update
  set name = excluded.name, locale = excluded.locale, time_zone = excluded.time_zone,
      metadata = excluded.metadata, version = u.version + 1, updated_at = now()
  where u.deleted_at is null
returning user_id, name, locale, time_zone, metadata, created_at, updated_at, version = 1)";

constexpr std::string_view get_sql = R"(
select user_id, name, locale, time_zone, metadata, created_at, updated_at
from app_user where client_id = $1 and user_id = $2 and deleted_at is null)";

constexpr std::string_view tombstone_sql = R"(
select 1 from app_user where client_id = $1 and user_id = $2 and deleted_at is not null)";

constexpr std::string_view list_sql = R"(
select user_id, name, locale, time_zone, metadata, created_at, updated_at
from app_user where client_id = $1 and user_id > $2 and deleted_at is null
order by user_id limit $3)";

// What the tombstone keeps is the id; what was known about the person goes.
constexpr std::string_view bury_sql = R"(
update app_user
set name = null, locale = null, time_zone = null, metadata = '{}', version = version + 1,
    updated_at = now(), deleted_at = now()
where client_id = $1 and user_id = $2 and deleted_at is null)";

// A statement of its own: it sees identities committed while the one before waited for the row.
constexpr std::string_view bury_identities_sql = R"(
delete from identity i using app_user u
where i.client_id = $1 and i.user_id = $2 and u.client_id = $1 and u.user_id = $2
  and u.deleted_at is not null)";

store::params key(const client_id& client, const user_id& user) {
  return store::params{}.add_uuid(client).add_text(user.value);
}

std::optional<std::string> text(const store::rows& rows, std::size_t row, std::size_t col) {
  if (auto v = rows.maybe_text(row, col)) return std::string{*v};
  return std::nullopt;
}

} // namespace

store::statement put(const client_id& client, const user_id& user, const user_fields& fields) {
  return {"user_put", put_sql,
          key(client, user)
            .add_text(fields.name)
            .add_text(fields.locale)
            .add_text(fields.time_zone)
            .add_text(fields.metadata)};
}

store::statement get(const client_id& client, const user_id& user) {
  return {"user_get", get_sql, key(client, user)};
}

store::statement tombstone(const client_id& client, const user_id& user) {
  return {"user_tombstone", tombstone_sql, key(client, user)};
}

store::statement list(const client_id& client, std::string_view after, std::size_t limit) {
  return {
    "user_list", list_sql,
    store::params{}.add_uuid(client).add_text(after).add_int8(static_cast<std::int64_t>(limit))};
}

std::vector<store::statement> bury(const client_id& client, const user_id& user) {
  return {{"user_bury", bury_sql, key(client, user), store::expect::none},
          {"user_bury_identities", bury_identities_sql, key(client, user), store::expect::none}};
}

user_record user_of(const store::rows& rows, std::size_t row) {
  return {.id = user_id{std::string{rows.get_text(row, 0)}},
          .fields = {.name = text(rows, row, 1),
                     .locale = text(rows, row, 2),
                     .time_zone = text(rows, row, 3),
                     .metadata = std::string{rows.get_text(row, 4)}},
          .created_at = rows.get_time(row, 5),
          .updated_at = rows.get_time(row, 6)};
}

upserted upserted_of(const store::rows& rows, std::size_t row) {
  return {user_of(rows, row), rows.get_bool(row, 7)};
}

} // namespace recado::users
