#include "actors/directory/client_queries.hpp"

namespace recado::clients {
namespace {

constexpr std::string_view find_sql = R"(
select client_id, name, scopes, secret_sha256, created_at from client where client_id = $1)";

constexpr std::string_view create_sql = R"(
insert into client (client_id, name, scopes, secret_sha256, created_at)
values ($1, $2, $3, $4, now())
returning client_id, name, scopes, secret_sha256, created_at)";

constexpr std::string_view rotate_sql = R"(
update client set secret_sha256 = $2, rotated_at = now() where client_id = $1
returning client_id, name, scopes, secret_sha256, created_at)";

constexpr std::string_view list_sql = R"(
select client_id, name, scopes, secret_sha256, created_at from client
order by created_at, client_id)";

// Two nodes that start at once must not both make the first key. The insert is a statement of its
// own, so that it sees what the holder of the lock before has committed.
constexpr std::string_view lock_sql = "select pg_advisory_xact_lock(hashtext('signing_key'))";

constexpr std::string_view first_key_sql = R"(
insert into signing_key (kid, private_pem, created_at)
select $1, $2, now() where not exists (select from signing_key))";

constexpr std::string_view keys_sql = R"(
select kid, private_pem, created_at from signing_key order by created_at desc, kid desc)";

} // namespace

store::statement find(const client_id& id) {
  return {"client_find", find_sql, store::params{}.add_uuid(id)};
}

store::statement create(const client_record& record) {
  return {"client_create", create_sql,
          store::params{}
            .add_uuid(record.id)
            .add_text(record.name)
            .add_text(record.scopes)
            .add_bytes(record.secret_sha256)};
}

store::statement rotate(const client_id& id, std::string_view secret_sha256) {
  return {"client_rotate", rotate_sql, store::params{}.add_uuid(id).add_bytes(secret_sha256)};
}

store::statement list() {
  return {"client_list", list_sql, {}};
}

client_record client_of(const store::rows& rows, std::size_t row) {
  return {.id = client_id{rows.get_uuid(row, 0)},
          .name = std::string{rows.get_text(row, 1)},
          .scopes = std::string{rows.get_text(row, 2)},
          .secret_sha256 = std::string{rows.get_bytes(row, 3)},
          .created_at = rows.get_time(row, 4)};
}

std::vector<store::statement> keys_or(const signing_key& fresh) {
  return {{"key_lock", lock_sql, {}, store::expect::none},
          {"key_first", first_key_sql,
           store::params{}.add_text(fresh.kid).add_text(fresh.private_pem), store::expect::none},
          {"key_list", keys_sql, {}}};
}

signing_key key_of(const store::rows& rows, std::size_t row) {
  return {.kid = std::string{rows.get_text(row, 0)},
          .private_pem = std::string{rows.get_text(row, 1)},
          .created_at = rows.get_time(row, 2)};
}

} // namespace recado::clients
