#pragma once
/// What is asked of the table app_user.
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::users {

using upserted = directory_service::upserted<user_record>;

/// Rows: user_id, name, locale, time_zone, metadata, created_at, updated_at; put has one more: is
/// it new. No row from put: the user is a tombstone.
store::statement put(const client_id& client, const user_id& user, const user_fields& fields);
store::statement get(const client_id& client, const user_id& user);
store::statement list(const client_id& client, std::string_view after, std::size_t limit);
/// One row if the user was deleted.
store::statement tombstone(const client_id& client, const user_id& user);
user_record user_of(const store::rows& rows, std::size_t row);
upserted upserted_of(const store::rows& rows, std::size_t row);

/// One transaction; the first statement touches one row if there was a user.
std::vector<store::statement> bury(const client_id& client, const user_id& user);

} // namespace recado::users
