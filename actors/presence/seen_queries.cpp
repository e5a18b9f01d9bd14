#include "actors/presence/seen_queries.hpp"

namespace recado::presence {
namespace {

constexpr std::string_view keep_sql = R"(
insert into user_seen as s (client_id, user_id, last_seen)
select * from unnest($1::uuid[], $2::text[], $3::timestamptz[])
on conflict (user_id, client_id) do update set last_seen = excluded.last_seen
  where s.last_seen < excluded.last_seen)";

constexpr std::string_view known_sql = R"(
select u.user_id, s.last_seen
from app_user u left join user_seen s on s.user_id = u.user_id and s.client_id = u.client_id
where u.client_id = $1 and u.user_id = any ($2) and u.deleted_at is null
  and ($3 = '' or u.user_id = $3 or exists (
    select from member theirs
    join member own on own.conversation_id = theirs.conversation_id and own.user_id = $3
                   and own.client_id = $1 and own.left_seq is null
    where theirs.user_id = u.user_id and theirs.client_id = $1 and theirs.left_seq is null)))";

} // namespace

store::statement keep_seen(const seen_list& seen) {
  store::uuid_array clients;
  store::text_array users;
  store::time_array times;
  for (const auto& [who, at] : seen) {
    clients.push(who.client);
    users.push(std::string_view{who.user.value});
    times.push(at);
  }
  return {"presence_keep", keep_sql,
          store::params{}.add_array(clients).add_array(users).add_array(times),
          store::expect::none};
}

store::statement known_users(const client_id& client, const user_id& viewer,
                             const std::vector<user_id>& users) {
  store::text_array names;
  for (const auto& each : users)
    names.push(std::string_view{each.value});
  return {"presence_known", known_sql,
          store::params{}.add_uuid(client).add_array(names).add_text(viewer.value)};
}

known_user known_user_of(const store::rows& rows, std::size_t row) {
  known_user out{user_id{std::string{rows.get_text(row, 0)}}, std::nullopt};
  if (!rows.is_null(row, 1)) out.last_seen = rows.get_time(row, 1);
  return out;
}

} // namespace recado::presence
