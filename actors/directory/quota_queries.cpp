#include "actors/directory/quota_queries.hpp"

namespace recado::quotas {
namespace {

// Who gets less than it wants has used its day: then, and only then, it matters which of the
// messages are retries of what was accepted before. OFFSET 0 has each looked for by its id,
// whatever the planner believes about the tables.
constexpr std::string_view take_sql = R"(
select t.granted, t.in_all,
       case when t.granted < $4 then array(
         select k.id from unnest($6::uuid[]) k(id)
         cross join lateral (select from message m
                             where m.message_id = k.id and m.client_id = $1 offset 0) there
         union
         select k.id from unnest($6::uuid[]) k(id)
         cross join lateral (select from inbox i
                             where i.message_id = k.id and i.client_id = $1 offset 0) there)
       else '{}'::uuid[] end
from recado_take_quota($1, date '1970-01-01' + $2, $3, $4, $5) t)";

constexpr std::string_view give_back_sql = R"(
update quota_day set taken = taken - $3
where client_id = $1 and day = date '1970-01-01' + $2 and taken >= $3)";

std::int32_t number_of(std::chrono::sys_days day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

} // namespace

store::statement take(const quota_service::question& what, std::int64_t share_max) {
  store::uuid_array messages;
  for (const auto& each : what.messages)
    messages.push(each);
  return {"quota_take", take_sql,
          store::params{}
            .add_uuid(what.client)
            .add_int4(number_of(what.day))
            .add_int8(what.quota)
            .add_int8(what.wanted)
            .add_int8(share_max)
            .add_array(messages)};
}

quota_service::portion portion_of(const store::rows& rows) {
  quota_service::portion out{rows.get_int(0, 0), rows.get_int(0, 1), {}};
  for (const auto& each : rows.get_uuids(0, 2))
    out.known.emplace_back(each);
  return out;
}

store::statement give_back(const client_id& client, std::chrono::sys_days day,
                           std::int64_t messages) {
  return {"quota_give_back", give_back_sql,
          store::params{}.add_uuid(client).add_int4(number_of(day)).add_int8(messages),
          store::expect::none};
}

} // namespace recado::quotas
