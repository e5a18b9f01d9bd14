#include "actors/directory/identity_queries.hpp"

namespace recado::identities {
namespace {

// The update that changes nothing locks the user's row, so that no tombstone keeps an identity.
constexpr std::string_view put_sql = R"(
with owner as (
  insert into app_user as u (client_id, user_id, created_at, updated_at)
  values ($1, $2, now(), now())
  on conflict (client_id, user_id) do update set user_id = excluded.user_id
    where u.deleted_at is null
  returning u.user_id)
insert into identity as i (client_id, user_id, channel, address, account, verified, created_at)
select $1, owner.user_id, $3, $4, $5, $6, now() from owner
on conflict (client_id, user_id, channel) do update
  set address = excluded.address, account = excluded.account, verified = excluded.verified
returning channel, address, account, verified, created_at, xmax = 0)";

constexpr std::string_view remove_sql = R"(
with gone as (
  delete from identity where client_id = $1 and user_id = $2 and channel = $3 returning 1)
select exists (select from app_user
               where client_id = $1 and user_id = $2 and deleted_at is null),
       exists (select from gone))";

constexpr std::string_view list_sql = R"(
select i.channel, i.address, i.account, i.verified, i.created_at
from app_user u
left join identity i on i.client_id = u.client_id and i.user_id = u.user_id
where u.client_id = $1 and u.user_id = $2 and u.deleted_at is null
order by i.channel limit $3)";

store::params key(const client_id& client, const user_id& user) {
  return store::params{}.add_uuid(client).add_text(user.value);
}

identity_record identity_of(const store::rows& rows, std::size_t row) {
  identity_record out;
  out.fields.channel = rows.get_text(row, 0);
  out.fields.address = rows.get_text(row, 1);
  if (auto account = rows.maybe_text(row, 2)) out.fields.account = std::string{*account};
  out.fields.verified = rows.get_bool(row, 3);
  out.created_at = rows.get_time(row, 4);
  return out;
}

} // namespace

store::statement put(const client_id& client, const user_id& user, const identity_fields& fields) {
  return {"identity_put", put_sql,
          key(client, user)
            .add_text(fields.channel)
            .add_text(fields.address)
            .add_text(fields.account)
            .add_bool(fields.verified)};
}

upserted upserted_of(const store::rows& rows, std::size_t row) {
  return {identity_of(rows, row), rows.get_bool(row, 5)};
}

store::statement remove(const client_id& client, const user_id& user, std::string_view channel) {
  return {"identity_remove", remove_sql, key(client, user).add_text(channel)};
}

store::statement list(const client_id& client, const user_id& user, std::size_t limit) {
  return {"identity_list", list_sql, key(client, user).add_int8(static_cast<std::int64_t>(limit))};
}

std::vector<identity_record> list_of(const store::rows& rows) {
  std::vector<identity_record> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!rows.is_null(i, 0)) out.push_back(identity_of(rows, i));
  return out;
}

} // namespace recado::identities
