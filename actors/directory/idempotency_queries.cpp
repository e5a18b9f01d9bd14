#include "actors/directory/idempotency_queries.hpp"

#include <algorithm>

namespace recado::remembered {
namespace {

constexpr std::string_view find_sql = R"(
select hash, status, body from idempotency
where client_id = $1 and route = $2 and key = $3 and at > now() - interval '24 hours')";

constexpr std::string_view keep_sql = R"(
insert into idempotency as i (client_id, route, key, hash, status, body, at)
values ($1, $2, $3, $4, $5, $6, now())
on conflict (client_id, route, key) do update
  set hash = excluded.hash, status = excluded.status, body = excluded.body, at = excluded.at
  where i.at <= now() - interval '24 hours')";

constexpr std::string_view purge_sql = R"(
delete from idempotency where ctid = any (array(
  select ctid from idempotency where at <= now() - interval '24 hours' limit 10000))
  and at <= now() - interval '24 hours')";

std::string_view raw(const request_hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

} // namespace

store::statement find(const client_id& client, std::string_view route, std::string_view key) {
  return {"idempotency_find", find_sql,
          store::params{}.add_uuid(client).add_text(route).add_text(key)};
}

row row_of(const store::rows& rows, std::size_t at) {
  row out;
  auto hash = rows.get_bytes(at, 0);
  if (hash.size() != out.hash.size()) throw store::bad_value("idempotency.hash has a wrong length");
  std::ranges::copy(hash, out.hash.begin());
  out.answer.status = static_cast<int>(rows.get_int(at, 1));
  out.answer.body = rows.get_text(at, 2);
  return out;
}

store::statement keep(const client_id& client, std::string_view route, std::string_view key,
                      const request_hash& hash, const stored_answer& answer) {
  return {"idempotency_keep", keep_sql,
          store::params{}
            .add_uuid(client)
            .add_text(route)
            .add_text(key)
            .add_bytes(raw(hash))
            .add_int4(answer.status)
            .add_text(answer.body),
          store::expect::none};
}

store::statement purge() {
  return {"idempotency_purge", purge_sql, {}, store::expect::none};
}

} // namespace recado::remembered
