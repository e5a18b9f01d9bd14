#include "actors/directory/directory.hpp"
#include "actors/directory/identity_queries.hpp"
#include "actors/directory/user_queries.hpp"
#include "actors/query/query.hpp"

#include <algorithm>

namespace recado {
namespace {

using query::answers;
using store::tx;

class pg_directory final : public directory_service {
public:
  pg_directory(store::pool& db, directory_config config) : db_(db), config_(config) {}

  void put_user(const client_id& client, const user_id& user, user_fields fields,
                on_result<upserted<user_record>> done) override;
  void get_user(const client_id& client, const user_id& user, on_result<user_record> done) override;
  void is_deleted(const client_id& client, const user_id& user, on_result<bool> done) override;
  void delete_user(const client_id& client, const user_id& user, on_result<bool> done) override;
  void list_users(const client_id& client, std::string after, std::size_t limit,
                  on_result<page<user_record>> done) override;
  void put_identity(const client_id& client, const user_id& user, identity_fields fields,
                    on_result<upserted<identity_record>> done) override;
  void delete_identity(const client_id& client, const user_id& user, std::string channel,
                       on_result<bool> done) override;
  void list_identities(const client_id& client, const user_id& user,
                       on_result<std::vector<identity_record>> done) override;

private:
  template <class T, class Decode>
  void ask(query::question asked, on_result<T> done, Decode decode) {
    query::ask(db_, std::move(asked), query::within(config_.query_ms_max), std::move(done),
               std::move(decode));
  }

  store::pool& db_;
  directory_config config_;
};

void pg_directory::put_user(const client_id& client, const user_id& user, user_fields fields,
                            on_result<upserted<user_record>> done) {
  ask({"put user", {users::put(client, user, fields)}, tx::single, true}, std::move(done),
      [](const answers& got) -> result<upserted<user_record>> {
        if (got[0].empty()) return fail(ec::user_deleted);
        return users::upserted_of(got[0], 0);
      });
}

void pg_directory::get_user(const client_id& client, const user_id& user,
                            on_result<user_record> done) {
  ask({"get user", {users::get(client, user)}}, std::move(done),
      [](const answers& got) -> result<user_record> {
        if (got[0].empty()) return fail(ec::user_not_found);
        return users::user_of(got[0], 0);
      });
}

void pg_directory::is_deleted(const client_id& client, const user_id& user, on_result<bool> done) {
  ask({"is deleted", {users::tombstone(client, user)}}, std::move(done),
      [](const answers& got) -> result<bool> { return !got[0].empty(); });
}

void pg_directory::delete_user(const client_id& client, const user_id& user, on_result<bool> done) {
  ask({"delete user", users::bury(client, user), tx::transaction, true}, std::move(done),
      [](const answers& got) -> result<bool> {
        if (got[0].affected() == 0) return fail(ec::user_not_found);
        return true;
      });
}

void pg_directory::list_users(const client_id& client, std::string after, std::size_t limit,
                              on_result<page<user_record>> done) {
  if (!after.empty() && !user_id::valid(after)) return done(fail(ec::invalid_cursor));
  limit = std::clamp<std::size_t>(limit, 1, config_.list_max);
  ask({"list users", {users::list(client, after, limit + 1)}}, std::move(done),
      [limit](const answers& got) -> result<page<user_record>> {
        page<user_record> out;
        for (std::size_t i = 0; i < std::min(got[0].size(), limit); ++i)
          out.items.push_back(users::user_of(got[0], i));
        if (got[0].size() > limit) out.next = out.items.back().id.value;
        return out;
      });
}

void pg_directory::put_identity(const client_id& client, const user_id& user,
                                identity_fields fields, on_result<upserted<identity_record>> done) {
  ask(
    {"put identity", {identities::put(client, user, fields)}, tx::single, true, ec::identity_taken},
    std::move(done), [](const answers& got) -> result<upserted<identity_record>> {
      if (got[0].empty()) return fail(ec::user_deleted);
      return identities::upserted_of(got[0], 0);
    });
}

void pg_directory::delete_identity(const client_id& client, const user_id& user,
                                   std::string channel, on_result<bool> done) {
  ask({"delete identity", {identities::remove(client, user, channel)}, tx::single, true},
      std::move(done), [](const answers& got) -> result<bool> {
        if (!got[0].get_bool(0, 0)) return fail(ec::user_not_found);
        if (!got[0].get_bool(0, 1)) return fail(ec::identity_not_found);
        return true;
      });
}

void pg_directory::list_identities(const client_id& client, const user_id& user,
                                   on_result<std::vector<identity_record>> done) {
  ask({"list identities", {identities::list(client, user, config_.list_max)}}, std::move(done),
      [](const answers& got) -> result<std::vector<identity_record>> {
        if (got[0].empty()) return fail(ec::user_not_found);
        return identities::list_of(got[0]);
      });
}

} // namespace

std::string directory_config::validate() const {
  if (query_ms_max.count() <= 0) return "directory.query_ms_max must be positive";
  if (quota_ms_max.count() <= 0) return "directory.quota_ms_max must be positive";
  if (quota_share_max < 1) return "directory.quota_share_max must be positive";
  if (purge_s_every.count() <= 0) return "directory.purge_s_every must be positive";
  if (list_max == 0) return "directory.list_max must be positive";
  return {};
}

std::shared_ptr<directory_service> make_directory(store::pool& db, directory_config config) {
  return std::make_shared<pg_directory>(db, config);
}

} // namespace recado
